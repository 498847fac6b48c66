import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FieldPath } from '../../../src/apimachinery/field-path.js';
import { validateConditions } from '../../../src/apimachinery/validation/conditions.js';
import {
  hasInvalidLabelValue,
  validateFieldSelectorRequirement,
  validateLabelSelector,
} from '../../../src/apimachinery/validation/label-selector.js';
import { nameIsDnsSubdomain } from '../../../src/apimachinery/validation/names.js';
import {
  validateImmutableField,
  validateObjectMeta,
  validateObjectMetaUpdate,
  type ObjectMetaView,
} from '../../../src/apimachinery/validation/object-meta.js';

const METADATA = FieldPath.of('metadata');

function faults(meta: ObjectMetaView, namespaced = true): string[] {
  return validateObjectMeta(meta, namespaced, nameIsDnsSubdomain, METADATA).map(String);
}

const VALID: ObjectMetaView = {
  name: 'web',
  namespace: 'default',
  labels: { app: 'web', 'example.com/Tier': '' },
  annotations: { 'Example.com/Any': 'text with spaces' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }],
  finalizers: ['example.com/f', 'orphan'],
  managedFields: [{ manager: 'kubectl', operation: 'Update', fieldsType: 'FieldsV1' }],
};

describe('new metadata', () => {
  test('what is right has no faults', () => {
    expect(faults(VALID)).toEqual([]);
    expect(faults({ name: 'web' }, false)).toEqual([]);
  });

  // Each was checked against ValidateObjectMeta of v1.36.2.
  test.each<[string, ObjectMetaView, string[]]>([
    ['no name', { namespace: 'a' }, ['metadata.name: Required value: name or generateName is required']],
    ['no namespace', { name: 'a' }, ['metadata.namespace: Required value']],
    ['a namespace with dots', { name: 'a', namespace: 'a.b' }, ['metadata.namespace: Invalid value: "a.b": must not contain dots']],
    ['a negative generation', { ...VALID, generation: -1 }, ['metadata.generation: Invalid value: -1: must be greater than or equal to 0']],
    [
      'an owner of no version',
      { ...VALID, ownerReferences: [{ apiVersion: 'a/b/c', kind: '', name: '', uid: '' }] },
      [
        'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
        'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
        'metadata.ownerReferences.name: Invalid value: "": must not be empty',
        'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      ],
    ],
    [
      'both finalizers of the collector',
      { ...VALID, finalizers: ['orphan', 'foregroundDeletion'] },
      ['metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set'],
    ],
    [
      'odd managed fields',
      { ...VALID, managedFields: [{ manager: 'a\tb☃\u0007', operation: '<Op>', fieldsType: 'V2', subresource: 'x'.repeat(257) }] },
      [
        'metadata.managedFields[0].operation: Invalid value: "\\u003cOp\\u003e": must be `Apply` or `Update`',
        'metadata.managedFields[0].fieldsType: Invalid value: "V2": must be `FieldsV1`',
        'metadata.managedFields[0].manager: Invalid value: "a\\tb☃\\a": invalid character U+0009 (at position 1)',
        'metadata.managedFields[0].manager: Invalid value: "a\\tb☃\\a": invalid character U+0007 (at position 6)',
        'metadata.managedFields[0].subresource: Too long: may not be more than 256 bytes',
      ],
    ],
  ])('%s', (_name, meta, expected) => {
    expect(faults(meta)).toEqual(expected);
  });

  test('a namespace on a cluster-scoped type', () => {
    expect(faults({ name: 'a', namespace: 'b' }, false)).toEqual(['metadata.namespace: Forbidden: not allowed on this type']);
  });

  test('annotations are bounded by their bytes, not their characters', () => {
    const limit = 256 * 1024;
    const tooLong = ['metadata.annotations: Too long: may not be more than 262144 bytes'];
    expect(faults({ ...VALID, annotations: { k: 'x'.repeat(limit - 1) } })).toEqual([]);
    expect(faults({ ...VALID, annotations: { k: 'x'.repeat(limit) } })).toEqual(tooLong);
    expect(faults({ ...VALID, annotations: { k: 'é'.repeat(limit / 2) } })).toEqual(tooLong);
  });

  test('keys of the prototype are keys like others', () => {
    const labels = JSON.parse('{"__proto__":"-","constructor":"ok"}') as Record<string, string>;
    expect(faults({ ...VALID, labels })).toHaveLength(2);
  });
});

describe('changed metadata', () => {
  const old: ObjectMetaView = { ...VALID, uid: 'u', resourceVersion: '1', generation: 2, creationTimestamp: '2026-01-01T00:00:00Z' };
  const changes = (meta: ObjectMetaView, before = old): string[] => validateObjectMetaUpdate(meta, before, METADATA).map(String);

  test('what stays within the rules has no faults', () => {
    expect(changes({ ...old, labels: { a: 'b' }, generation: 3 })).toEqual([]);
  });

  test('identity and times are immutable', () => {
    expect(changes({ name: 'b', namespace: 'c', uid: '<v>', generation: 1, deletionGracePeriodSeconds: 3 })).toEqual([
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.namespace: Invalid value: "c": field is immutable',
      'metadata.uid: Invalid value: "\\u003cv\\u003e": field is immutable',
      'metadata.creationTimestamp: Invalid value: null: field is immutable',
      'metadata.deletionGracePeriodSeconds: Invalid value: 3: field is immutable',
    ]);
  });

  test('an object under deletion gets no further finalizers', () => {
    const dying = { ...old, deletionTimestamp: '2026-01-02T00:00:00Z' };
    expect(changes({ ...dying, finalizers: ['z/z', 'orphan', 'a/a'] }, dying)).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a/a", "z/z"}',
    ]);
    expect(changes({ ...dying, finalizers: [] }, dying)).toEqual([]);
  });
});

