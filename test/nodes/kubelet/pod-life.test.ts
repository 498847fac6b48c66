import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import type { Container, PodSpec } from '../../../src/schema/generated/core-v1.js';
import { condition, IN_DEFAULT, Kubelets, NO_RESOURCES, state } from './support.js';

describe('a kubelet', () => {
  let kubelets: Kubelets;
  beforeAll(async () => {
    kubelets = await Kubelets.start();
  });
  afterAll(async () => {
    await kubelets.cluster.stop();
  });

  it('takes a pod from ContainerCreating to Running', async () => {
    await kubelets.create('web', [{}]);
    const creating = await kubelets.after('1ms', 'web');
    expect(creating.status).toMatchObject({ phase: 'Pending', hostIP: '172.18.0.3', qosClass: 'BestEffort', observedGeneration: 1 });
    expect(state(creating)).toEqual({ waiting: { reason: 'ContainerCreating' } });
    expect(condition(creating, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [c0]',
    });
    const running = await kubelets.after('3s', 'web');
    expect(running.status).toMatchObject({ phase: 'Running', podIPs: [{ ip: running.status.podIP }] });
    expect(running.status.containerStatuses?.[0]).toMatchObject({
      image: 'docker.io/library/nginx:1',
      ready: true,
      started: true,
      restartCount: 0,
    });
    expect(running.status.containerStatuses?.[0]?.containerID).toMatch(/^containerd:\/\/[0-9a-f]{64}$/);
    for (const type of ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
      expect(condition(running, type)).toMatchObject({ status: 'True', observedGeneration: 1 });
    const [pulling, pulled, created, started] = await kubelets.eventsOf('web');
    expect(pulling).toBe('Pulling|spec.containers{c0}|Pulling image "nginx:1"');
    expect(pulled).toMatch(
      /^Pulled\|spec\.containers\{c0\}\|Successfully pulled image "nginx:1" in \d+ms \(\d+ms including waiting\)\. Image size: \d+ bytes\.$/,
    );
    expect([created, started]).toEqual(['Created|spec.containers{c0}|Container created', 'Started|spec.containers{c0}|Container started']);
    const owner = running.metadata.managedFields?.find(({ subresource }) => subresource === 'status');
    expect(owner).toMatchObject({ manager: 'kubelet', operation: 'Update' });
  });

  it('fails a pod whose program is not there, if it is not to be started again', async () => {
    await kubelets.create('flightless', [{ image: 'busybox', command: ['fly'] }], { restartPolicy: 'Never' });
    const pod = await kubelets.after('3s', 'flightless');
    expect(pod.status.phase).toBe('Failed');
    expect(state(pod)).toMatchObject({ terminated: { exitCode: 128, reason: 'StartError', startedAt: '1970-01-01T00:00:00Z' } });
  });

  it('refuses parameters of the kernel that could do harm', async () => {
    const sysctls = [{ name: 'net.ipv4.tcp_syncookies', value: '1' }];
    await kubelets.create('careful', [{}], { securityContext: { sysctls } });
    await kubelets.create('harmful', [{}], { securityContext: { sysctls: [...sysctls, { name: 'kernel.msgmax', value: '65536' }] } });
    expect((await kubelets.after('3s', 'careful')).status.phase).toBe('Running');
    expect((await kubelets.get('harmful')).status).toMatchObject({
      phase: 'Failed',
      reason: 'SysctlForbidden',
      message: 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted',
    });
  });

  it('evicts what keeps more on its disk than it may', async () => {
    const writing = (path: string): Partial<Container> => ({
      image: 'busybox',
      command: ['sh', '-c', `sleep 5; dd if=/dev/zero of=${path} bs=1M count=2; sleep 1000`],
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    });
    const cache = (emptyDir: object): Partial<PodSpec> => ({ volumes: [{ name: 'cache', emptyDir }] });
    const limited = { resources: { limits: { 'ephemeral-storage': '1Mi' } } };
    await kubelets.create('full', [writing('/cache/file')], cache({ sizeLimit: '1Mi' }));
    await kubelets.create('large', [{ ...writing('/file'), ...limited }], cache({}));
    await kubelets.create('small', [writing('/cache/file')], cache({ sizeLimit: '3Mi' }));
    await kubelets.create('in-memory', [writing('/cache/file')], cache({ sizeLimit: '1Mi', medium: 'Memory' }));
    expect((await kubelets.after('7s', 'full')).status.phase).toBe('Running');
    expect((await kubelets.after('12s', 'full')).status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ',
    });
    expect((await kubelets.get('large')).status).toMatchObject({
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ',
    });
    for (const name of ['small', 'in-memory']) expect((await kubelets.get(name)).status.phase).toBe('Running');
    expect(await kubelets.eventsOf('full')).toContain('Evicted||Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ');
  });

  it('shows a pod that is being deleted until its containers have ended', async () => {
    await kubelets.create('leaving', [{}]);
    await kubelets.after('3s', 'leaving');
    await kubelets.cluster.client.delete(IN_DEFAULT, 'leaving');
    await kubelets.cluster.settled();
    const leaving = await kubelets.get('leaving');
    expect(leaving.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(state(leaving)).toHaveProperty('running');
    await kubelets.cluster.clock.advance('1s');
    await expect(kubelets.get('leaving')).rejects.toMatchObject({ status: { code: 404 } });
    expect(await kubelets.eventsOf('leaving')).toContain('Killing|spec.containers{c0}|Stopping container c0');
  });

  it('restarts what ends, and waits longer each time', async () => {
    const { metadata } = await kubelets.create('crash', [{ image: 'busybox', command: ['sh', '-c', 'exit 3'] }]);
    const waiting = await kubelets.after('6s', 'crash');
    const message = `back-off 10s restarting failed container=c0 pod=crash_default(${metadata.uid ?? ''})`;
    expect(state(waiting)).toEqual({ waiting: { reason: 'CrashLoopBackOff', message } });
    expect(waiting.status).toMatchObject({
      phase: 'Running',
      containerStatuses: [{ restartCount: 1, lastState: { terminated: { exitCode: 3, reason: 'Error' } } }],
    });
    const later = await kubelets.after('20s', 'crash');
    expect(later.status.containerStatuses?.[0]).toMatchObject({ restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } });
    expect(state(later)?.waiting?.message).toContain('back-off 20s restarting');
  });

  it.each([
    ['done', 'sleep 1', 'Succeeded', 'Completed', 0],
    ['broken', 'exit 7', 'Failed', 'Error', 7],
  ])('ends a pod that is never restarted: %s', async (name, script, phase, reason, exitCode) => {
    await kubelets.create(name, [{ image: 'busybox', command: ['sh', '-c', script] }], { restartPolicy: 'Never' });
    const pod = await kubelets.after('5s', name);
    expect(pod.status.phase).toBe(phase);
    expect(state(pod)).toMatchObject({ terminated: { reason, exitCode } });
    expect(condition(pod, 'Ready')).toMatchObject({ status: 'False', reason: phase === 'Failed' ? 'PodFailed' : 'PodCompleted' });
    expect(condition(pod, 'Ready')?.message).toBeUndefined();
  });

  it('runs init containers one after the other, and sidecars beside the rest', async () => {
    const initContainers = [
      { name: 'first', image: 'busybox', command: ['sleep', '2'], ...NO_RESOURCES },
      { name: 'side', image: 'nginx', restartPolicy: 'Always', ...NO_RESOURCES },
      { name: 'second', image: 'busybox', command: ['sleep', '2'], ...NO_RESOURCES },
    ];
    await kubelets.create('steps', [{ image: 'busybox', command: ['sleep', '2'] }], { initContainers, restartPolicy: 'Never' });
    const begun = await kubelets.after('2s', 'steps');
    expect(begun.status.initContainerStatuses?.map(({ state: { waiting, running } }) => waiting?.reason ?? (running && 'running'))).toEqual(
      ['running', 'PodInitializing', 'PodInitializing'],
    );
    expect(condition(begun, 'Initialized')).toMatchObject({ reason: 'ContainersNotInitialized' });
    const main = await kubelets.after('5s', 'steps');
    expect(main.status.phase).toBe('Running');
    expect(main.status.initContainerStatuses?.[1]).toMatchObject({ started: true, ready: true });
    const over = await kubelets.after('5s', 'steps');
    expect(over.status.phase).toBe('Succeeded');
    expect(over.status.initContainerStatuses?.[1]?.state).toHaveProperty('terminated');
  });

  it.each([
    [
      'missing',
      'webserver:404',
      'IfNotPresent',
      'ImagePullBackOff',
      /^Back-off pulling image "webserver:404": ErrImagePull: rpc error: code = NotFound/,
    ],
    ['unread', 'Not A Name', 'Always', 'InvalidImageName', /invalid reference format$/],
    [
      'never',
      'never-pulled:1',
      'Never',
      'ErrImageNeverPull',
      /^Container image "never-pulled:1" is not present with pull policy of Never$/,
    ],
  ])('says why an image is not to be had: %s', async (name, image, imagePullPolicy, reason, message) => {
    await kubelets.create(name, [{ image, imagePullPolicy }]);
    const pod = await kubelets.after('5s', name);
    expect(pod.status.phase).toBe('Pending');
    expect(state(pod)?.waiting?.reason).toBe(reason);
    expect(state(pod)?.waiting?.message).toMatch(message);
    expect((await kubelets.eventsOf(name)).some((event) => event.startsWith('Failed|spec.containers{c0}|Error: '))).toBe(true);
  });

  it.each([
    ['greedy', { containers: [{ resources: { requests: { cpu: '100' } } }] }, 'OutOfcpu', /requested: 100000, used: \d+, capacity: 8000$/],
    [
      'picky',
      { spec: { nodeSelector: { disk: 'ssd' } } },
      'NodeAffinity',
      /^Pod was rejected: Predicate NodeAffinity failed: node\(s\) didn't match/,
    ],
  ])(
    'refuses what its node cannot take: %s',
    async (name, options: { containers?: Partial<Container>[]; spec?: Partial<PodSpec> }, reason, message) => {
      await kubelets.create(name, options.containers ?? [{}], options.spec);
      const pod = await kubelets.after('1s', name);
      expect(pod.status).toMatchObject({ phase: 'Failed', reason });
      expect(pod.status.message).toMatch(message);
    },
  );

  it('makes room for a critical pod rather than refuse it', async () => {
    const asking = (cpu: string): Partial<Container>[] => [{ resources: { requests: { cpu } } }];
    await kubelets.create('bulky', asking('7'));
    expect((await kubelets.after('3s', 'bulky')).status.phase).toBe('Running');
    await kubelets.create('vital', asking('6'), { priorityClassName: 'system-node-critical' });
    expect((await kubelets.after('3s', 'vital')).status.phase).toBe('Running');
    const bulky = await kubelets.after('40s', 'bulky');
    expect(bulky.status).toMatchObject({ phase: 'Failed', reason: 'Preempting', message: 'Preempted in order to admit critical pod' });
    expect(condition(bulky, 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'TerminationByKubelet',
      message: 'Pod was preempted by Kubelet to accommodate a critical pod.',
    });
    expect(await kubelets.eventsOf('bulky')).toContainEqual(
      expect.stringMatching(/^Preempting\|.*\|Preempted in order to admit critical pod$/),
    );
    await kubelets.create('rival', asking('6'), { priorityClassName: 'system-node-critical' });
    expect((await kubelets.after('3s', 'rival')).status).toMatchObject({
      reason: 'UnexpectedAdmissionError',
      message: expect.stringContaining('no set of running pods found to reclaim resources: [(res: cpu, q: ') as unknown,
    });
    for (const name of ['vital', 'rival']) await kubelets.cluster.client.delete(IN_DEFAULT, name);
    await kubelets.cluster.clock.advance('1m');
  });

  it('ends a pod at its deadline', async () => {
    await kubelets.create('late', [{}], { activeDeadlineSeconds: 10 });
    expect((await kubelets.after('9s', 'late')).status.phase).toBe('Running');
    const late = await kubelets.after('3s', 'late');
    expect(late.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(late.status.message).toBe('Pod was active on the node longer than the specified deadline');
  });

  it('evicts a pod and kills a container for want of memory when their annotations say so', async () => {
    for (const name of ['evicted', 'hungry']) await kubelets.create(name, [{}]);
    await kubelets.after('3s', 'hungry');
    await kubelets.annotate('evicted', { 'kubesim.io/evict': 'The node was low on resource: memory. ' });
    await kubelets.annotate('hungry', { 'kubesim.io/oom-kill': 'c0' });
    const evicted = await kubelets.after('600ms', 'evicted');
    expect(evicted.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ' });
    expect(condition(evicted, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet' });
    const hungry = await kubelets.after('2s', 'hungry');
    expect(hungry.status.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    });
  });

  it('starts ephemeral containers beside the others', async () => {
    await kubelets.create('debugged', [{}]);
    const pod = await kubelets.after('3s', 'debugged');
    const ephemeralContainers = [{ name: 'debugger', image: 'nginx', ...NO_RESOURCES }];
    const body = { ...pod, spec: { ...pod.spec, ephemeralContainers } } as KubeObject;
    await kubelets.cluster.client.update({ ...IN_DEFAULT, subresource: 'ephemeralcontainers' }, body);
    const debugged = await kubelets.after('3s', 'debugged');
    expect(debugged.status.ephemeralContainerStatuses?.[0]?.state).toHaveProperty('running');
  });

  it('waits for readiness gates that others open', async () => {
    await kubelets.create('gated', [{}], { readinessGates: [{ conditionType: 'example.com/open' }] });
    const closed = await kubelets.after('3s', 'gated');
    expect(condition(closed, 'ContainersReady')?.status).toBe('True');
    expect(condition(closed, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ReadinessGatesNotReady',
      message: 'corresponding condition of pod readiness gate "example.com/open" does not exist.',
    });
    const conditions = [{ type: 'example.com/open', status: 'True' }];
    await kubelets.cluster.client.patch({ ...IN_DEFAULT, subresource: 'status' }, 'gated', 'strategic', { status: { conditions } });
    await kubelets.cluster.settled();
    expect(condition(await kubelets.get('gated'), 'Ready')?.status).toBe('True');
  });
});
