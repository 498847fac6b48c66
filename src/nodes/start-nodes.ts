import type { ComponentEnvironment } from '../client/component-context.js';
import { typeRegistry } from '../schema/types.js';
import { Behaviours } from './behaviour/behaviours.js';
import type { Speed } from './behaviour/timeline.js';
import { dnsAddress, kubeadmObjects, type KubeadmObjects } from './kubeadm/kubeadm-objects.js';
import type { PlannedNode } from './node/plan.js';
import { Nodes } from './nodes.js';
import { SimpleRuntime } from './runtime/simple-runtime.js';

export interface StartNodesOptions {
  /** How many; `planNodes` says which. */
  readonly count: number;
  /** What the kubelets say they are: `v1.36.2`. */
  readonly version: string;
  readonly speed: Speed;
  /** Whether kube-system is to have what kubeadm puts there. */
  readonly hasAddons: boolean;
  /** Such as 10.96.0.0/16. */
  readonly serviceRange: string;
}

/**
 * Starts the simulated nodes: registers them, keeps them alive and runs pods on them. A node of the
 * same name that exists already, such as from a manifest, stays its maker's.
 * @returns how to stop them
 */
export async function startNodes(environment: ComponentEnvironment, options: StartNodesOptions): Promise<() => void> {
  const { clock, random } = environment;
  const { count, version, speed } = options;
  const nodes = new Nodes(environment, {
    count,
    version,
    runtime: new SimpleRuntime({ clock, random }),
    behaviours: new Behaviours(typeRegistry().facts.behaviour(), speed),
    kubeadm: options.hasAddons ? (master) => addons(environment, options, master) : undefined,
  });
  await nodes.begin();
  return () => {
    nodes.stop();
  };
}

function addons({ facts }: ComponentEnvironment, { version, serviceRange }: StartNodesOptions, master: PlannedNode): KubeadmObjects {
  return kubeadmObjects(typeRegistry().facts.kubeadmObjects(), {
    version,
    serviceRange,
    dns: dnsAddress(serviceRange),
    server: `https://${master.address}:6443`,
    caData: Buffer.from(facts.caPem).toString('base64'),
    node: master.name,
    address: master.address,
  });
}
