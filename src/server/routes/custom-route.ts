import { methodNotSupported, notFoundError } from '../../apimachinery/status.js';
import type { ResourceDefinition, Subresource } from '../../registry/resource.js';
import type { RequestInfo } from '../request-info.js';

/** What a request for a custom resource is to do. */
export interface CustomRoute {
  readonly verb: string;
  readonly subresource: { readonly name: string; readonly spec: Subresource } | undefined;
}

const VERBS: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']);
const ACROSS_NAMESPACES: ReadonlySet<string> = new Set(['list', 'watch']);

/** Whether a path names a namespace where the resource needs one; other paths are no page at all. */
export function fitsScope({ verb, namespace }: RequestInfo, { namespaced }: ResourceDefinition): boolean {
  return namespaced ? namespace !== '' || ACROSS_NAMESPACES.has(verb) : namespace === '';
}

/**
 * Custom resources have no routes of their own: one handler looks at the verb,
 * and at little else of the path (Go: crdHandler.ServeHTTP). Throws 404 and 405.
 */
export function customRoute(info: RequestInfo, definition: ResourceDefinition): CustomRoute {
  const { verb, subresource: name } = info;
  if (name === '') {
    if (!VERBS.has(verb)) throw methodNotSupported(definition, verb);
    return { verb, subresource: undefined };
  }
  const spec = definition.subresources.get(name);
  if (spec === undefined) throw notFoundError(definition, info.name);
  if (!spec.verbs.includes(verb)) throw methodNotSupported(definition, verb);
  return { verb, subresource: { name, spec } };
}
