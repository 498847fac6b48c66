import type { ComponentContext } from '../../client/component-context.js';
import type { Node } from '../../component-helpers/nodes.js';
import { NODES } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';

/** kubeadm's `--pod-network-cidr` in most tutorials, of which each node gets a /24. */
const PREFIX = [10, 244] as const;
const RANGES = 256;

/** Gives each node a range of pod addresses (Go: ipam.rangeAllocator). */
export const nodeIpamController: ControllerDescriptor = {
  name: 'node-ipam-controller',
  alias: 'nodeipam',
  serviceAccount: 'node-controller',
  start(context) {
    const ranges = new NodeRanges(context);
    const queue = context.queue((name) => ranges.allocate(name));
    context.informers.of<Node>(NODES).addHandler({
      added: (node) => {
        ranges.occupy(node);
        queue.add(node.metadata.name ?? '');
      },
      updated: (node) => {
        ranges.occupy(node);
        if ((node.spec.podCIDR ?? '') === '') queue.add(node.metadata.name ?? '');
      },
      deleted: (node) => {
        for (const name of ranges.release(node)) queue.add(name);
      },
    });
  },
};

class NodeRanges {
  /** The node that holds a range, by the range's number. */
  private readonly holders = new Map<number, string>();
  /** Nodes for which nothing was left. */
  private readonly waiting = new Set<string>();
  private readonly recorder;
  private next = 0;

  constructor(private readonly context: ComponentContext) {
    this.recorder = context.recorder('cidrAllocator');
  }

  occupy({ metadata: { name = '' }, spec }: Node): void {
    const number = numberOf(spec.podCIDR ?? '');
    if (number !== undefined) this.holders.set(number, name);
  }

  /** Returns the nodes that may try again. */
  release({ metadata: { name = '' }, spec }: Node): readonly string[] {
    const number = numberOf(spec.podCIDR ?? '');
    if (number === undefined || this.holders.get(number) !== name) return [];
    this.holders.delete(number);
    return [...this.waiting];
  }

  async allocate(name: string): Promise<void> {
    this.waiting.delete(name);
    const { client, informers } = this.context;
    const node = informers.of<Node>(NODES).get('', name);
    if (node === undefined || (node.spec.podCIDR ?? '') !== '') return;
    const number = this.take(name);
    if (number === undefined) {
      this.waiting.add(name);
      this.recorder.normal(node, 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
      return;
    }
    const podCIDR = `${PREFIX.join('.')}.${String(number)}.0/24`;
    try {
      await client.patch({ resource: NODES }, name, 'strategic', { spec: { podCIDR, podCIDRs: [podCIDR] } });
    } catch (error) {
      this.holders.delete(number);
      throw error;
    }
  }

  /** The next free range after the one that was given last (Go: cidrset.AllocateNext). */
  private take(name: string): number | undefined {
    for (let i = 0; i < RANGES; i++) {
      const number = (this.next + i) % RANGES;
      if (this.holders.has(number)) continue;
      this.holders.set(number, name);
      this.next = number + 1;
      return number;
    }
    return undefined;
  }
}

function numberOf(cidr: string): number | undefined {
  const [first, second, third, rest] = cidr.split('.');
  return rest === '0/24' && Number(first) === PREFIX[0] && Number(second) === PREFIX[1] ? Number(third) : undefined;
}
