import { describe, expect, test } from 'vitest';
import { StatusError, type Status } from '../../../src/apimachinery/status.js';
import { FieldManager, type FieldManagerOptions } from '../../../src/patch/apply/field-manager.js';
import { setOf } from '../../../src/patch/apply/field-set.js';
import { managedFieldsFault } from '../../../src/patch/apply/managed-fields.js';
import { fieldPath } from '../../../src/patch/apply/path-element.js';
import type { Json, JsonObject } from '../../../src/schema/type.js';
import { managerOf, thing } from './support/operations.js';
import { builtIn, int, map, objectType, set, string, struct } from './support/types.js';

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsV1: JsonObject;
  readonly subresource?: string;
}

function entries(object: JsonObject): Entry[] {
  return ((object['metadata'] as JsonObject)['managedFields'] ?? []) as unknown as Entry[];
}

function names(object: JsonObject): string[] {
  return entries(object).map((entry) => `${entry.manager} ${entry.operation}`);
}

function statusOf(action: () => unknown): Status {
  try {
    action();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A clock that moves on by a second a request. */
function ticking(): () => string {
  let seconds = 0;
  return () => `2026-01-01T00:00:${String(seconds++).padStart(2, '0')}Z`;
}

function configMaps(options: Partial<FieldManagerOptions> = {}): FieldManager {
  return new FieldManager({
    type: builtIn('', 'v1', 'ConfigMap'),
    apiVersion: 'v1',
    kind: 'ConfigMap',
    now: ticking(),
    decode: (merged) => merged,
    ...options,
  });
}

function configMap(data: Json, metadata: Json = {}): JsonObject {
  return { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'cm', ...(metadata as JsonObject) }, data: data as JsonObject };
}

const stored = (object: JsonObject): JsonObject => ({ ...object, metadata: { ...(object['metadata'] as JsonObject), uid: 'u' } });

describe('a create', () => {
  test('gives its manager all that is not in the zero value', () => {
    const type = builtIn('apps', 'v1', 'Deployment');
    const manager = new FieldManager({ type, apiVersion: 'apps/v1', kind: 'Deployment', now: ticking(), decode: (merged) => merged });
    const created = manager.updateNoErrors(
      undefined,
      {
        kind: 'Deployment',
        apiVersion: 'apps/v1',
        metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80, protocol: 'TCP' }], resources: {} }] },
          },
          strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: 1 } },
        },
        status: {},
      },
      'author',
    );
    expect(entries(created)).toEqual([
      {
        manager: 'author',
        operation: 'Update',
        apiVersion: 'apps/v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
            'f:template': {
              'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
              'f:spec': {
                'f:containers': {
                  'k:{"name":"web"}': {
                    '.': {},
                    'f:image': {},
                    'f:name': {},
                    'f:ports': { '.': {}, 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} } },
                    'f:resources': {},
                  },
                },
              },
            },
          },
        },
      },
    ]);
    expect(Object.keys(entries(created)[0] ?? {})).toEqual(['manager', 'operation', 'apiVersion', 'time', 'fieldsType', 'fieldsV1']);
  });

  test('of nothing but a name has no managedFields', () => {
    expect(entries(configMaps().updateNoErrors(undefined, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' } }, 'a'))).toEqual(
      [],
    );
  });

  test('leaves out what the strategy resets', () => {
    const manager = configMaps({ resetFields: new Map([['v1', setOf(fieldPath('data'))]]) });
    expect(entries(manager.updateNoErrors(undefined, configMap({ k: '1' }, { labels: { a: 'b' } }), 'a'))[0]?.fieldsV1).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
    });
  });

  test('without a manager’s name is by "unknown"', () => {
    expect(names(configMaps().updateNoErrors(undefined, configMap({ k: '1' }), ''))).toEqual(['unknown Update']);
  });

  test('of a custom resource that does not fit its schema has no managedFields, and somebody is told', () => {
    const errors: unknown[] = [];
    const manager = new FieldManager({
      type: objectType(struct({ n: int })),
      apiVersion: 'example/v1',
      kind: 'Thing',
      isCustom: true,
      now: ticking(),
      decode: (merged) => merged,
      report: (error) => errors.push(error),
    });
    expect(entries(manager.updateNoErrors(undefined, thing({ n: 'x' }), 'a'))).toEqual([]);
    expect(String(errors[0])).toContain(
      'failed to convert new object (/one; example/v1, Kind=Thing) to smd typed: .spec.n: expected numeric',
    );
  });
});

