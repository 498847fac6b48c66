import { VirtualClock } from '../apimachinery/clock.js';
import { nextTurn } from '../client/activity.js';
import type { Client, Typed } from '../client/client.js';
import { ComponentContext, type ComponentEnvironment } from '../client/component-context.js';
import type { Pod } from '../component-helpers/pods.js';
import { NODES, PODS } from '../component-helpers/resources.js';
import type { Node, PodSpec } from '../schema/generated/core-v1.js';
import type { Behaviours } from './behaviour/behaviours.js';
import { createObjects, type KubeadmObjects } from './kubeadm/kubeadm-objects.js';
import { playAttacher } from './node/attacher.js';
import { Kubelet } from './kubelet/kubelet.js';
import { Turns } from './kubelet/turns.js';
import { planNodes, type PlannedNode } from './node/plan.js';
import { SimulatedNode } from './node/simulated-node.js';
import type { ContainerRuntime } from './runtime/runtime.js';

/**
 * Milliseconds between renewals of leases, a quarter of what they last; under a
 * clock that jumps, where a day must pass in seconds, just in time.
 */
const BEAT = 10_000;
const VIRTUAL_BEAT = 30_000;

/** Nodes that are worked on before others have the event loop. */
const TURN = 16;

/** Pods that are worked on at a time; one by one under a virtual clock, so that what takes real time changes no order. */
const WORKERS = 16;

export interface NodesOptions {
  /** How many; `planNodes` says which. */
  readonly count: number;
  /** What the kubelets say they are: `v1.36.2`. */
  readonly version: string;
  readonly runtime: ContainerRuntime;
  readonly behaviours: Behaviours;
  /** What is added to the cluster once it answers. */
  readonly additions: (controlPlane: PlannedNode) => KubeadmObjects;
}

/** Milliseconds at the start in which what belongs to kube-system counts as there before. */
const FIRST = 2_000;

/** What keeps a pod's network while its containers come and go. */
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10.2';

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** All simulated nodes of a cluster. */
export class Nodes {
  private readonly context: ComponentContext;
  private readonly nodes = new Map<string, SimulatedNode>();
  private readonly kubelets = new Map<string, Kubelet>();
  private readonly turns: Turns;
  /** Milliseconds since the epoch. */
  private readonly startedAt: number;
  /** Acts as the controller that finds nodes ready. */
  private readonly nodeController: Client;

  constructor(
    environment: ComponentEnvironment,
    private readonly options: NodesOptions,
  ) {
    this.context = new ComponentContext(environment, {
      name: 'nodes',
      user: 'kubernetes-admin',
      groups: ['system:masters'],
      userAgent: 'kubeadm/v1.36.2 (linux/amd64) kubernetes',
    });
    this.startedAt = environment.clock.now();
    this.turns = new Turns(environment.clock instanceof VirtualClock ? 1 : WORKERS);
    this.nodeController = environment.client.as('system:serviceaccount:kube-system:node-controller', [], 'kube-controller-manager');
  }

  /** Registers the nodes, one after the other, and begins to keep them alive. */
  async begin(): Promise<void> {
    const { count, version } = this.options;
    this.follow();
    const plan = planNodes(count);
    const additions = plan[0] === undefined ? undefined : this.options.additions(plan[0]);
    for (const planned of plan) {
      const node = this.node(planned);
      const kubelet = this.kubelet(node, additions);
      if (!(await registered(node, version))) continue;
      this.add(node, kubelet);
      await this.mark(planned);
      node.announce();
      if (this.nodes.size % TURN === 0) await nextTurn();
    }
    this.followPods();
    playAttacher(this.context, (name) => this.nodes.has(name));
    this.context.every(this.context.clock instanceof VirtualClock ? VIRTUAL_BEAT : BEAT, () => this.beat());
    this.context.activity
      .run(() => this.makeAdditions(additions))
      .catch((error: unknown) => {
        // A cluster may be stopped before it is complete.
        if (!this.context.stopped) this.context.logger.error('additions to the cluster', error);
      });
  }

  stop(): void {
    this.context.stop();
    for (const kubelet of this.kubelets.values()) kubelet.stop();
    this.options.runtime.close();
  }

  private kubelet(node: SimulatedNode, additions: KubeadmObjects | undefined): Kubelet {
    const { runtime, behaviours } = this.options;
    const kubelet = new Kubelet({ node, runtime, behaviours, turns: this.turns, isFirst: (pod) => this.isFirst(pod) });
    kubelet.preload([PAUSE_IMAGE, ...imagesOf(additions, node.planned.isControlPlane)]);
    node.images = kubelet.images.list;
    return kubelet;
  }

