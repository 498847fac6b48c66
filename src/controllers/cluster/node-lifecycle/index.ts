import type { Node } from '../../../component-helpers/nodes.js';
import { BY_NODE, nodeIndex, type Pod } from '../../../component-helpers/pods.js';
import { NODES, PODS } from '../../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { NodeLifecycle } from './node-lifecycle.js';

/** Milliseconds between two looks at all nodes (Go: --node-monitor-period). */
const PERIOD = 5000;

/** Taints nodes by their conditions, and gives up those that are heard of no more (Go: nodelifecycle.Controller). */
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
    const look = context.queue(() => lifecycle.monitor());
    const enqueue = ({ metadata: { name = '' } }: Node): void => updates.add(name);
    nodes.addHandler({
      added: (node) => {
        enqueue(node);
        look.add('all');
      },
      updated: enqueue,
      deleted: () => look.add('all'),
    });
    pods.addHandler({
      added: ({ metadata, spec }) => {
        if ((spec.nodeName ?? '') !== '') assigned.add(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
      },
      updated: ({ metadata, spec }, old) => {
        if (spec.nodeName !== old.spec.nodeName) assigned.add(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
      },
    });
    context.every(PERIOD, () => look.add('all'));
  },
};
