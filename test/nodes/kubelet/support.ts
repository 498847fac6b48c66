import type { KubeObject, Typed } from '../../../src/client/client.js';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { EVENTS, PODS } from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { Container, ContainerState, Event, PodCondition, PodSpec } from '../../../src/schema/generated/core-v1.js';

export const IN_DEFAULT = { resource: PODS, namespace: 'default' };
export const NO_RESOURCES = { resources: {} };

/** Two nodes and their kubelets, under a clock that moves when told. */
export class Kubelets {
  private constructor(readonly cluster: Cluster) {}

  static async start(): Promise<Kubelets> {
    const cluster = await startCluster({ nodes: 2, controllers: ['serviceaccount-controller'], clock: 'virtual', seed: 'kubelet' });
    await cluster.settled();
    return new Kubelets(cluster);
  }

  /** Creates a pod on kube-worker1; its containers are called c0, c1, … */
  async create(name: string, containers: Partial<Container>[], spec: Partial<PodSpec> = {}, metadata: object = {}): Promise<Pod> {
    const own = containers.map((container, i) => ({ name: `c${String(i)}`, image: 'nginx:1', ...NO_RESOURCES, ...container }));
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...metadata },
      spec: { nodeName: 'kube-worker1', containers: own, ...spec },
    };
    return await this.cluster.client.create<Pod>(IN_DEFAULT, object as unknown as Pod);
  }

  get(name: string): Promise<Pod> {
    return this.cluster.client.get<Pod>(IN_DEFAULT, name);
  }

  /** The pod after that time. */
  async after(time: string, name: string): Promise<Pod> {
    await this.cluster.clock.advance(time);
    return await this.get(name);
  }

  annotate(name: string, annotations: Record<string, string>): Promise<KubeObject> {
    return this.cluster.client.patch(IN_DEFAULT, name, 'merge', { metadata: { annotations } });
  }

  /** `Reason|fieldPath|message`, in order. */
  async eventsOf(name: string): Promise<string[]> {
    const { items } = await this.cluster.client.list<Typed<Event>>(
      { resource: EVENTS, namespace: 'default' },
      { fieldSelector: `involvedObject.name=${name}` },
    );
    const sorted = [...items].sort((a, b) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? ''));
    return sorted.map(({ reason = '', message = '', involvedObject: { fieldPath = '' } }) => `${reason}|${fieldPath}|${message}`);
  }
}

export function condition({ status }: Pod, type: string): PodCondition | undefined {
  return status.conditions?.find((one) => one.type === type);
}

export function state({ status }: Pod, i = 0): ContainerState | undefined {
  return status.containerStatuses?.[i]?.state;
}
