import { nextTurn } from '../client/activity.js';
import type { Client, Typed } from '../client/client.js';
import { ComponentContext, type ComponentEnvironment } from '../client/component-context.js';
import { NODES } from '../component-helpers/resources.js';
import type { Node } from '../schema/generated/core-v1.js';
import { planNodes, type PlannedNode } from './node/plan.js';
import { SimulatedNode } from './node/simulated-node.js';

/** Milliseconds between renewals of leases: a quarter of what they last. */
const BEAT = 10_000;

/** Nodes that are worked on before others have the event loop. */
const TURN = 16;

const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';

/** All simulated nodes of a cluster. */
export class Nodes {
  private readonly context: ComponentContext;
  private readonly nodes = new Map<string, SimulatedNode>();
  /** Acts as the controller that finds nodes ready. */
  private readonly nodeController: Client;

  constructor(environment: ComponentEnvironment) {
    this.context = new ComponentContext(environment, {
      name: 'nodes',
      user: 'kubernetes-admin',
      groups: ['system:masters'],
      userAgent: 'kubeadm/v1.36.2 (linux/amd64) kubernetes',
    });
    this.nodeController = environment.client.as('system:serviceaccount:kube-system:node-controller', [], 'kube-controller-manager');
  }

  /** Registers the nodes, one after the other, and begins to keep them alive. */
  async begin(count: number, version: string): Promise<void> {
    this.follow();
    for (const planned of planNodes(count)) {
      const node = this.node(planned);
      if (!(await registered(node, version))) continue;
      this.nodes.set(planned.name, node);
      await this.mark(planned);
      node.announce();
      if (this.nodes.size % TURN === 0) await nextTurn();
    }
    this.context.every(BEAT, () => this.beat());
  }

  stop(): void {
    this.context.stop();
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

  /** Answers at once where others change what a kubelet says of its node. */
  private follow(): void {
    const reports = this.context.queue((name) => this.nodes.get(name)?.reportStatus() ?? Promise.resolve());
    this.context.informers.of<Typed<Node>>(NODES).addHandler({
      updated: ({ metadata: { name = '' }, status }, old) => {
        if (status !== old.status && this.nodes.has(name)) reports.add(name);
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
