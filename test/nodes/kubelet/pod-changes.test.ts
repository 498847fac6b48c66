import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import type { Pod } from '../../../src/component-helpers/pods.js';
import type { Container, ResourceList } from '../../../src/schema/generated/core-v1.js';
import { condition, IN_DEFAULT, Kubelets, state } from './support.js';

const PROBE = { httpGet: { port: 80 }, periodSeconds: 5, failureThreshold: 2 };

describe('a kubelet', () => {
  let kubelets: Kubelets;
  beforeAll(async () => {
    kubelets = await Kubelets.start();
  });
  afterAll(async () => {
    await kubelets.cluster.stop();
  });
  const asking = (requests: ResourceList): Partial<Container> => ({ resources: { requests } });
  const resize = (pod: Pod, requests: ResourceList): Promise<KubeObject> => {
    const containers = [{ name: 'c0', resources: { requests } }];
    return kubelets.cluster.client.patch({ ...IN_DEFAULT, subresource: 'resize' }, pod.metadata.name ?? '', 'strategic', {
      spec: { containers },
    });
  };

  it('gives a running pod other resources without a restart', async () => {
    await kubelets.create('grown', [asking({ cpu: '100m' })]);
    await resize(await kubelets.after('3s', 'grown'), { cpu: '200m' });
    await kubelets.cluster.settled();
    expect(condition(await kubelets.get('grown'), 'PodResizeInProgress')).toMatchObject({ status: 'True', observedGeneration: 2 });
    const grown = await kubelets.after('1s', 'grown');
    expect(condition(grown, 'PodResizeInProgress')).toBeUndefined();
    expect(grown.status.containerStatuses?.[0]).toMatchObject({
      restartCount: 0,
      resources: { requests: { cpu: '200m' } },
      allocatedResources: { cpu: '200m' },
    });
    expect(await kubelets.eventsOf('grown')).toEqual(
      expect.arrayContaining([
        'ResizeStarted||Pod resize started: {"containers":[{"name":"c0","resources":{"requests":{"cpu":"200m"}}}],"generation":2}',
        'ResizeCompleted||Pod resize completed: {"containers":[{"name":"c0","resources":{"requests":{"cpu":"200m"}}}],"generation":2}',
      ]),
    );
  });

  it('restarts a container for a resize that needs it', async () => {
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    await kubelets.create('anew', [{ ...asking({ memory: '64Mi' }), resizePolicy }]);
    await resize(await kubelets.after('3s', 'anew'), { memory: '128Mi' });
    const anew = await kubelets.after('5s', 'anew');
    expect(anew.status.containerStatuses?.[0]).toMatchObject({ restartCount: 1, resources: { requests: { memory: '128Mi' } } });
    expect(await kubelets.eventsOf('anew')).toContain('Killing|spec.containers{c0}|Container c0 resize requires restart');
  });

  it('defers a resize until there is room for it', async () => {
    await kubelets.create('first', [asking({ cpu: '3' })]);
    await kubelets.create('second', [asking({ cpu: '3' })]);
    await resize(await kubelets.after('3s', 'second'), { cpu: '6' });
    const waiting = await kubelets.after('1s', 'second');
    expect(condition(waiting, 'PodResizePending')).toMatchObject({ status: 'True', reason: 'Deferred' });
    expect(condition(waiting, 'PodResizePending')?.message).toMatch(
      /^Node didn't have enough resource: cpu, requested: 6000, used: \d+, capacity: 8000$/,
    );
    expect(waiting.status.containerStatuses?.[0]).toMatchObject({ allocatedResources: { cpu: '3' } });
    await kubelets.cluster.client.delete(IN_DEFAULT, 'first');
    const resized = await kubelets.after('3s', 'second');
    expect(condition(resized, 'PodResizePending')).toBeUndefined();
    expect(resized.status.containerStatuses?.[0]).toMatchObject({
      allocatedResources: { cpu: '6' },
      resources: { requests: { cpu: '6' } },
    });
  });

  it('kills a container whose liveness probe fails often enough', async () => {
    await kubelets.create('sick', [{ livenessProbe: PROBE, readinessProbe: PROBE }], {}, { annotations: { 'kubesim.io/probes': 'fail' } });
    const running = await kubelets.after('2s', 'sick');
    expect(running.status.containerStatuses?.[0]).toMatchObject({ started: true, ready: false, restartCount: 0 });
    const restarted = await kubelets.after('8s', 'sick');
    expect(restarted.status.containerStatuses?.[0]).toMatchObject({ restartCount: 1 });
    const events = await kubelets.eventsOf('sick');
    expect(events).toContain('Killing|spec.containers{c0}|Container c0 failed liveness probe, will be restarted');
    expect(events.some((event) => event.startsWith('Unhealthy|spec.containers{c0}|Readiness probe failed: '))).toBe(true);
  });

  it('holds readiness back until the startup probe has succeeded', async () => {
    const startupProbe = { ...PROBE, initialDelaySeconds: 10 };
    await kubelets.create('slow', [{ startupProbe, readinessProbe: PROBE }]);
    expect((await kubelets.after('5s', 'slow')).status.containerStatuses?.[0]).toMatchObject({ started: false, ready: false });
    expect((await kubelets.after('8s', 'slow')).status.containerStatuses?.[0]).toMatchObject({ started: true, ready: true });
  });

  it('restarts all containers if a rule says so', async () => {
    const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }];
    const trigger = { image: 'busybox', command: ['sh', '-c', 'sleep 2; exit 42'], restartPolicy: 'Never', restartPolicyRules: rules };
    await kubelets.create('all', [{}, trigger], { restartPolicy: 'Never' });
    const before = await kubelets.after('2s', 'all');
    expect(state(before)).toHaveProperty('running');
    expect(condition(before, 'AllContainersRestarting')).toMatchObject({ status: 'False' });
    const after = await kubelets.after('3s', 'all');
    expect(after.status.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([1, 1]);
    expect(after.status.containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'RestartingAllContainers' });
    expect(after.status.phase).toBe('Running');
  });
});
