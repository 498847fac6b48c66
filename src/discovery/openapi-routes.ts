import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { StructType } from '../schema/type.js';

/** What OpenAPI tells of one HTTP operation, before it takes the form of a version of OpenAPI. */
export interface Route {
  readonly path: string;
  readonly method: HttpMethod;
  /** `listNamespacedPod`: a verb, then what it is done to; the operationId has group and version between them. */
  readonly operation: string;
  readonly description: string;
  /** x-kubernetes-action. */
  readonly action?: string | undefined;
  readonly gvk?: GroupVersionKind | undefined;
  readonly parameters: readonly Parameter[];
  readonly body?: { readonly schema: SchemaRef; readonly required: boolean } | undefined;
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  /** Schema of the success answers. */
  readonly answer: SchemaRef;
  readonly statuses: readonly SuccessStatus[];
}

export type HttpMethod = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

export type SuccessStatus = 200 | 201 | 202;

/** A struct of the facts, a definition of a custom resource by name, or a plain string. */
export type SchemaRef = StructType | string | undefined;

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description?: string | undefined;
}

const VERBS = ['get', 'log', 'read', 'replace', 'patch', 'delete', 'create', 'watch', 'connect', 'proxy', 'list'];

/** Operation id and tag, which carry the group and version of the path (Go: apiserver, GetOperationIDAndTags). */
export function operationIdAndTag(route: Pick<Route, 'operation' | 'path'>): { readonly id: string; readonly tag: string } {
  const verb = VERBS.find((prefix) => route.operation.startsWith(prefix)) ?? '';
  const rest = route.operation.slice(verb.length);
  const parts = route.path.split('/').filter((part) => part !== '');
  if (parts[0] === 'api') parts.splice(0, 1, 'apis', 'core');
  const [root = '', group, version] = parts;
  if (root !== 'apis' || group === undefined) return { id: verb + identifier(rest, verb !== ''), tag: identifier(root, false) };
  const name = group.endsWith('.k8s.io') ? group.slice(0, -'.k8s.io'.length) : group;
  const middle = identifier(name, true) + (version === undefined ? '' : identifier(version, true));
  const tag = identifier(name, false) + (version === undefined ? '' : `_${identifier(version, false)}`);
  return { id: verb + middle + identifier(rest, true), tag };
}

/** Drops what no identifier may hold, and capitalizes what follows it. */
function identifier(text: string, capitalize: boolean): string {
  let out = '';
  let upper = capitalize;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (/[\p{L}_]/u.test(char) || (i > 0 && /[0-9]/.test(char))) {
      out += upper ? char.toUpperCase() : char;
      upper = false;
    } else upper = true;
  }
  return out;
}

/** ` a Pod`, ` an Event`, ` Endpoints`: the noun after a verb. */
export function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return ` ${kind}`;
  return /^[aeiou]/i.test(kind) ? ` an ${kind}` : ` a ${kind}`;
}

/** `portforward` → `Portforward`. */
export function titled(subresource: string): string {
  return subresource.charAt(0).toUpperCase() + subresource.slice(1);
}

/** Routes by path, with the parameters that all operations of a path share. */
export function groupByPath(
  routes: readonly Route[],
): ReadonlyMap<string, { readonly shared: readonly Parameter[]; readonly routes: readonly Route[] }> {
  const byPath = new Map<string, Route[]>();
  for (const route of routes) {
    const list = byPath.get(route.path);
    if (list === undefined) byPath.set(route.path, [route]);
    else list.push(route);
  }
  return new Map([...byPath].map(([path, list]) => [path, { shared: sharedParameters(list), routes: list }]));
}

function sharedParameters(routes: readonly Route[]): Parameter[] {
  const [first] = routes;
  return (first?.parameters ?? [])
    .filter((parameter) => routes.every((route) => route.parameters.some((other) => sameParameter(parameter, other))))
    .sort(byName);
}

export function sameParameter(a: Parameter, b: Parameter): boolean {
  return a.name === b.name && a.in === b.in;
}

/** By name; where a query and a path parameter share one, the path's comes first. */
export function byName(a: Parameter, b: Parameter): number {
  if (a.name === b.name) return a.in < b.in ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
