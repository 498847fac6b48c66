import { notFoundError } from '../../apimachinery/status.js';
import type { BehaviourEnvironment, BehaviourFactory } from '../behaviour.js';
import { asObject, type KubeObject } from '../object.js';

/** Where the other components of a control plane answer health checks. */
const PORTS = { 'controller-manager': 10257, scheduler: 10259 } as const;
const COMPONENTS = ['controller-manager', 'scheduler', 'etcd-0'] as const;

function statusOf(environment: BehaviourEnvironment, name: (typeof COMPONENTS)[number]): KubeObject {
  const healthy = name === 'etcd-0' || environment.runs?.(name) === true;
  let message = 'ok';
  if (!healthy) {
    const address = `127.0.0.1:${String(PORTS[name])}`;
    message = `Get "https://${address}/healthz": dial tcp ${address}: connect: connection refused`;
  }
  return asObject({
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', status: healthy ? 'True' : 'False', message }],
  });
}

/** The health of the control plane's parts, as it was shown before there were better ways. */
export const componentStatuses: BehaviourFactory = (environment) => ({
  strategy: {},
  warnings: ['v1 ComponentStatus is deprecated in v1.19+'],
  computed: {
    list: () => COMPONENTS.map((name) => statusOf(environment, name)),
    get(name) {
      const known = COMPONENTS.find((component) => component === name);
      if (known === undefined) throw notFoundError({ group: '', resource: 'componentstatus' }, name);
      return statusOf(environment, known);
    },
  },
});
