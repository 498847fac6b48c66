import { describe, expect, it } from 'vitest';
import { matchesNodeSelector, PreferredNodeAffinity, RequiredNodeAffinity } from '../../src/component-helpers/node-affinity.js';
import type { NodeSelectorTerm } from '../../src/schema/generated/core-v1.js';

const node = { metadata: { name: 'a', labels: { disk: 'ssd', size: '10' } } };

const term = (key: string, operator: string, ...values: string[]): NodeSelectorTerm => ({ matchExpressions: [{ key, operator, values }] });
const field = (operator: string, ...values: string[]): NodeSelectorTerm => ({ matchFields: [{ key: 'metadata.name', operator, values }] });

describe('matchesNodeSelector', () => {
  const cases: readonly [string, NodeSelectorTerm[], boolean][] = [
    ['In', [term('disk', 'In', 'ssd', 'hdd')], true],
    ['In with other values', [term('disk', 'In', 'hdd')], false],
    ['NotIn', [term('disk', 'NotIn', 'hdd')], true],
    ['NotIn of a label that is absent', [term('zone', 'NotIn', 'far')], true],
    ['Exists', [term('disk', 'Exists')], true],
    ['DoesNotExist', [term('disk', 'DoesNotExist')], false],
    ['Gt', [term('size', 'Gt', '9')], true],
    ['Lt', [term('size', 'Lt', '9')], false],
    ['a field', [field('In', 'a')], true],
    ['a field of another node', [field('In', 'b')], false],
    ['a field that must differ', [field('NotIn', 'b')], true],
    ['labels and fields together', [{ ...term('disk', 'In', 'ssd'), ...field('In', 'b') }], false],
    ['one of two terms', [term('disk', 'In', 'hdd'), term('size', 'Exists')], true],
    ['an empty term', [{}], false],
    ['no terms', [], false],
    ['an operator that nobody knows', [term('disk', 'Like', 's*')], false],
    ['a bound that is no number', [term('size', 'Gt', 'big')], false],
  ];
  it.each(cases)('%s', (_, nodeSelectorTerms, expected) => {
    expect(matchesNodeSelector({ nodeSelectorTerms }, node)).toBe(expected);
  });
});

describe('RequiredNodeAffinity', () => {
  it('takes nodeSelector and affinity together', () => {
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term('size', 'Exists')] } },
    };
    expect(new RequiredNodeAffinity({ nodeSelector: { disk: 'ssd' }, affinity }).matches(node)).toBe(true);
    expect(new RequiredNodeAffinity({ nodeSelector: { disk: 'hdd' }, affinity }).matches(node)).toBe(false);
    expect(new RequiredNodeAffinity({}).isEmpty).toBe(true);
    expect(new RequiredNodeAffinity({}).matches(node)).toBe(true);
  });
});

describe('PreferredNodeAffinity', () => {
  it('adds up the weights of what matches', () => {
    const preferred = new PreferredNodeAffinity([
      { weight: 10, preference: term('disk', 'In', 'ssd') },
      { weight: 5, preference: term('disk', 'In', 'hdd') },
      { weight: 2, preference: term('size', 'Exists') },
      { weight: 7, preference: {} },
    ]);
    expect(preferred.score(node)).toBe(12);
  });
});
