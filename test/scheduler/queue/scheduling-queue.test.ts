import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/apimachinery/clock.js';
import { onNode } from '../../../src/scheduler/cluster-event.js';
import type { QueuedPod } from '../../../src/scheduler/queue/queued-pod.js';
import { SchedulingQueue } from '../../../src/scheduler/queue/scheduling-queue.js';
import { aNode, aPod } from '../fixtures.js';

const REJECTED = new Set(['Picky']);

function setUp(): { queue: SchedulingQueue; clock: VirtualClock; blocked: Set<string> } {
  const clock = new VirtualClock();
  const blocked = new Set<string>();
  const picky = [onNode(['Add', 'UpdateNodeLabel'], (_, now) => now?.metadata.labels?.['wanted'] === 'yes')];
  const queue = new SchedulingQueue({
    clock,
    interests: new Map([['Picky', picky]]),
    isBlocked: ({ uid }) => blocked.has(uid),
    onReady: () => undefined,
  });
  return { queue, clock, blocked };
}

const names = (queue: SchedulingQueue): string[] => {
  const found: string[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) found.push(next.info.name);
  return found;
};

function popped(queue: SchedulingQueue): QueuedPod {
  const next = queue.pop();
  if (next === undefined) throw new Error('nothing is ready');
  return next;
}

describe('SchedulingQueue', () => {
  it('gives out more important pods first, then older ones', () => {
    const { queue, clock } = setUp();
    queue.add(aPod('old'));
    clock.advance(5);
    queue.add(aPod('new'));
    queue.add(aPod('newer'));
    queue.add(aPod('important', { priority: 10 }));
    expect(names(queue)).toEqual(['important', 'old', 'new', 'newer']);
  });

  it('keeps a rejected pod until something happens that its plugins care about', () => {
    const { queue } = setUp();
    queue.add(aPod('p'));
    queue.addRejected(popped(queue), REJECTED);
    queue.moveAll({ resource: 'Pod', action: 'Delete', old: aPod('other') });
    queue.moveAll({ resource: 'Node', action: 'Add', now: aNode('a') });
    queue.moveAll({ resource: 'Node', action: 'UpdateNodeTaint', now: aNode('a', { labels: { wanted: 'yes' } }) });
    expect(queue.ready).toBe(0);
    queue.moveAll({ resource: 'Node', action: 'Add', now: aNode('a', { labels: { wanted: 'yes' } }) });
    expect(names(queue)).toEqual(['p']);
  });

  it('lets pods that were tried lately come after those that were not', () => {
    const { queue } = setUp();
    queue.add(aPod('tired', { priority: 10 }));
    queue.addRejected(popped(queue), REJECTED);
    queue.moveAll({ resource: 'Node', action: 'Add', now: aNode('a', { labels: { wanted: 'yes' } }) });
    queue.add(aPod('fresh'));
    expect(names(queue)).toEqual(['fresh', 'tired']);
  });

  it('tries a pod again five minutes later whatever happens', () => {
    const { queue, clock } = setUp();
    queue.add(aPod('p'));
    queue.addRejected(popped(queue), REJECTED);
    clock.advance(299_999);
    expect(queue.ready).toBe(0);
    clock.advance(1);
    expect(names(queue)).toEqual(['p']);
  });

  it('tries a pod whose attempt failed after 1, 2, 4, 8 and then every 10 seconds', () => {
    const { queue, clock } = setUp();
    queue.add(aPod('p'));
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      queue.addFailed(popped(queue));
      clock.advance(seconds * 1000 - 1);
      expect(queue.ready).toBe(0);
      clock.advance(1);
      expect(queue.ready).toBe(1);
    }
  });

  it('holds back what is blocked until an update frees it', () => {
    const { queue, blocked } = setUp();
    blocked.add('p');
    queue.add(aPod('p'));
    queue.moveAll({ resource: 'Node', action: 'Add', now: aNode('a') });
    expect(queue.ready).toBe(0);
    blocked.delete('p');
    queue.update(aPod('p'), [{ resource: 'Pod', action: 'Update' }]);
    expect(queue.ready).toBe(0);
    queue.update(aPod('p'), [{ resource: 'Pod', action: 'UpdatePodSchedulingGatesEliminated' }]);
    expect(names(queue)).toEqual(['p']);
  });

  it('forgets what is deleted', () => {
    const { queue, clock } = setUp();
    for (const name of ['active', 'rejected', 'failed']) queue.add(aPod(name));
    const [active, rejected, failed] = [popped(queue), popped(queue), popped(queue)];
    queue.add(active.info.pod);
    queue.addRejected(rejected, REJECTED);
    queue.addFailed(failed);
    for (const name of ['active', 'rejected', 'failed']) {
      expect(queue.has(name)).toBe(true);
      queue.delete(name);
      expect(queue.has(name)).toBe(false);
    }
    clock.advance(600_000);
    expect(names(queue)).toEqual([]);
  });
});
