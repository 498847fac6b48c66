import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/apimachinery/clock.js';
import { Activity } from '../../src/client/activity.js';
import { WorkQueue } from '../../src/client/work-queue.js';

describe('WorkQueue', () => {
  const setUp = (work: (key: string) => Promise<void>, workers = 1) => {
    const clock = new VirtualClock();
    const activity = new Activity(false);
    return { clock, activity, queue: new WorkQueue({ clock, activity, work, workers }) };
  };

  it('works on a key once, however often it was added before', async () => {
    const seen: string[] = [];
    const { queue, activity } = setUp(async (key) => void seen.push(key));
    for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
    await activity.settled();
    expect(seen).toEqual(['a', 'b']);
  });

  it('works on a key again that was added meanwhile, and never twice at once', async () => {
    let running = 0;
    let most = 0;
    let times = 0;
    const { queue, activity } = setUp(async (key) => {
      most = Math.max(most, ++running);
      if (++times === 1) queue.add(key);
      await Promise.resolve();
      running--;
    }, 4);
    queue.add('a');
    await activity.settled();
    expect({ most, times }).toEqual({ most: 1, times: 2 });
  });

  it('works on as many keys at once as it has workers', async () => {
    let running = 0;
    let most = 0;
    const { queue, activity } = setUp(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    }, 2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await activity.settled();
    expect(most).toBe(2);
  });

  it('repeats what failed after 5, 10, 20 … milliseconds, until it succeeds', async () => {
    const moments: number[] = [];
    const { queue, activity, clock } = setUp(async () => {
      moments.push(clock.now());
      if (moments.length < 4) throw new Error('not yet');
    });
    const begin = clock.now();
    queue.add('a');
    await clock.advanceSettled(1000, () => activity.settled());
    expect(moments.map((moment) => moment - begin)).toEqual([0, 5, 15, 35]);
    expect(queue.failuresOf('a')).toBe(0);
  });

  it('keeps the earliest of several delays of a key', async () => {
    const moments: number[] = [];
    const { queue, activity, clock } = setUp(async () => void moments.push(clock.now()));
    const begin = clock.now();
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    await clock.advanceSettled(1000, () => activity.settled());
    expect(moments.map((moment) => moment - begin)).toEqual([100]);
  });

  it('does nothing any more once it is stopped', async () => {
    let times = 0;
    const { queue, activity, clock } = setUp(async () => void times++);
    queue.addAfter('a', 100);
    queue.stop();
    queue.add('b');
    await clock.advanceSettled(1000, () => activity.settled());
    expect(times).toBe(0);
  });
});
