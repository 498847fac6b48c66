import { describe, expect, test } from 'vitest';
import { keepTimes } from '../../../src/patch/apply/keep-times.js';
import type { Json, JsonObject } from '../../../src/schema/type.js';

const at = (time: string | undefined, data: Json = { k: '1' }, fields: JsonObject = { 'f:data': {} }): JsonObject => ({
  kind: 'ConfigMap',
  metadata: {
    name: 'cm',
    managedFields: [{ manager: 'a', operation: 'Update', apiVersion: 'v1', ...(time === undefined ? {} : { time }), fieldsV1: fields }],
  },
  data: data as JsonObject,
});
const before = at('2026-01-01T00:00:00Z');

describe('times of managedFields', () => {
  test('stay the old ones where nothing else has changed', () => {
    expect(keepTimes(at('2026-01-01T00:00:05Z'), before)).toEqual(before);
    expect(keepTimes(at(undefined), before)).toEqual(before);
  });

  test.each<[string, JsonObject]>([
    ['the object has changed', at('2026-01-01T00:00:05Z', { k: '2' })],
    ['an owner has changed', at('2026-01-01T00:00:05Z', { k: '1' }, { 'f:data': { 'f:k': {} } })],
    ['there are more owners', { ...before, metadata: { name: 'cm', managedFields: [{}, {}] } }],
    ['there are none', { ...before, metadata: { name: 'cm' } }],
    [
      'other metadata have changed',
      { ...at('2026-01-01T00:00:05Z'), metadata: { ...(at('2026-01-01T00:00:05Z')['metadata'] as JsonObject), labels: {} } },
    ],
  ])('are the new ones where %s', (_title, after) => {
    expect(keepTimes(after, before)).toBe(after);
  });
});