describe('immutable fields', () => {
  const same = (value: unknown, old: unknown): boolean => validateImmutableField(value, old, METADATA).length === 0;

  test.each<[unknown, unknown, boolean]>([
    [{ a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, true],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: [] }, true],
    [undefined, [], true],
    [null, undefined, true],
    [{}, undefined, false],
    [{ a: 1 }, { a: 2 }, false],
    [[1], [1, 2], false],
    [0, undefined, false],
    [JSON.parse('{"__proto__":1}'), {}, false],
  ])('%j and %j are the same: %s', (value, old, expected) => {
    expect(same(value, old)).toBe(expected);
    expect(same(old, value)).toBe(expected);
  });

  test('a fault shows the new value', () => {
    expect(validateImmutableField({ a: 1 }, null, METADATA).map(String)).toEqual(['metadata: Invalid value: {"a":1}: field is immutable']);
  });
});

describe('selectors in objects', () => {
  const path = FieldPath.of('s');
  const selector = {
    matchLabels: { a: '-' },
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'a', operator: 'Exists', values: ['x'] },
      { key: 'a', operator: 'Gt', values: ['_'] },
    ],
  };

  test('faults are found at every requirement', () => {
    const texts = validateLabelSelector(selector, {}, path).map((error) => error.toString().slice(0, 80));
    expect(texts).toEqual([
      expect.stringContaining('s.matchLabels: Invalid value: "-": a valid label must be'),
      "s.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'".slice(0, 80),
      "s.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists'".slice(0, 80),
      's.matchExpressions[2].operator: Invalid value: "Gt": not a valid selector operator'.slice(0, 80),
      expect.stringContaining('s.matchExpressions[2].values[0]: Invalid value: "_": a valid label must be'),
    ]);
    expect(validateLabelSelector(null, {}, path)).toEqual([]);
  });

  test('stored values and future operators can be let through', () => {
    const lenient = { allowInvalidLabelValue: true, allowUnknownOperator: true };
    expect(validateLabelSelector({ matchExpressions: selector.matchExpressions.slice(2) }, lenient, path)).toEqual([]);
    expect(hasInvalidLabelValue(selector)).toBe(true);
    expect(hasInvalidLabelValue({ matchLabels: { a: '-' } })).toBe(false);
  });

  test('field requirements of reviews have the same form', () => {
    expect(validateFieldSelectorRequirement({ operator: 'In' }, {}, path).map(String)).toEqual([
      's.key: Required value: must be specified',
      "s.values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    ]);
  });
});

test('conditions are complete and of different types', () => {
  const good = { type: 'Ready', status: 'True', reason: 'A:b', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const path = FieldPath.of('c');
  expect(validateConditions([good], path)).toEqual([]);
  expect(
    validateConditions([good, { ...good, status: 'Maybe', observedGeneration: -1, reason: '', lastTransitionTime: null }], path).map(
      String,
    ),
  ).toEqual([
    'c[1].type: Duplicate value: "Ready"',
    'c[1].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
    'c[1].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
    'c[1].lastTransitionTime: Required value',
    'c[1].reason: Required value',
  ]);
});

interface RecordedStep {
  readonly id: string;
  readonly method: string;
  readonly note?: string;
  readonly body?: { readonly kind?: string; readonly metadata?: ObjectMetaView };
  readonly response?: {
    readonly status?: number;
    readonly body?: { readonly details?: { readonly name?: string; readonly causes?: readonly Record<string, string>[] } };
  };
}

const RECORDED = '../shared/parity/recorded/api-metadata.json';

describe.skipIf(!existsSync(RECORDED))('recorded refusals (skipped where ../shared is absent)', () => {
  const steps = existsSync(RECORDED) ? (JSON.parse(readFileSync(RECORDED, 'utf8')) as RecordedStep[]) : [];
  const refused = steps.filter(
    ({ method, body, response }) =>
      method === 'POST' && response?.status === 422 && body?.kind === 'ConfigMap' && !JSON.stringify(body).includes('${'),
  );

  test('there are some', () => {
    expect(refused.length).toBeGreaterThan(10);
  });

  test.each(refused.map((step) => [step.id, step] as const))('step %s has the same causes', (_id, { body, response }) => {
    const details = response?.body?.details;
    const meta = { namespace: 'parity', ...body?.metadata, name: details?.name };
    const causes = validateObjectMeta(meta, true, nameIsDnsSubdomain, METADATA).map((error) => ({
      reason: error.type,
      message: error.body(),
      field: error.field,
    }));
    expect(causes).toEqual(details?.causes);
  });
});