describe('an update', () => {
  test('that changes nothing keeps the entries as they are', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const sent = structuredClone(live);
    const updated = manager.updateNoErrors(live, sent, 'b');
    expect(entries(updated)).toBe(entries(live));
  });

  test('does not change what it is given', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const sent = configMap({ k: '2' }, { uid: 'u' });
    const before = structuredClone([live, sent]);
    manager.updateNoErrors(live, sent, 'b');
    manager.apply(live, configMap({ k: '3' }), 'c', true);
    expect([live, sent]).toEqual(before);
  });

  test('by the same manager adds to its entry and sets the time', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const updated = manager.updateNoErrors(live, configMap({ k: '1', l: '2' }, { uid: 'u' }), 'a');
    expect(entries(updated)).toMatchObject([
      { manager: 'a', time: '2026-01-01T00:00:01Z', fieldsV1: { 'f:data': { '.': {}, 'f:k': {}, 'f:l': {} } } },
    ]);
  });

  test('through a subresource has an entry of its own and cannot write managedFields', () => {
    const live = stored(configMaps().updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const manager = configMaps({ subresource: 'status' });
    const updated = manager.updateNoErrors(live, configMap({ k: '2' }, { uid: 'u', managedFields: [] }), 'a');
    expect(entries(updated).map(({ manager: name, subresource, fieldsV1 }) => [name, subresource, fieldsV1])).toEqual([
      ['a', undefined, { 'f:data': {} }],
      ['a', 'status', { 'f:data': { 'f:k': {} } }],
    ]);
    expect(entries(manager.updateNoErrors(live, configMap({ k: '1', l: '1' }, { uid: 'u', managedFields: [] }), 'a'))).toHaveLength(2);
  });

  test.each<[string, Json]>([
    ['an empty list', []],
    ['one empty entry', [{}]],
  ])('with %s for managedFields starts over, and stays without', (_title, managedFields) => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const reset = manager.updateNoErrors(live, configMap({ k: '2' }, { uid: 'u', managedFields }), 'a');
    expect(reset['metadata']).not.toHaveProperty('managedFields');
    expect(entries(manager.updateNoErrors(reset, configMap({ k: '3' }, { uid: 'u' }), 'a'))).toEqual([]);
  });

  test('without managedFields keeps those that are there', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    expect(names(manager.updateNoErrors(live, configMap({ k: '1', l: '1' }, { uid: 'u' }), 'b'))).toEqual(['a Update', 'b Update']);
  });

  test('may write managedFields', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const entry = { manager: 'mine', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:k': {} } } };
    expect(entries(manager.updateNoErrors(live, configMap({ k: '1' }, { uid: 'u', managedFields: [entry] }), 'a'))).toEqual([entry]);
  });

  test.each<[string, Json]>([
    ['another operation', { operation: 'Create' }],
    ['no version', { apiVersion: '' }],
    ['no type of fields', { fieldsType: '' }],
    ['an unknown type of fields', { fieldsType: 'FieldsV2' }],
    ['fields that cannot be read', { fieldsV1: { data: {} } }],
  ])('with an entry of %s has its managedFields dropped', (_title, fault) => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const entry = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {}, ...(fault as JsonObject) };
    expect(names(manager.updateNoErrors(live, configMap({ k: '1' }, { uid: 'u', managedFields: [entry] }), 'b'))).toEqual(['a Update']);
  });

  test('by an eleventh manager puts the oldest ones together', () => {
    const manager = configMaps();
    const data: Record<string, string> = {};
    let live: JsonObject | undefined;
    for (let i = 0; i < 12; i++) {
      data[`k${i}`] = '1';
      live = stored(manager.updateNoErrors(live, configMap({ ...data }, { uid: 'u' }), `m${i}`));
    }
    expect(names(live!)).toEqual(['ancient-changes Update', ...[3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => `m${i} Update`)]);
    expect(entries(live!)[0]).toMatchObject({
      time: '2026-01-01T00:00:02Z',
      fieldsV1: { 'f:data': { '.': {}, 'f:k0': {}, 'f:k1': {}, 'f:k2': {} } },
    });
  });

  test('of a version that nobody knows any more forgets its owners', () => {
    const manager = configMaps();
    const entry = { manager: 'old', operation: 'Update', apiVersion: 'v0', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } };
    const live = configMap({ k: '1' }, { uid: 'u', managedFields: [entry, { ...entry, manager: 'new', apiVersion: 'v1' }] });
    expect(names(manager.updateNoErrors(live, configMap({ k: '2' }, { uid: 'u' }), 'a'))).toEqual(['new Update', 'a Update']);
  });
});

