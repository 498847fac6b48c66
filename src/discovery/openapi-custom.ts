import { groupVersionPath } from '../apimachinery/group-version.js';
import type { CustomOpenApi } from '../registry/custom-open-api.js';
import type { TypeRegistry } from '../schema/registry.js';
import type { Json, StructType } from '../schema/type.js';
import { publishedSchema, type JsonSchema } from './openapi-custom-schema.js';
import { NAMESPACE, nameParameter, optionParameters, PRETTY } from './openapi-parameters.js';
import { titled, withArticle, type HttpMethod, type Route, type SchemaRef, type SuccessStatus } from './openapi-routes.js';
import type { Definitions, Describe, Dialect, Schema } from './openapi-schema.js';

export type { CustomOpenApi } from '../registry/custom-open-api.js';

const OBJECT_TYPES = ['application/json', 'application/yaml'];
const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

/** `com.example.stable.v1.CronTab`: how OpenAPI names the definition of a custom kind. */
export function customDefinitionName(group: string, version: string, kind: string): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}

/** The routes of a custom resource (Go: apiextensions-apiserver, pkg/controller/openapi/builder). */
export function customRoutes(custom: CustomOpenApi, registry: TypeRegistry, describe: Describe): Route[] {
  const { group, version, kind } = custom;
  const meta = (name: string): StructType | undefined => registry.typeByName(`${META}.${name}`);
  const object = customDefinitionName(group, version, kind);
  const list = customDefinitionName(group, version, custom.listKind);
  const collection = `${groupVersionPath(custom)}/${custom.namespaced ? 'namespaces/{namespace}/' : ''}${custom.resource}`;
  const one = `${collection}/{name}`;
  const namespaced = custom.namespaced ? 'Namespaced' : '';

  const route = (path: string, verb: keyof typeof ACTIONS, answer: SchemaRef, subresource = '', operation?: string): Route => {
    const { method, action, options, statuses, body }: ActionFacts = ACTIONS[verb];
    const type = meta(options);
    return {
      path,
      method,
      operation: operation ?? `${verb}${namespaced}${kind}${titled(subresource)}`,
      description: describeRoute(verb, kind, subresource),
      action,
      gvk: { group, version, kind },
      parameters: [
        PRETTY,
        ...(path.includes('{namespace}') ? [NAMESPACE] : []),
        ...(path.includes('{name}') ? [nameParameter(kind)] : []),
        ...(type === undefined ? [] : optionParameters(type, describe)),
      ],
      body: body === undefined ? undefined : { schema: body === 'object' ? answer : meta(body), required: verb !== 'delete' },
      consumes: method === 'patch' ? PATCH_TYPES : OBJECT_TYPES,
      produces: OBJECT_TYPES,
      answer,
      statuses,
    };
  };
  const view = (answer: SchemaRef, subresource: string): Route[] =>
    (['read', 'replace', 'patch'] as const).map((verb) => route(`${one}/${subresource}`, verb, answer, subresource));

  return [
    ...(custom.namespaced
      ? [route(`${groupVersionPath(custom)}/${custom.resource}`, 'list', list, '', `list${kind}ForAllNamespaces`)]
      : []),
    route(collection, 'list', list),
    route(collection, 'create', object),
    route(collection, 'deletecollection', meta('Status')),
    route(one, 'read', object),
    route(one, 'replace', object),
    route(one, 'delete', meta('Status')),
    route(one, 'patch', object),
    ...(custom.status ? view(object, 'status') : []),
    ...(custom.scale ? view(registry.typeOf({ group: 'autoscaling', version: 'v1', kind: 'Scale' }), 'scale') : []),
  ];
}

interface ActionFacts {
  readonly method: HttpMethod;
  readonly action: string;
  readonly options: string;
  readonly statuses: readonly SuccessStatus[];
  readonly body?: 'object' | 'DeleteOptions' | 'Patch';
}

