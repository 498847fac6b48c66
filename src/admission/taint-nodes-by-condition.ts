import { typed } from '../registry/object.js';
import type { Node } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, on } from './objects.js';

const NOT_READY = 'node.kubernetes.io/not-ready';

/** New nodes are tainted until the node controller finds them ready (Go: plugin/pkg/admission/nodetaint). */
export function taintNodesByCondition(): AdmissionPlugin {
  return {
    name: 'TaintNodesByCondition',
    resources: ['/nodes'],
    handles: on('CREATE'),
    admit(attributes) {
      if (!isCore(attributes, 'nodes') || attributes.object === undefined) return;
      const { spec } = typed<Node>(attributes.object);
      const taints = spec.taints ?? [];
      if (taints.some(({ key, effect }) => key === NOT_READY && effect === 'NoSchedule')) return;
      spec.taints = [...taints, { key: NOT_READY, effect: 'NoSchedule' }];
    },
  };
}
