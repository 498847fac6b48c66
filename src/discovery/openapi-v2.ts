import type { Definitions, Schema } from './openapi-schema.js';
import type { OpenApiV3 } from './openapi-v3.js';
import { STATUS_TEXTS } from './openapi-v3.js';
import { byName, groupByPath, operationIdAndTag, sameParameter, type Parameter, type Route } from './openapi-routes.js';

/** The one document of OpenAPI v2 (Swagger), served at /openapi/v2. */
export interface OpenApiV2 {
  readonly swagger: '2.0';
  readonly info: OpenApiV3['info'];
  readonly paths: Readonly<Record<string, Schema>>;
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly parameters: Readonly<Record<string, Schema>>;
  readonly securityDefinitions: Schema;
  readonly security: readonly Schema[];
}

const SECURITY_DEFINITIONS: Schema = {
  BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
};

/** Puts routes and the definitions that they need into the document. */
export function openApiV2(routes: readonly Route[], definitions: Definitions, info: OpenApiV3['info']): OpenApiV2 {
  const paths: Record<string, Schema> = {};
  const parameters = new SharedParameters();
  for (const [path, { shared, routes: operations }] of [...groupByPath(routes)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const item: Schema = {};
    for (const route of operations) item[route.method] = operation(route, shared, definitions, parameters);
    if (shared.length > 0) item['parameters'] = shared.map((parameter) => parameters.use(parameterObject(parameter)));
    paths[path] = item;
  }
  return {
    swagger: '2.0',
    info,
    paths,
    definitions: definitions.all(),
    parameters: parameters.all(),
    securityDefinitions: SECURITY_DEFINITIONS,
    security: [{ BearerToken: [] }],
  };
}

function operation(route: Route, shared: readonly Parameter[], definitions: Definitions, parameters: SharedParameters): Schema {
  const { id, tag } = operationIdAndTag(route);
  const own = route.parameters.filter((parameter) => !shared.some((other) => sameParameter(parameter, other))).sort(byName);
  const objects = [
    ...(route.body ? [bodyObject(definitions.refer(route.body.schema), route.body.required)] : []),
    ...own.map(parameterObject),
  ];
  const responses: Schema = {};
  for (const status of route.statuses) responses[status] = { description: STATUS_TEXTS[status], schema: definitions.refer(route.answer) };
  responses['401'] = { description: 'Unauthorized' };
  return {
    description: route.description,
    ...(route.consumes.length > 0 && { consumes: route.consumes }),
    produces: route.produces,
    schemes: ['https'],
    tags: [tag],
    operationId: id,
    ...(objects.length > 0 && { parameters: objects.sort(byObjectName).map((object) => parameters.use(object)) }),
    responses,
    ...(route.action !== undefined && { 'x-kubernetes-action': route.action }),
    ...(route.gvk && { 'x-kubernetes-group-version-kind': { group: route.gvk.group, kind: route.gvk.kind, version: route.gvk.version } }),
  };
}

function byObjectName(a: Schema, b: Schema): number {
  return String(a['name']) < String(b['name']) ? -1 : 1;
}

function parameterObject(parameter: Parameter): Schema {
  const { name, description, type } = parameter;
  return {
    uniqueItems: true,
    type,
    ...(description !== undefined && { description }),
    name,
    in: parameter.in,
    ...(parameter.in === 'path' && { required: true }),
  };
}

function bodyObject(schema: Schema, required: boolean): Schema {
  return { name: 'body', in: 'body', ...(required && { required: true }), schema };
}

/** Parameters that are told once and referred to, named after a hash of their JSON (Go: kube-openapi, deduplicateParameters). */
class SharedParameters {
  readonly #byJson = new Map<string, string>();
  readonly #byName = new Map<string, Schema>();

  /** A reference to the parameter, or itself where it is one that is never shared. */
  use(parameter: Schema): Schema {
    if (!isShared(parameter)) return parameter;
    const json = JSON.stringify(parameter);
    let name = this.#byJson.get(json);
    if (name === undefined) {
      name = `${String(parameter['name'])}-${shortHash(json)}`;
      this.#byJson.set(json, name);
      this.#byName.set(name, parameter);
    }
    return { $ref: `#/parameters/${name}` };
  }

  all(): Record<string, Schema> {
    return Object.fromEntries([...this.#byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Names carry the kind in their description; old kubectl looks for dryRun and fieldValidation in the operation itself. */
function isShared(parameter: Schema): boolean {
  const { name } = parameter;
  if (parameter['in'] === 'body') return JSON.stringify(parameter['schema']).includes('#/definitions/io.k8s.apimachinery');
  return name !== 'name' && !(parameter['in'] === 'query' && (name === 'dryRun' || name === 'fieldValidation'));
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

/** The first six bytes of 64-bit FNV-1 in base64url. */
function shortHash(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, hash * FNV_PRIME) ^ BigInt(byte);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(hash);
  return bytes.subarray(0, 6).toString('base64url');
}
