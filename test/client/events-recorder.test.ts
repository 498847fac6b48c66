import { expect, it } from 'vitest';
import { VirtualClock } from '../../src/apimachinery/clock.js';
import { EventsRecorder } from '../../src/client/events-recorder.js';
import type { Typed } from '../../src/client/client.js';
import { startCluster } from '../../src/cluster.js';
import { EVENTS } from '../../src/component-helpers/resources.js';
import { silentLogger } from '../../src/server/logger.js';
import type { Event } from '../../src/schema/generated/core-v1.js';

it('tells what happens, and makes a series of what happens again', async () => {
  const clock = new VirtualClock();
  await using cluster = await startCluster({ nodes: 0, controllers: ['-*'], clock });
  const recorder = new EventsRecorder({
    client: cluster.client,
    clock,
    logger: silentLogger,
    reportingController: 'default-scheduler',
    reportingInstance: 'default-scheduler-a',
  });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u', resourceVersion: '7' } };
  const happening = { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: 'x'.repeat(2000) } as const;
  const told = async (count: number): Promise<readonly Typed<Event>[]> => {
    for (;;) {
      const { items } = await cluster.client.list<Typed<Event>>({ resource: EVENTS, namespace: 'default' });
      if ((items[0]?.series?.count ?? items.length) >= count) return items;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  recorder.record(pod, happening);
  expect(await told(1)).toMatchObject([
    {
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: 'default', uid: 'u', resourceVersion: '7' },
      reason: 'FailedScheduling',
      action: 'Scheduling',
      type: 'Warning',
      message: `${'x'.repeat(1020)} ...`,
      reportingComponent: 'default-scheduler',
      reportingInstance: 'default-scheduler-a',
      eventTime: '2026-01-01T00:00:00.000000Z',
    },
  ]);
  clock.advance(1000);
  recorder.record(pod, happening);
  expect(await told(2)).toMatchObject([{ series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' } }]);
});