describe('entries are sorted', () => {
  test('by operation, time in whole seconds, manager, version and subresource', () => {
    const entry = (manager: string, operation: string, time: string | undefined, subresource?: string): JsonObject => ({
      manager,
      operation,
      apiVersion: 'v1',
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': {} },
      ...(subresource === undefined ? {} : { subresource }),
    });
    const managedFields = [
      entry('b', 'Update', '2026-01-01T00:00:02Z', 'status'),
      entry('b', 'Update', '2026-01-01T00:00:02Z'),
      entry('a', 'Update', '2026-01-01T00:00:02Z'),
      entry('z', 'Update', undefined),
      entry('z', 'Update', '2026-01-01T01:00:01+01:00', 'scale'),
      entry('z', 'Apply', '2026-01-01T00:00:09Z'),
    ];
    const live = configMap({ k: '1' }, { uid: 'u' });
    const updated = configMaps().updateNoErrors(live, configMap({ k: '1' }, { uid: 'u', managedFields }), 'x');
    expect(entries(updated).map(({ manager, time, subresource }) => [manager, time, subresource])).toEqual([
      ['z', '2026-01-01T00:00:09Z', undefined],
      ['z', undefined, undefined],
      ['z', '2026-01-01T00:00:01Z', 'scale'],
      ['a', '2026-01-01T00:00:02Z', undefined],
      ['b', '2026-01-01T00:00:02Z', undefined],
      ['b', '2026-01-01T00:00:02Z', 'status'],
    ]);
  });
});

