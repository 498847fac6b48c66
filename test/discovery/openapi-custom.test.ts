import { describe, expect, it } from 'vitest';
import type { CustomOpenApi } from '../../src/discovery/openapi-custom.js';
import { publishedSchema, type JsonSchema } from '../../src/discovery/openapi-custom-schema.js';
import { OpenApiDocuments } from '../../src/discovery/openapi-documents.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { Json } from '../../src/schema/type.js';

const registry = new TypeRegistry();

const lamps: CustomOpenApi = {
  group: 'stable.example.com',
  version: 'v1',
  resource: 'lamps',
  kind: 'Lamp',
  listKind: 'LampList',
  namespaced: true,
  schema: {
    type: 'object',
    properties: { spec: { type: 'object', properties: { color: { type: 'string', nullable: true, default: 'red' } } } },
  },
  status: true,
  scale: true,
  selectableFields: ['.spec.color'],
};

interface V3 {
  readonly info: Json;
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { operationId: string; tags: string[]; description: string; requestBody?: { content: object } }>>
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

interface V2 {
  readonly paths: object;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

function documentsOf(...custom: CustomOpenApi[]): OpenApiDocuments {
  return new OpenApiDocuments(registry, () => custom);
}

/** The same array each time, as the contract wants. */
function read(documents: OpenApiDocuments): V3 {
  return JSON.parse(documents.v3('apis/stable.example.com/v1')?.json.toString('utf8') ?? 'null') as V3;
}

describe('the OpenAPI v3 document of a custom resource', () => {
  const custom = [lamps];
  const document = read(new OpenApiDocuments(registry, () => custom));

  it('has the paths of the resource and its subresources', () => {
    const one = '/apis/stable.example.com/v1/namespaces/{namespace}/lamps';
    expect(Object.keys(document.paths)).toEqual([
      '/apis/stable.example.com/v1/lamps',
      one,
      `${one}/{name}`,
      `${one}/{name}/status`,
      `${one}/{name}/scale`,
    ]);
  });

  it('names operations after group, version and kind', () => {
    const one = document.paths['/apis/stable.example.com/v1/namespaces/{namespace}/lamps/{name}'];
    expect(one?.['patch']).toMatchObject({
      operationId: 'patchStableExampleComV1NamespacedLamp',
      tags: ['stableExampleCom_v1'],
      description: 'partially update the specified Lamp',
    });
    expect(document.paths['/apis/stable.example.com/v1/lamps']?.['get']?.operationId).toBe('listStableExampleComV1LampForAllNamespaces');
  });

  it('offers no strategic merge patch', () => {
    const one = document.paths['/apis/stable.example.com/v1/namespaces/{namespace}/lamps/{name}'];
    expect(Object.keys(one?.['patch']?.requestBody?.content ?? {})).toEqual([
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
    ]);
  });

  it('has the kind with its metadata, and its list', () => {
    const lamp = document.components.schemas['com.example.stable.v1.Lamp'];
    expect(Object.keys(lamp?.['properties'] as object)).toEqual(['spec', 'apiVersion', 'kind', 'metadata']);
    expect(lamp).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', version: 'v1', kind: 'Lamp' }],
      'x-kubernetes-selectable-fields': [{ fieldPath: 'spec.color' }],
    });
    expect(document.components.schemas['com.example.stable.v1.LampList']).toMatchObject({
      required: ['items'],
      properties: { items: { type: 'array', items: { $ref: '#/components/schemas/com.example.stable.v1.Lamp' } } },
    });
  });

  it('tells kinds that all group versions have as client-go knows them', () => {
    const kinds = document.components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']?.[
      'x-kubernetes-group-version-kind'
    ] as { group: string }[];
    expect(kinds.some(({ group }) => group === 'apps')).toBe(true);
    expect(kinds.some(({ group }) => group === 'apiextensions.k8s.io')).toBe(false);
  });
});

describe('documents of changing custom resources', () => {
  it('join the resources of a group version, and follow what is served', () => {
    let custom: readonly CustomOpenApi[] = [];
    const documents = new OpenApiDocuments(registry, () => custom);
    const before = documents.v2();
    const builtin = documents.v3('apis/apps/v1');
    expect(documents.v3('apis/stable.example.com/v1')).toBeUndefined();
    expect(documents.v3Index().toString('utf8')).not.toContain('stable.example.com');

    custom = [lamps, { ...lamps, resource: 'bulbs', kind: 'Bulb', listKind: 'BulbList', namespaced: false }];
    expect(Object.keys(read(documents).paths)).toContain('/apis/stable.example.com/v1/bulbs/{name}');
    expect(documents.v3Index().toString('utf8')).toContain('/openapi/v3/apis/stable.example.com/v1?hash=');
    expect(documents.v2()).not.toBe(before);
    expect(documents.v2()).toBe(documents.v2());
    expect(documents.v3('apis/apps/v1')).toBe(builtin);
  });

  it.each(['__proto__', 'constructor', 'apis/__proto__', ''])('have none named %j', (name) => {
    expect(documentsOf(lamps).v3(name)).toBeUndefined();
  });
});

