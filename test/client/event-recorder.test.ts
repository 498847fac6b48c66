import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/apimachinery/clock.js';
import { Activity } from '../../src/client/activity.js';
import type { KubeObject, Typed } from '../../src/client/client.js';
import { EventRecorder } from '../../src/client/event-recorder.js';
import { silentLogger, startCluster, type Cluster } from '../../src/index.js';
import type { Event } from '../../src/schema/generated/core-v1.js';

const EVENTS = { resource: { group: '', version: 'v1', resource: 'events' } };

describe('EventRecorder', () => {
  let cluster: Cluster;
  const clock = new VirtualClock();
  const activity = new Activity(false);
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], clock });
  });
  afterAll(async () => {
    await cluster.stop();
  });
  const subject = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
  });
  const recorder = (): EventRecorder =>
    new EventRecorder({ client: cluster.client, clock, logger: silentLogger, activity, component: 'tester', host: 'node-1' });
  const eventsOf = async (name: string): Promise<readonly Typed<Event>[]> => {
    await activity.settled();
    const { items } = await cluster.client.list<Typed<Event>>(EVENTS, { fieldSelector: `involvedObject.name=${name}` });
    return items;
  };

  it('writes who says what about whom', async () => {
    recorder().warning({ object: subject('one'), fieldPath: 'spec.containers{web}' }, 'BackOff', 'Back-off restarting');
    const [event] = await eventsOf('one');
    expect(event).toMatchObject({
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting',
      count: 1,
      source: { component: 'tester', host: 'node-1' },
      reportingComponent: 'tester',
      involvedObject: { kind: 'Pod', name: 'one', namespace: 'default', fieldPath: 'spec.containers{web}' },
    });
  });

  it('counts what is said again on the event that was there', async () => {
    const say = recorder();
    for (let i = 0; i < 3; i++) say.normal(subject('again'), 'Pulling', 'Pulling image');
    const events = await eventsOf('again');
    expect(events.map(({ count }) => count)).toEqual([3]);
  });

  it('joins many different messages of one kind into one, and drops a flood', async () => {
    const say = recorder();
    for (let i = 0; i < 40; i++) say.normal(subject('flood'), 'Noise', `message ${String(i)}`);
    const events = await eventsOf('flood');
    const joined = events.filter(({ message }) => message?.startsWith('(combined from similar events): '));
    expect(joined).toHaveLength(1);
    expect(events.reduce((sum, { count = 0 }) => sum + count, 0)).toBe(25);
  });
});
