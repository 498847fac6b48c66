import { describe, expect, it } from 'vitest';
import { victimsOf, type Holder } from '../../../src/nodes/kubelet/critical-pods.js';
import { aPod } from '../../scheduler/fixtures.js';

const CRITICAL = 2_000_001_000;

function holder(name: string, qosClass: string, cpu: number, memory = 0, priority = 0): Holder {
  return {
    pod: { ...aPod(name, { priority }), status: { qosClass } },
    amounts: new Map([
      ['cpu', cpu],
      ['memory', memory],
    ]),
  };
}

describe('the pods that make room for a critical one', () => {
  const holders = [
    holder('idle', 'BestEffort', 0),
    holder('small', 'Burstable', 200, 10),
    holder('medium', 'Burstable', 500, 20),
    holder('wide', 'Burstable', 500, 30),
    holder('firm', 'Guaranteed', 2000, 50),
    holder('vital', 'Guaranteed', 4000, 100, CRITICAL),
  ];
  const cases: readonly [string, [string, number][], string[] | undefined][] = [
    ['nearest to what is lacking', [['cpu', 150]], ['small']],
    ['of several that hold enough the one that asks for less', [['cpu', 400]], ['medium']],
    ['as few as possible', [['cpu', 1000]], ['medium', 'wide']],
    ['guaranteed ones only where the others are not enough', [['cpu', 1300]], ['firm']],
    ['any pod, where there are too many', [['pods', 1]], ['idle']],
    [
      'for several resources',
      [
        ['cpu', 400],
        ['memory', 25],
      ],
      ['wide'],
    ],
    ['never critical ones', [['cpu', 3300]], undefined],
  ];
  it.each(cases)('are %s', (_, lacking, expected) => {
    const shortages = lacking.map(([name, amount]) => ({ name, amount }));
    const victims = victimsOf(aPod('critical', { priority: CRITICAL }), holders, shortages);
    expect(victims?.map(({ pod }) => pod.metadata.name)).toEqual(expected);
  });
});