const ACTIONS = {
  list: { method: 'get', action: 'list', options: 'ListOptions', statuses: [200] },
  create: { method: 'post', action: 'post', options: 'CreateOptions', statuses: [200, 201, 202], body: 'object' },
  deletecollection: { method: 'delete', action: 'deletecollection', options: 'ListOptions', statuses: [200] },
  read: { method: 'get', action: 'get', options: 'GetOptions', statuses: [200] },
  replace: { method: 'put', action: 'put', options: 'UpdateOptions', statuses: [200, 201], body: 'object' },
  delete: { method: 'delete', action: 'delete', options: 'DeleteOptions', statuses: [200, 202], body: 'DeleteOptions' },
  patch: { method: 'patch', action: 'patch', options: 'PatchOptions', statuses: [200], body: 'Patch' },
} as const satisfies Record<string, ActionFacts>;

function describeRoute(verb: keyof typeof ACTIONS, kind: string, subresource: string): string {
  const of = subresource === '' ? '' : ` ${subresource} of`;
  switch (verb) {
    case 'list':
      return `list objects of kind ${kind}`;
    case 'deletecollection':
      return `delete collection of ${kind}`;
    case 'create':
    case 'delete':
      return `${verb}${withArticle(kind)}`;
    case 'patch':
      return `partially update${of} the specified ${kind}`;
    default:
      return `${verb}${of} the specified ${kind}`;
  }
}

/** Adds the definitions of a custom kind and its list. */
export function addCustomDefinitions(
  custom: CustomOpenApi,
  definitions: Definitions,
  registry: TypeRegistry,
  dialect: Dialect,
  describe: Describe,
): void {
  const { group, version, kind, listKind } = custom;
  const name = customDefinitionName(group, version, kind);
  const selectable = custom.selectableFields?.length
    ? { 'x-kubernetes-selectable-fields': custom.selectableFields.map((path) => ({ fieldPath: path.replace(/^\./, '') })) }
    : {};
  const typeMeta = typeMetaProperties(describe);
  const marks = (of: string): Schema => ({ 'x-kubernetes-group-version-kind': [{ group, version, kind: of }], ...selectable });

  const metadata = metaReference(
    definitions,
    registry,
    dialect,
    'ObjectMeta',
    `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
  );
  definitions.add(name, { ...objectSchema(custom, dialect, typeMeta, metadata), ...marks(kind) });
  definitions.add(customDefinitionName(group, version, listKind), {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      ...typeMeta,
      items: { description: `List of ${custom.resource}. More info: ${CONVENTIONS}`, type: 'array', items: definitions.refer(name) },
      metadata: metaReference(definitions, registry, dialect, 'ListMeta', `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`),
    },
    ...marks(listKind),
  });
}

/** Without a schema nothing but `object` is published: clients would take any property list for a complete one. */
function objectSchema(custom: CustomOpenApi, dialect: Dialect, typeMeta: Schema, metadata: Schema): Schema {
  const schema = custom.schema as JsonSchema | undefined;
  const open = dialect === 'v2' && (custom.preserveUnknownFields === true || schema?.['x-kubernetes-preserve-unknown-fields'] === true);
  if (schema === undefined || open) return { type: 'object' };
  const published = publishedSchema(schema, dialect, { apiVersion: typeMeta['apiVersion'], kind: typeMeta['kind'], metadata });
  const own = published['properties'] as Readonly<Record<string, Json>> | undefined;
  return { ...published, properties: { ...own, ...typeMeta, metadata } };
}

function typeMetaProperties(describe: Describe): Schema {
  const property = (name: string): Schema => {
    const description = describe(`${META}.Status`, name);
    return { ...(description !== undefined && { description }), type: 'string' };
  };
  return { apiVersion: property('apiVersion'), kind: property('kind') };
}

function metaReference(definitions: Definitions, registry: TypeRegistry, dialect: Dialect, kind: string, description: string): Schema {
  const reference = definitions.refer(registry.typeByName(`${META}.${kind}`));
  return dialect === 'v3' ? { description, allOf: [reference] } : { description, ...reference };
}
