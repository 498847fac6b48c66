import { describe, expect, it } from 'vitest';
import { BackOff } from '../../../src/nodes/kubelet/back-off.js';

describe('BackOff', () => {
  it('lets the first try pass, then waits ten seconds, doubling up to five minutes', () => {
    const backOff = new BackOff();
    expect(backOff.blockedUntil('c', 0, 0)).toBeUndefined();
    const delays: number[] = [];
    let now = 0;
    for (let i = 0; i < 7; i++) {
      backOff.next('c', now);
      delays.push(backOff.delayOf('c'));
      now += backOff.delayOf('c');
    }
    expect(delays).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  });

  it('counts from the end of what failed', () => {
    const backOff = new BackOff();
    backOff.next('c', 1_000);
    expect(backOff.blockedUntil('c', 6_000, 5_000)).toBe(15_000);
    expect(backOff.blockedUntil('c', 15_000, 5_000)).toBeUndefined();
  });

  it('forgets what went well for ten minutes', () => {
    const backOff = new BackOff();
    backOff.next('c', 0);
    backOff.next('c', 10_000);
    expect(backOff.blockedUntil('c', 620_001, 620_001)).toBeUndefined();
    backOff.next('c', 620_001);
    expect(backOff.delayOf('c')).toBe(10_000);
  });
});