describe('an apply', () => {
  test('that creates merges into the zero value', () => {
    const type = builtIn('', 'v1', 'Service');
    const manager = new FieldManager({ type, apiVersion: 'v1', kind: 'Service', now: ticking(), decode: (merged) => merged });
    const config = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } };
    const made = manager.apply(undefined, config, 'a', false);
    expect(made).toMatchObject({ ...config, status: { loadBalancer: {} } });
    expect(entries(made)[0]?.fieldsV1).toEqual({
      'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
    });
  });

  test('that changes only who owns what has an entry without time', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1' }), 'a'));
    const applied = manager.apply(live, configMap({ k: '1' }), 'b', false);
    expect(entries(applied).map(({ manager: name, time }) => [name, time])).toEqual([
      ['b', undefined],
      ['a', '2026-01-01T00:00:00Z'],
    ]);
    expect(entries(manager.apply(stored(applied), configMap({ k: '1' }), 'b', false))).toBe(entries(applied));
  });

  test('to an object that nobody keeps track of gives all that is there an owner', () => {
    const applied = configMaps().apply(configMap({ k: '1', l: '2' }, { uid: 'u' }), configMap({ l: '3' }), 'a', true);
    expect(entries(applied)).toMatchObject([
      { manager: 'a', operation: 'Apply', fieldsV1: { 'f:data': { 'f:l': {} } } },
      { manager: 'before-first-apply', operation: 'Update', fieldsV1: { 'f:data': { '.': {}, 'f:k': {} } } },
    ]);
  });

  test('is one manager in every version', () => {
    const entry = { manager: 'a', operation: 'Apply', apiVersion: 'v0', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:l': {} } } };
    const applied = configMaps().apply(configMap({ k: '1' }, { uid: 'u', managedFields: [entry] }), configMap({ k: '1' }), 'a', false);
    expect(entries(applied)).toMatchObject([{ manager: 'a', apiVersion: 'v1', fieldsV1: { 'f:data': { 'f:k': {} } } }]);
  });

  test('hands the merged object to the decoder, and a fraction for an integer never', () => {
    const decoded: JsonObject[] = [];
    const type = builtIn('apps', 'v1', 'Deployment');
    const manager = new FieldManager({
      type,
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      now: ticking(),
      decode: (merged) => {
        decoded.push(merged);
        return { ...merged, decoded: true };
      },
    });
    const config = (replicas: number) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas } });
    expect(manager.apply(undefined, config(2), 'a', false)['decoded']).toBe(true);
    expect(decoded).toHaveLength(1);
    expect(statusOf(() => manager.apply(undefined, config(1.5), 'a', false))).toEqual({
      code: 500,
      reason: '',
      message:
        'failed to convert new object (/d; apps/v1, Kind=Deployment) to proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: cannot convert float64 to int32',
    });
    expect(decoded).toHaveLength(1);
  });

  test.each<[string, JsonObject, Status]>([
    [
      'another kind',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cm' } },
      { code: 400, reason: 'BadRequest', message: 'invalid object type: /v1, Kind=Secret' },
    ],
    [
      'another version',
      { apiVersion: 'apps/v1', kind: 'ConfigMap' },
      { code: 400, reason: 'BadRequest', message: 'invalid object type: apps/v1, Kind=ConfigMap' },
    ],
    ['no kind', { data: {} }, { code: 400, reason: 'BadRequest', message: 'invalid object type: /, Kind=' }],
    [
      'a version that is none',
      { apiVersion: 'a/b/c', kind: 'ConfigMap' },
      { code: 400, reason: 'BadRequest', message: 'invalid object type: /, Kind=' },
    ],
    [
      'managedFields',
      configMap({}, { managedFields: [] }),
      { code: 400, reason: 'BadRequest', message: 'metadata.managedFields must be nil' },
    ],
    [
      'an unknown field',
      { ...configMap({}, { namespace: 'ns' }), datum: { k: '1' } },
      {
        code: 500,
        reason: '',
        message: 'failed to create typed patch object (ns/cm; /v1, Kind=ConfigMap): .datum: field not declared in schema',
      },
    ],
    [
      'the same element twice',
      configMap({}, { finalizers: ['a/b', 'a/b'] }),
      {
        code: 500,
        reason: '',
        message: 'failed to create typed patch object (/cm; /v1, Kind=ConfigMap): .metadata.finalizers: duplicate entries for key [="a/b"]',
      },
    ],
  ])('of %s is refused', (_title, config, status) => {
    expect(statusOf(() => configMaps().apply(undefined, config, 'a', true))).toEqual(status);
  });

  test('may say null for managedFields', () => {
    expect(names(configMaps().apply(undefined, configMap({ k: '1' }, { managedFields: null }), 'a', false))).toEqual(['a Apply']);
  });

  test('tells one conflict in a line and several by manager', () => {
    const manager = configMaps();
    const live = stored(manager.updateNoErrors(undefined, configMap({ k: '1', l: '1' }), 'b "x"'));
    expect(statusOf(() => manager.apply(live, configMap({ k: '2' }), 'c', false))).toEqual({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "b \\"x\\"" using v1: .data.k',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "b \\"x\\"" using v1', field: '.data.k' }] },
    });
    const scaled = stored(
      configMaps({ subresource: 'scale' }).updateNoErrors(live, configMap({ k: '1', l: '1', m: '1' }, { uid: 'u' }), 'a'),
    );
    expect(statusOf(() => manager.apply(scaled, configMap({ k: '2', l: '2', m: '2' }), 'c', false)).message).toBe(
      'Apply failed with 3 conflicts: conflicts with "a" with subresource "scale" using v1:\n- .data.m\nconflicts with "b \\"x\\"" using v1:\n- .data.k\n- .data.l',
    );
  });

  test('fails over managedFields that cannot be read', () => {
    const live = configMap({ k: '1' }, { uid: 'u', managedFields: [{ manager: 'x', operation: 'None' }] });
    expect(statusOf(() => configMaps().apply(live, configMap({ k: '1' }), 'a', false)).message).toBe(
      'failed to decode managed fields: operation must be `Apply` or `Update`',
    );
  });
});