describe('the OpenAPI v2 document with a custom resource', () => {
  const read2 = (custom: CustomOpenApi): V2 => JSON.parse(documentsOf(custom).v2().json.toString('utf8')) as V2;

  it('has its paths and definitions beside the built-in ones', () => {
    const document = read2(lamps);
    expect(document.paths).toHaveProperty(['/apis/stable.example.com/v1/namespaces/{namespace}/lamps/{name}/scale']);
    expect(document.definitions['com.example.stable.v1.Lamp']).toMatchObject({ properties: { spec: { properties: { color: {} } } } });
    expect(document.definitions).toHaveProperty(['io.k8s.api.core.v1.Pod']);
  });

  it.each([
    ['without a schema', { schema: undefined }],
    ['that keeps unknown fields', { preserveUnknownFields: true }],
    ['whose schema keeps unknown fields', { schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }],
  ])('publishes a resource %s as any object', (_, change) => {
    expect(read2({ ...lamps, ...change }).definitions['com.example.stable.v1.Lamp']).toEqual({
      type: 'object',
      'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', kind: 'Lamp', version: 'v1' }],
      'x-kubernetes-selectable-fields': [{ fieldPath: 'spec.color' }],
    });
  });
});

describe('a published schema', () => {
  const anyOf = [{ type: 'integer' }, { type: 'string' }];

  it.each<[string, JsonSchema, JsonSchema, JsonSchema]>([
    [
      'spells out int-or-string, in v3',
      { 'x-kubernetes-int-or-string': true },
      { 'x-kubernetes-int-or-string': true, anyOf },
      { 'x-kubernetes-int-or-string': true },
    ],
    [
      'keeps int-or-string that is spelled out',
      { 'x-kubernetes-int-or-string': true, anyOf },
      { 'x-kubernetes-int-or-string': true, anyOf },
      { 'x-kubernetes-int-or-string': true },
    ],
    [
      'puts int-or-string before other conditions',
      { 'x-kubernetes-int-or-string': true, anyOf: [{ minLength: 1 }], allOf: [{ maxLength: 5 }] },
      { 'x-kubernetes-int-or-string': true, anyOf: [{ minLength: 1 }], allOf: [{ anyOf }, { maxLength: 5 }] },
      { 'x-kubernetes-int-or-string': true },
    ],
    [
      'has no junctors, defaults or nulls in v2',
      { type: 'string', default: 'a', not: { minLength: 3 } },
      { type: 'string', default: 'a', not: { minLength: 3 } },
      { type: 'string' },
    ],
    [
      'has no type in v2 where null is one',
      { type: 'object', nullable: true, properties: { a: { type: 'string' } } },
      { type: 'object', nullable: true, properties: { a: { type: 'string' } } },
      {},
    ],
    [
      'does not require in v2 what may be null',
      { type: 'object', required: ['a', 'b'], properties: { a: { nullable: true }, b: { type: 'string' } } },
      { type: 'object', required: ['a', 'b'], properties: { a: { nullable: true }, b: { type: 'string' } } },
      { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'string' } } },
    ],
    [
      'leaves out what is empty, but no default',
      { type: 'boolean', uniqueItems: false, title: '', default: false },
      { type: 'boolean', default: false },
      { type: 'boolean' },
    ],
    [
      'keeps whether further properties are allowed',
      { type: 'object', additionalProperties: false },
      { type: 'object', additionalProperties: false },
      { type: 'object', additionalProperties: false },
    ],
  ])('%s', (_, schema, v3, v2) => {
    expect(publishedSchema(schema, 'v3', {})).toEqual(v3);
    expect(publishedSchema(schema, 'v2', {})).toEqual(v2);
  });

  it('gives an embedded resource its type and metadata', () => {
    const published = publishedSchema({ type: 'object', 'x-kubernetes-embedded-resource': true, required: ['kind'] }, 'v3', {
      metadata: { type: 'object' },
    });
    expect(published).toMatchObject({
      required: ['kind', 'apiVersion'],
      properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } },
    });
  });

  it('may have a property of any name', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}') as JsonSchema;
    expect(JSON.stringify(publishedSchema(schema, 'v3', {}))).toBe(JSON.stringify(schema));
  });

  it('ends at some depth', () => {
    let schema: JsonSchema = { type: 'string' };
    for (let i = 0; i < 20_000; i++) schema = { type: 'array', items: schema };
    expect(JSON.stringify(publishedSchema(schema, 'v3', {})).length).toBeLessThan(100_000);
  });
});