  private add(node: SimulatedNode, kubelet: Kubelet): void {
    this.nodes.set(node.name, node);
    this.kubelets.set(node.name, kubelet);
    this.options.runtime.addNode({ name: node.name, addresses: [node.planned.address], pods: () => kubelet.pods });
  }

  /** Hands each pod that is bound to one of our nodes to its kubelet. */
  private followPods(): void {
    const kubelet = ({ spec }: Pod): Kubelet | undefined => (spec.nodeName === undefined ? undefined : this.kubelets.get(spec.nodeName));
    this.context.informers.of<Pod>(PODS).addHandler({
      added: (pod) => kubelet(pod)?.added(pod),
      updated: (pod, old) => {
        if (pod.metadata.uid !== old.metadata.uid) kubelet(old)?.deleted(old);
        kubelet(pod)?.updated(pod);
      },
      deleted: (pod) => kubelet(pod)?.deleted(pod),
    });
  }

  has(name: string): boolean {
    return this.nodes.has(name);
  }

  /** The pods on a node of ours. */
  podsOn(name: string): readonly Pod[] {
    return this.kubelets.get(name)?.pods ?? [];
  }

  private node(planned: PlannedNode): SimulatedNode {
    const { name } = planned;
    const context = this.context.child({
      name: `kubelet ${name}`,
      user: `system:node:${name}`,
      groups: ['system:nodes'],
      userAgent: 'kubelet/v1.36.2 (linux/amd64) kubernetes',
    });
    return new SimulatedNode(planned, context);
  }

  /** After the cluster has begun to answer: what kubeadm leaves in a new cluster. */
  private async makeAdditions(additions: KubeadmObjects | undefined): Promise<void> {
    const master = [...this.nodes.values()].find(({ planned }) => planned.isControlPlane);
    if (additions === undefined) return;
    await nextTurn();
    if (master !== undefined) for (const pod of additions.staticPods) await this.kubelets.get(master.name)?.addStatic(pod);
    await nextTurn();
    await createObjects(this.context.client, additions.objects);
  }

  /** kube-system's own pods are there when one looks at a new cluster. */
  private isFirst({ metadata: { namespace, creationTimestamp = '' } }: Pod): boolean {
    return namespace === 'kube-system' && Date.parse(creationTimestamp) <= this.startedAt + FIRST;
  }

  /** Answers at once where others change what a kubelet says of its node. */
  private follow(): void {
    const reports = this.context.queue((name) => this.nodes.get(name)?.reportStatus() ?? Promise.resolve());
    this.context.informers.of<Typed<Node>>(NODES).addHandler({
      updated: (node, old) => {
        const own = this.nodes.get(node.metadata.name ?? '');
        if (own === undefined) return;
        if (node.status !== old.status) reports.add(own.name);
        if (node.spec.unschedulable !== old.spec.unschedulable) own.schedulable(node.spec.unschedulable !== true);
      },
    });
  }

  /** Labels and taints, as `kubeadm init` gives them; a new node is ready, so the taint of those that aren't goes. */
  private async mark({ name, isControlPlane, isTainted }: PlannedNode): Promise<void> {
    const target = { resource: NODES };
    await this.nodeController.patch(target, name, 'strategic', { spec: { taints: null } });
    if (!isControlPlane) return;
    const labels = { [CONTROL_PLANE]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
    const taints = isTainted ? { spec: { taints: [{ key: CONTROL_PLANE, effect: 'NoSchedule' }] } } : {};
    await this.context.client.patch(target, name, 'strategic', { metadata: { labels }, ...taints });
  }

  private async beat(): Promise<void> {
    let done = 0;
    for (const node of this.nodes.values()) {
      await node.beat();
      if (++done % TURN === 0) await nextTurn();
    }
  }
}

/** What kubeadm pulls to a node before anything runs there. */
function imagesOf(additions: KubeadmObjects | undefined, isControlPlane: boolean): string[] {
  const templates =
    additions?.objects.flatMap(({ spec }) => (spec as { template?: { spec: PodSpec } } | undefined)?.template?.spec ?? []) ?? [];
  const statics = isControlPlane ? (additions?.staticPods.map(({ spec }) => spec) ?? []) : [];
  return [...templates, ...statics].flatMap(({ containers }) => containers?.flatMap(({ image }) => image ?? []) ?? []);
}

/** False if somebody else's node has the name. */
async function registered(node: SimulatedNode, version: string): Promise<boolean> {
  try {
    await node.register(version);
    return true;
  } catch (error) {
    if ((error as { status?: { code?: number } }).status?.code === 409) return false;
    throw error;
  }
}
