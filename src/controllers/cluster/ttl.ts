import type { Node } from '../../component-helpers/nodes.js';
import { NODES } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';

const TTL = 'node.alpha.kubernetes.io/ttl';

/** How long kubelets may keep secrets and config maps, by the size of the cluster. The bounds overlap, lest nodes flap. */
const STEPS = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Infinity, seconds: 300 },
] as const;

/** The step of a cluster of this size that was at a step before. */
export function ttlStep(step: number, nodes: number): number {
  let now = step;
  while (nodes > (STEPS[now]?.max ?? Infinity)) now++;
  while (nodes < (STEPS[now]?.min ?? 0)) now--;
  return now;
}

/** Tells nodes how long they may keep what they read (Go: ttl.Controller). */
export const ttlController: ControllerDescriptor = {
  name: 'ttl-controller',
  alias: 'ttl',
  start(context) {
    const nodes = context.informers.of<Node>(NODES);
    let step = 0;
    const queue = context.queue(async (name) => {
      const node = nodes.get('', name);
      const value = String(STEPS[step]?.seconds ?? 0);
      if (node === undefined || node.metadata.annotations?.[TTL] === value) return;
      await context.client.patch({ resource: NODES }, name, 'strategic', { metadata: { annotations: { [TTL]: value } } });
    });
    const count = (): void => {
      const before = step;
      step = ttlStep(step, nodes.size);
      if (step !== before) for (const { metadata } of nodes.list()) queue.add(metadata.name ?? '');
    };
    nodes.addHandler({
      added: ({ metadata }) => {
        count();
        queue.add(metadata.name ?? '');
      },
      updated: ({ metadata }) => queue.add(metadata.name ?? ''),
      deleted: count,
    });
  },
};