describe('kubectl’s move from client-side to server-side apply', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const lastApplied = (data: Json): JsonObject => ({ [annotation]: JSON.stringify(configMap(data)) });
  const created = (manager: FieldManager, data: Json, annotations: JsonObject): JsonObject =>
    stored(manager.updateNoErrors(undefined, configMap(data, { annotations }), 'kubectl-client-side-apply'));
  const annotationsOf = (object: JsonObject): JsonObject => (object['metadata'] as JsonObject)['annotations'] as JsonObject;

  test('meets no conflict over what the annotation says, and brings the annotation up to date', () => {
    const manager = configMaps();
    const live = created(manager, { k: '1', gone: '1' }, lastApplied({ k: '1', gone: '1' }));
    const applied = manager.apply(live, configMap({ k: '2' }, { annotations: { other: '<' } }), 'kubectl', false);
    expect(applied['data']).toEqual({ k: '2', gone: '1' });
    expect(annotationsOf(applied)[annotation]).toBe(
      '{"apiVersion":"v1","data":{"k":"2"},"kind":"ConfigMap","metadata":{"annotations":{"other":"\\u003c"},"name":"cm"}}\n',
    );
    expect(names(applied)).toEqual(['kubectl Apply', 'kubectl-client-side-apply Update']);
  });

  test('has a conflict where the value has changed since', () => {
    const manager = configMaps();
    const live = created(manager, { k: '1', l: '1' }, lastApplied({ k: '1', l: '1' }));
    const edited = stored(
      manager.updateNoErrors(live, configMap({ k: '1', l: '5' }, { uid: 'u', annotations: lastApplied({ k: '1', l: '1' }) }), 'editor'),
    );
    expect(statusOf(() => manager.apply(edited, configMap({ k: '2', l: '2' }), 'kubectl', false)).message).toBe(
      'Apply failed with 1 conflict: conflict with "editor" using v1: .data.l',
    );
  });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['another version', JSON.stringify({ ...configMap({ k: '1' }), apiVersion: 'v2' })],
    ['another kind', JSON.stringify({ ...configMap({ k: '1' }), kind: 'Secret' })],
    ['what does not fit the type', JSON.stringify({ ...configMap({ k: '1' }), nope: 1 })],
    ['nothing', ''],
  ])('has conflicts as usual if the annotation is %s', (_title, text) => {
    const manager = configMaps();
    const live = created(manager, { k: '1' }, { [annotation]: text });
    expect(statusOf(() => manager.apply(live, configMap({ k: '2' }), 'kubectl', false)).code).toBe(409);
  });

  test('is kubectl’s own: others have conflicts, and leave the annotation', () => {
    const manager = configMaps();
    const live = created(manager, { k: '1' }, lastApplied({ k: '1' }));
    expect(statusOf(() => manager.apply(live, configMap({ k: '2' }), 'other', false)).code).toBe(409);
    expect(annotationsOf(manager.apply(live, configMap({ k: '2' }), 'other', true))).toEqual(lastApplied({ k: '1' }));
  });

  test('drops the annotation if annotations get too long', () => {
    const manager = configMaps();
    const live = created(manager, { k: '1' }, lastApplied({ k: '1' }));
    const applied = manager.apply(live, configMap({ k: 'x'.repeat(300_000) }), 'kubectl', true);
    expect(applied['metadata']).not.toHaveProperty('annotations');
  });
});

describe('hostile input', () => {
  const nested = (depth: number): Json => {
    let value: Json = 1;
    for (let i = 0; i < depth; i++) value = { a: value };
    return value;
  };
  const manager = managerOf(struct({}));

  test('nesting that no object has ends in an error, not in a stack that is exhausted', () => {
    const deep = thing(undefined);
    deep['spec'] = nested(9_000) as JsonObject;
    expect(statusOf(() => manager.apply(undefined, deep, 'a', false))).toMatchObject({
      code: 500,
      message: expect.stringContaining('exceeded max depth') as string,
    });
    expect(entries(manager.updateNoErrors(undefined, deep, 'a'))).toEqual([]);
    const live = thing({ a: 1 });
    expect(entries(manager.updateNoErrors(live, deep, 'a'))).toEqual([]);
    expect(
      managedFieldsFault([{ manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: nestedFields(9_000) }]),
    ).toContain('exceeded max depth');
  });

  test('nesting that objects may have is fine', () => {
    const live = stored(manager.apply(undefined, thing(nested(400)), 'a', false));
    expect(names(manager.updateNoErrors(live, { ...thing(nested(401)), metadata: { uid: 'u' } }, 'b'))).toEqual(['a Apply', 'b Update']);
    expect(names(manager.apply(live, thing(nested(402)), 'c', true))).toEqual(['a Apply', 'c Apply']);
  });

  test('names that objects inherit are fields like any other', () => {
    const type = struct({ map: map(string), list: set(string) });
    const things = managerOf(type);
    const spec = JSON.parse('{"map":{"__proto__":"x","constructor":"y","toString":"z"}}') as JsonObject;
    const live = stored(things.apply(undefined, thing(spec), 'a', false));
    expect(Object.keys((live['spec'] as JsonObject)['map'] as JsonObject)).toEqual(['__proto__', 'constructor', 'toString']);
    const less = things.apply(live, thing(JSON.parse('{"map":{"constructor":"y"}}') as JsonObject), 'a', false);
    expect(less['spec']).toEqual({ map: JSON.parse('{"constructor":"y"}') as Json });
    expect(Object.getPrototypeOf((less['spec'] as JsonObject)['map'])).toBe(Object.prototype);
  });

  function nestedFields(depth: number): JsonObject {
    let value: JsonObject = {};
    for (let i = 0; i < depth; i++) value = { 'f:a': value };
    return value;
  }
});
