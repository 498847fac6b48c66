import { describe, expect, test } from 'vitest';
import { fieldPath } from '../../../src/patch/apply/path-element.js';
import { toParentManagedFields, toScaleManagedFields, type ReplicasPaths } from '../../../src/patch/apply/scale-handler.js';
import type { JsonObject } from '../../../src/schema/type.js';

const paths: ReplicasPaths = new Map([
  ['apps/v1', fieldPath('spec', 'replicas')],
  ['apps/v1beta1', fieldPath('spec', 'old', 'replicas')],
  ['apps/unscaled', undefined],
]);

const TIME = '2026-01-01T00:00:00Z';

function entry(manager: string, operation: string, apiVersion: string, fieldsV1: JsonObject, more: JsonObject = {}): JsonObject {
  return { manager, operation, apiVersion, time: TIME, fieldsType: 'FieldsV1', fieldsV1, ...more };
}

const replicas = { 'f:spec': { 'f:replicas': {} } };
const selector = { 'f:spec': { 'f:selector': {} } };
const both = { 'f:spec': { 'f:replicas': {}, 'f:selector': {} } };

describe('the managedFields of a Scale', () => {
  test('are those that own the replicas', () => {
    const parent = [
      entry('a', 'Apply', 'apps/v1', both),
      entry('b', 'Apply', 'apps/v1', selector),
      entry('c', 'Update', 'apps/v1beta1', { 'f:spec': { 'f:old': { 'f:replicas': {} } } }),
      entry('d', 'Update', 'apps/unscaled', replicas),
      entry('e', 'Update', 'apps/v0', replicas),
    ];
    expect(toScaleManagedFields(parent, paths)).toEqual([
      entry('a', 'Apply', 'autoscaling/v1', replicas),
      entry('c', 'Update', 'autoscaling/v1', replicas),
    ]);
  });

  test('are absent if nobody does', () => {
    expect(toScaleManagedFields([entry('b', 'Apply', 'apps/v1', selector)], paths)).toBeUndefined();
    expect(toScaleManagedFields(undefined, paths)).toBeUndefined();
  });
});

describe('the managedFields of what was scaled', () => {
  const parent = [entry('a', 'Apply', 'apps/v1', both), entry('b', 'Apply', 'apps/v1', replicas), entry('c', 'Apply', 'apps/v1', selector)];

  test('stay if the owners of the replicas do', () => {
    expect(toParentManagedFields(parent, toScaleManagedFields(parent, paths), paths, 'apps/v1')).toEqual(parent);
  });

  test('lose the replicas to who has scaled, whose entry has no time', () => {
    const scaled = [entry('scaler', 'Update', 'autoscaling/v1', replicas, { subresource: 'scale' })];
    expect(toParentManagedFields(parent, scaled, paths, 'apps/v1')).toEqual([
      entry('a', 'Apply', 'apps/v1', selector),
      entry('c', 'Apply', 'apps/v1', selector),
      { manager: 'scaler', operation: 'Update', apiVersion: 'apps/v1', fieldsType: 'FieldsV1', fieldsV1: replicas, subresource: 'scale' },
    ]);
  });

  test('forget owners of unknown versions, and keep those of versions without replicas', () => {
    const others = [entry('d', 'Update', 'apps/unscaled', replicas), entry('e', 'Update', 'apps/v0', replicas)];
    expect(toParentManagedFields(others, [], paths, 'apps/v1')).toEqual([others[0]]);
  });
});
