import { Quantity } from '../../apimachinery/quantity.js';
import type { KubeObject } from '../../client/client.js';
import type { Service, ServiceSpec } from '../../schema/generated/core-v1.js';
import { ONE } from './amounts.js';
import type { Evaluator } from './evaluator.js';

const NAMES: ReadonlySet<string> = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);

/** What services cost (Go: pkg/quota/v1/evaluator/core.serviceEvaluator). */
export const serviceEvaluator: Evaluator = {
  handles: ({ subresource, operation }) => subresource === '' && (operation === 'CREATE' || operation === 'UPDATE'),
  matching: (names) => names.filter((name) => NAMES.has(name)),
  usage(object) {
    const { spec } = object as KubeObject & Service;
    return new Map([
      ['count/services', ONE],
      ['services', ONE],
      ['services.loadbalancers', spec.type === 'LoadBalancer' ? ONE : Quantity.ZERO],
      ['services.nodeports', Quantity.of(nodePorts(spec))],
    ]);
  },
};

/** How many node ports a service will have; they may not be allocated yet. */
function nodePorts({ type, ports, allocateLoadBalancerNodePorts }: ServiceSpec): number {
  if (type !== 'NodePort' && type !== 'LoadBalancer') return 0;
  const all = ports ?? [];
  if (type === 'LoadBalancer' && allocateLoadBalancerNodePorts === false)
    return all.filter(({ nodePort }) => nodePort !== undefined && nodePort !== 0).length;
  return all.length;
}
