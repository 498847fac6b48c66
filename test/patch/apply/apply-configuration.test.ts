import { describe, expect, test } from 'vitest';
import { applyConfiguration } from '../../../src/patch/apply/apply-configuration.js';
import type { JsonObject } from '../../../src/schema/type.js';
import { builtIn } from './support/types.js';

const type = builtIn('apps', 'v1', 'Deployment');
const head = { apiVersion: 'apps/v1', kind: 'Deployment' };
const containers = (...items: JsonObject[]): JsonObject => ({ ...head, spec: { template: { spec: { containers: items } } } });

describe('an apply configuration of a policy', () => {
  test('is merged without managedFields', () => {
    const object = containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' });
    expect(applyConfiguration(type, object, containers({ name: 'b', image: 'z' }, { name: 'c', image: 'w' }))).toEqual(
      containers({ name: 'a', image: 'x' }, { name: 'b', image: 'z' }, { name: 'c', image: 'w' }),
    );
    expect(object).toEqual(containers({ name: 'a', image: 'x' }, { name: 'b', image: 'y' }));
  });

  test.each<[string, JsonObject, string]>([
    ['unknown fields', { ...head, data: {} }, 'failed to convert patch object to typed object: .data: field not declared in schema'],
    [
      'wrong types',
      { ...head, metadata: { name: 5 } },
      'failed to convert patch object to typed object: .metadata.name: expected string, got &value.valueUnstructured{Value:5}',
    ],
    [
      'what can only be set as a whole',
      { ...head, spec: { selector: {}, template: { spec: { containers: [{ name: 'a', args: ['x'] }] } } } },
      'invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector, .spec.template.spec.containers[0].args',
    ],
  ])('may not have %s', (_title, config, message) => {
    expect(() => applyConfiguration(type, containers({ name: 'a' }), config)).toThrow(message);
  });
});
