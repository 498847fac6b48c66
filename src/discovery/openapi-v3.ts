import type { Definitions, Schema } from './openapi-schema.js';
import {
  byName,
  groupByPath,
  operationIdAndTag,
  sameParameter,
  type Parameter,
  type Route,
  type SchemaRef,
  type SuccessStatus,
} from './openapi-routes.js';

/** One document of OpenAPI v3.0, as served below /openapi/v3/. */
export interface OpenApiV3 {
  readonly openapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Schema>>;
  readonly components: { readonly schemas?: Readonly<Record<string, Schema>>; readonly securitySchemes?: Schema };
}

export const STATUS_TEXTS: Readonly<Record<SuccessStatus, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

const SECURITY_SCHEMES: Schema = {
  BearerToken: { type: 'apiKey', description: 'Bearer Token authentication', name: 'authorization', in: 'header' },
};

/** Puts routes and the definitions that they need into a document. */
export function openApiV3(routes: readonly Route[], definitions: Definitions, info: OpenApiV3['info'], secured = true): OpenApiV3 {
  const paths: Record<string, Schema> = {};
  for (const [path, { shared, routes: operations }] of groupByPath(routes)) {
    const item: Schema = {};
    for (const route of operations) item[route.method] = operation(route, shared, definitions);
    if (shared.length > 0) item['parameters'] = shared.map(parameterObject);
    paths[path] = item;
  }
  const schemas = definitions.all();
  const components = { ...(Object.keys(schemas).length > 0 && { schemas }), ...(secured && { securitySchemes: SECURITY_SCHEMES }) };
  return { openapi: '3.0.0', info, paths, components };
}

function operation(route: Route, shared: readonly Parameter[], definitions: Definitions): Schema {
  const { id, tag } = operationIdAndTag(route);
  const parameters = route.parameters.filter((parameter) => !shared.some((other) => sameParameter(parameter, other))).sort(byName);
  const responses: Schema = {};
  for (const status of route.statuses)
    responses[status] = { description: STATUS_TEXTS[status], content: content(route.produces, route.answer, definitions) };
  responses['401'] = { description: 'Unauthorized' };
  return {
    tags: [tag],
    description: route.description,
    operationId: id,
    ...(parameters.length > 0 && { parameters: parameters.map(parameterObject) }),
    ...(route.body && {
      requestBody: { content: content(route.consumes, route.body.schema, definitions), ...(route.body.required && { required: true }) },
    }),
    responses,
    ...(route.action !== undefined && { 'x-kubernetes-action': route.action }),
    ...(route.gvk && { 'x-kubernetes-group-version-kind': { group: route.gvk.group, kind: route.gvk.kind, version: route.gvk.version } }),
  };
}

function content(mediaTypes: readonly string[], ref: SchemaRef, definitions: Definitions): Schema {
  const schema = definitions.refer(ref);
  return Object.fromEntries([...mediaTypes].sort().map((mediaType) => [mediaType, { schema }]));
}

function parameterObject(parameter: Parameter): Schema {
  const { name, description, type } = parameter;
  return {
    name,
    in: parameter.in,
    ...(description !== undefined && { description }),
    ...(parameter.in === 'path' && { required: true }),
    schema: { type, uniqueItems: true },
  };
}
