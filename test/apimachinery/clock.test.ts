import { describe, expect, test, vi } from 'vitest';
import { SystemClock, VirtualClock, type Clock } from '../../src/apimachinery/clock.js';

describe('the virtual clock', () => {
  test('stands still until it is told to go on', () => {
    const clock = new VirtualClock(1000);
    const fired: string[] = [];
    clock.after(10, () => fired.push('ten'));
    expect([clock.now(), clock.next(), fired]).toEqual([1000, 1010, []]);
    clock.advance(9);
    expect(fired).toEqual([]);
    clock.advance(1);
    expect([clock.now(), clock.next(), fired]).toEqual([1010, undefined, ['ten']]);
  });

  test('fires in the order of moments, then of arrangement', () => {
    const clock = new VirtualClock(0);
    const fired: string[] = [];
    for (const [delay, name] of [
      [5, 'c'],
      [1, 'a'],
      [5, 'd'],
      [3, 'b'],
      [9, 'e'],
    ] as const) {
      clock.after(delay, () => fired.push(`${name}@${String(clock.now())}`));
    }
    clock.advance(100);
    expect(fired).toEqual(['a@1', 'b@3', 'c@5', 'd@5', 'e@9']);
    expect(clock.now()).toBe(100);
  });

  test('passes a day of a job that starts itself anew every hour', () => {
    const clock = new VirtualClock(0);
    let runs = 0;
    const arm = (clock: Clock): void => {
      clock.after(3_600_000, () => {
        runs++;
        arm(clock);
      });
    };
    arm(clock);
    clock.advance(24 * 3_600_000);
    expect(runs).toBe(24);
  });

  test('what was cancelled never fires', () => {
    const clock = new VirtualClock(0);
    const action = vi.fn();
    const cancel = clock.after(5, action);
    cancel();
    cancel();
    clock.after(5, action)();
    clock.advance(10);
    expect(action).not.toHaveBeenCalled();
    expect(clock.next()).toBeUndefined();
  });

  test('the past is never gone back to', () => {
    const clock = new VirtualClock(50);
    clock.advanceTo(10);
    clock.after(-5, () => undefined);
    expect([clock.now(), clock.next()]).toEqual([50, 50]);
  });

  test('keeps the order with many timers', () => {
    const clock = new VirtualClock(0);
    const fired: number[] = [];
    const delays = Array.from({ length: 500 }, (_, i) => (i * 7919) % 1000);
    for (const delay of delays) clock.after(delay, () => fired.push(delay));
    clock.advance(1000);
    expect(fired).toEqual([...delays].sort((a, b) => a - b));
  });

  test('lets asynchronous work settle after each moment', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    clock.after(1, () => {
      void Promise.resolve().then(() => clock.after(1, () => seen.push(clock.now())));
    });
    await clock.advanceSettled(10, () => new Promise((resolve) => setImmediate(resolve)));
    expect([seen, clock.now()]).toEqual([[2], 10]);
  });
});

test('the system clock uses timers, also for delays beyond their limit', () => {
  vi.useFakeTimers();
  try {
    const clock = new SystemClock();
    const month = 40 * 24 * 3_600_000;
    const soon = vi.fn();
    const late = vi.fn();
    const never = vi.fn();
    clock.after(5, soon);
    clock.after(month, late);
    const cancel = clock.after(month, never);
    vi.advanceTimersByTime(month - 1);
    expect([soon.mock.calls.length, late.mock.calls.length]).toEqual([1, 0]);
    cancel();
    vi.advanceTimersByTime(1);
    expect([late.mock.calls.length, never.mock.calls.length]).toEqual([1, 0]);
    expect(clock.now()).toBe(Date.now());
  } finally {
    vi.useRealTimers();
  }
});
