import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject, Target, Typed } from '../../../src/client/client.js';
import {
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  DAEMON_SETS,
  DEPLOYMENTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  JOBS,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { GroupVersionResource } from '../../../src/apimachinery/group-version.js';
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../src/schema/generated/apps-v1.js';
import type { CronJob, Job } from '../../../src/schema/generated/batch-v1.js';
import type { Event, Pod } from '../../../src/schema/generated/core-v1.js';

const namespace = 'default';
const at = (resource: GroupVersionResource): Target => ({ resource, namespace });
const template = (app: string, image: string, spec: object = {}): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image, resources: { requests: { cpu: '100m' } } }], ...spec },
});

/** All on simulated nodes that take no time. */
describe('workload controllers', () => {
  let cluster: Cluster;
  const create = async (resource: GroupVersionResource, kind: string, name: string, spec: object): Promise<void> => {
    const apiVersion = `${resource.group}/${resource.version}`;
    await cluster.client.create(at(resource), { apiVersion, kind, metadata: { name, namespace }, spec } as KubeObject);
    await cluster.settled();
  };
  const get = <T>(resource: GroupVersionResource, name: string): Promise<Typed<T>> => cluster.client.get<Typed<T>>(at(resource), name);
  const list = async <T>(resource: GroupVersionResource, app: string): Promise<readonly Typed<T>[]> =>
    (await cluster.client.list<Typed<T>>(at(resource), { labelSelector: `app=${app}` })).items;
  const patch = async (resource: GroupVersionResource, name: string, change: object): Promise<void> => {
    await cluster.client.patch(at(resource), name, 'strategic', change);
    await cluster.settled();
  };
  const messages = async (name: string): Promise<(string | undefined)[]> => {
    const { items } = await cluster.client.list<Typed<Event>>(at(EVENTS), { fieldSelector: `involvedObject.name=${name}` });
    return items.map(({ message }) => message);
  };

  beforeAll(async () => {
    cluster = await startCluster({ clock: 'virtual', speed: 'instant', seed: 'workloads' });
    await cluster.settled();
  });
  afterAll(() => cluster.stop());

  it('roll a deployment out and back', async () => {
    const set = (image: string): object => ({ spec: { template: { spec: { containers: [{ name: 'main', image }] } } } });
    await create(DEPLOYMENTS, 'Deployment', 'web', {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: template('web', 'nginx:1'),
    });
    expect((await list<Pod>(PODS, 'web')).map(({ status }) => status.phase)).toEqual(['Running', 'Running', 'Running']);
    await patch(DEPLOYMENTS, 'web', set('nginx:1.21'));
    const { status, metadata } = await get<Deployment>(DEPLOYMENTS, 'web');
    expect(metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    expect(status).toMatchObject({ replicas: 3, updatedReplicas: 3, availableReplicas: 3, terminatingReplicas: 0 });
    expect(status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['Available', 'MinimumReplicasAvailable'],
      ['Progressing', 'NewReplicaSetAvailable'],
    ]);
    await patch(DEPLOYMENTS, 'web', set('nginx:1'));
    const sets = await list<ReplicaSet>(REPLICA_SETS, 'web');
    const revisions = sets.map(({ spec, metadata: { annotations } }) => [
      spec.replicas,
      annotations?.['deployment.kubernetes.io/revision'],
      annotations?.['deployment.kubernetes.io/revision-history'],
    ]);
    expect(revisions.sort()).toEqual([
      [0, '2', undefined],
      [3, '3', '1'],
    ]);
    expect(await messages('web')).toContain(
      `Scaled up replica set ${sets.find(({ spec }) => spec.replicas === 3)?.metadata.name ?? ''} from 0 to 3`,
    );
  });

  it('replace all pods at once if they are to be recreated', async () => {
    const spec = {
      replicas: 2,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { app: 'all' } },
      template: template('all', 'nginx:1'),
    };
    await create(DEPLOYMENTS, 'Deployment', 'all', spec);
    await patch(DEPLOYMENTS, 'all', { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } });
    const pods = await list<Pod>(PODS, 'all');
    expect(pods.map(({ spec: { containers } }) => containers?.[0]?.image)).toEqual(['nginx:2', 'nginx:2']);
  });

  it('tell that a rollout takes too long', async () => {
    const spec = {
      progressDeadlineSeconds: 60,
      selector: { matchLabels: { app: 'stuck' } },
      template: template('stuck', 'nginx:1', { nodeSelector: { no: 'where' } }),
    };
    await create(DEPLOYMENTS, 'Deployment', 'stuck', spec);
    await cluster.clock.advance('70s');
    const { status } = await get<Deployment>(DEPLOYMENTS, 'stuck');
    expect(status.conditions?.find(({ type }) => type === 'Progressing')?.reason).toBe('ProgressDeadlineExceeded');
  });

  it('number the pods of a stateful set, and update them from the last one on', async () => {
    const spec = { replicas: 2, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db', 'redis:7') };
    await create(STATEFUL_SETS, 'StatefulSet', 'db', spec);
    expect((await list<Pod>(PODS, 'db')).map(({ metadata }) => metadata.name)).toEqual(['db-0', 'db-1']);
    await patch(STATEFUL_SETS, 'db', {
      spec: {
        updateStrategy: { rollingUpdate: { partition: 1 } },
        template: { spec: { containers: [{ name: 'main', image: 'redis:8' }] } },
      },
    });
    expect((await list<Pod>(PODS, 'db')).map(({ spec: { containers } }) => containers?.[0]?.image)).toEqual(['redis:7', 'redis:8']);
    await patch(STATEFUL_SETS, 'db', { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
    const { status } = await get<StatefulSet>(STATEFUL_SETS, 'db');
    expect(status).toMatchObject({ readyReplicas: 2, updatedReplicas: 2 });
    expect(status.currentRevision).toBe(status.updateRevision);
  });

  it('keep a daemon on each node that it tolerates', async () => {
    await create(DAEMON_SETS, 'DaemonSet', 'agent', {
      selector: { matchLabels: { app: 'agent' } },
      template: template('agent', 'agent:1'),
    });
    const nodes = async (): Promise<(string | undefined)[]> =>
      (await list<Pod>(PODS, 'agent')).map(({ spec: { nodeName } }) => nodeName).sort();
    expect(await nodes()).toEqual(['kube-worker1', 'kube-worker2', 'kube-worker3']);
    const taints = [{ key: 'broken', effect: 'NoExecute' }];
    await cluster.client.patch({ resource: NODES }, 'kube-worker2', 'merge', { spec: { taints } });
    await cluster.settled();
    expect(await nodes()).toEqual(['kube-worker1', 'kube-worker3']);
    await cluster.client.patch({ resource: NODES }, 'kube-worker2', 'merge', { spec: { taints: null } });
    await cluster.settled();
    const { status } = await get<DaemonSet>(DAEMON_SETS, 'agent');
    expect(status).toMatchObject({ desiredNumberScheduled: 3, numberReady: 3 });
  });

  it("see a daemon set's second revision of the same content only when something else happens to it", async () => {
    await create(DAEMON_SETS, 'DaemonSet', 'twin', { selector: { matchLabels: { app: 'twin' } }, template: template('twin', 'agent:1') });
    const revisions = (): Promise<readonly Typed<ControllerRevision>[]> => list<ControllerRevision>(CONTROLLER_REVISIONS, 'twin');
    const [first] = await revisions();
    if (first === undefined) throw new Error('there is no revision');
    const { labels, ownerReferences } = first.metadata;
    await cluster.client.create(at(CONTROLLER_REVISIONS), {
      ...first,
      metadata: { name: 'twin-copy', namespace, labels, ownerReferences },
      revision: 2,
    } as KubeObject);
    await cluster.settled();
    expect(await revisions()).toHaveLength(2);
    await cluster.client.patch(at(DAEMON_SETS), 'twin', 'merge', { metadata: { annotations: { seen: 'again' } } });
    await cluster.settled();
    expect((await revisions()).map(({ metadata }) => metadata.name)).toEqual(['twin-copy']);
  });

  it('run jobs to completion, each pod counted once', async () => {
    const pod = template('sum', 'busybox:1', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox:1', command: ['true'] }],
    });
    await create(JOBS, 'Job', 'sum', { completions: 5, parallelism: 2, completionMode: 'Indexed', template: pod });
    const { status } = await get<Job>(JOBS, 'sum');
    expect(status).toMatchObject({ succeeded: 5, completedIndexes: '0-4', ready: 0, terminating: 0 });
    expect(status.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['SuccessCriteriaMet', 'CompletionsReached'],
      ['Complete', 'CompletionsReached'],
    ]);
    expect((await list<Pod>(PODS, 'sum')).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  it('start a job for each moment of a schedule, and keep the last three', async () => {
    const pod = template('tick', 'busybox:1', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox:1', command: ['true'] }],
    });
    await create(CRON_JOBS, 'CronJob', 'tick', {
      schedule: '*/5 * * * *',
      jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { template: pod } },
    });
    const before = await messages('tick');
    await cluster.clock.advance('30m');
    const made = (await messages('tick')).slice(before.length).filter((message) => message?.startsWith('Created job'));
    expect(made).toHaveLength(6);
    expect(await list<Job>(JOBS, 'tick')).toHaveLength(3);
    expect((await get<CronJob>(CRON_JOBS, 'tick')).status.active).toBeUndefined();
  });

  it('delete a finished job when its time is over', async () => {
    const pod = template('brief', 'busybox:1', {
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: 'busybox:1', command: ['true'] }],
    });
    await create(JOBS, 'Job', 'brief', { ttlSecondsAfterFinished: 60, template: pod });
    await cluster.clock.advance('61s');
    await expect(get<Job>(JOBS, 'brief')).rejects.toThrow('jobs.batch "brief" not found');
  });

  it('tell how many pods may be evicted', async () => {
    await create(POD_DISRUPTION_BUDGETS, 'PodDisruptionBudget', 'web', { minAvailable: 2, selector: { matchLabels: { app: 'web' } } });
    const { status } = await cluster.client.get(at(POD_DISRUPTION_BUDGETS), 'web');
    expect(status).toMatchObject({ expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 });
  });

  it('scale a deployment to its bounds, and by its metrics', async () => {
    await create(HORIZONTAL_POD_AUTOSCALERS, 'HorizontalPodAutoscaler', 'web', {
      minReplicas: 5,
      maxReplicas: 8,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    });
    await cluster.clock.advance('16s');
    expect((await get<Deployment>(DEPLOYMENTS, 'web')).spec.replicas).toBe(5);
    const { metadata } = await cluster.client.get(at(HORIZONTAL_POD_AUTOSCALERS), 'web');
    const written = metadata.managedFields?.find(({ subresource }) => subresource === 'status')?.fieldsV1?.['f:status'];
    expect(written).toHaveProperty(['f:currentReplicas']);
    expect(written).not.toHaveProperty(['f:currentMetrics']);
    const annotations = { 'kubesim.io/cpu-usage': '100m' };
    for (const { metadata } of await list<Pod>(PODS, 'web')) await patch(PODS, metadata.name ?? '', { metadata: { annotations } });
    // What pods use while they start doesn't count.
    await cluster.clock.advance('6m');
    expect((await get<Deployment>(DEPLOYMENTS, 'web')).spec.replicas).toBe(8);
    expect(await messages('web')).toContain('New size: 8; reason: cpu resource utilization (percentage of request) above target');
  });
});
