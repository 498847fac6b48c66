import type { KubeObject } from '../../../client/client.js';
import { nodeCondition, type Node } from '../../../component-helpers/nodes.js';
import { BY_NODE, nodeIndex, type Pod } from '../../../component-helpers/pods.js';
import { LEASES, NODES, PODS } from '../../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { LEASE_NAMESPACE, NodeLifecycle } from './node-lifecycle.js';

/** The one key of the queue of looks. */
const ALL = 'all';

/**
 * Taints nodes by their conditions, and gives up those that are heard of no more (Go: nodelifecycle.Controller).
 * Upstream looks at all nodes every five seconds; here they are looked at when one of them is ready or isn't any
 * more, and when the first of them will have been silent for too long.
 */
export const nodeLifecycleController: ControllerDescriptor = {
  name: 'node-lifecycle-controller',
  alias: 'nodelifecycle',
  serviceAccount: 'node-controller',
  start(context) {
    const nodes = context.informers.of<Node>(NODES);
    const pods = context.informers.of<Pod>(PODS).addIndex(BY_NODE, nodeIndex);
    const lifecycle = new NodeLifecycle(context, nodes, pods);
    const updates = context.queue((name) => lifecycle.update(name));
    const assigned = context.queue((key) => lifecycle.assigned(key));
    const look = context.queue(async () => {
      const pause = await lifecycle.monitor();
      if (pause !== undefined) look.addAfter(ALL, pause);
    });
    nodes.addHandler({
      added: ({ metadata: { name = '' } }) => {
        updates.add(name);
        look.add(ALL);
      },
      updated: (node, old) => {
        updates.add(node.metadata.name ?? '');
        lifecycle.hear(node);
        if (nodeCondition(node, 'Ready')?.status !== nodeCondition(old, 'Ready')?.status) look.add(ALL);
      },
      deleted: () => look.add(ALL),
    });
    const onLease = ({ metadata: { name = '', namespace } }: KubeObject): void => {
      const node = namespace === LEASE_NAMESPACE ? nodes.get('', name) : undefined;
      if (node !== undefined) lifecycle.hear(node);
    };
    context.informers.of(LEASES).addHandler({ added: onLease, updated: onLease });
    pods.addHandler({
      added: ({ metadata, spec }) => {
        if ((spec.nodeName ?? '') !== '') assigned.add(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
      },
      updated: ({ metadata, spec }, old) => {
        if (spec.nodeName !== old.spec.nodeName) assigned.add(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
      },
    });
  },
};
