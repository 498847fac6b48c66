import type { ComponentEnvironment } from '../client/component-context.js';
import type { AggregatedApi } from '../registry/aggregated-api.js';
import { typeRegistry } from '../schema/types.js';
import { Behaviours } from './behaviour/behaviours.js';
import type { Speed } from './behaviour/timeline.js';
import { dnsAddress, kubeadmObjects, type KubeadmObjects } from './kubeadm/kubeadm-objects.js';
import type { PlannedNode } from './node/plan.js';
import { metricsApi } from './metrics/metrics-api.js';
import { Nodes } from './nodes.js';
import type { NodeConnections } from '../registry/kubelet.js';
import type { Image } from './images/image.js';
import { loadPrograms } from './runtime/container-inside.js';
import { SimulatedRuntime } from './runtime/container-runtime.js';
import { loadParser } from './runtime/shell/syntax.js';

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
  /** Puts a part of this process behind an APIService; returns how to take it away. */
  readonly serveInProcess: (name: string, api: AggregatedApi) => () => void;
  /** Where the API server listens: the only thing outside that pods can reach. */
  readonly apiServer: () => { readonly host: string; readonly port: number };
  /** The user's own images. */
  readonly images?: readonly Image[] | undefined;
}

/** Reads the code that containers run by, which otherwise waits for the first of them. */
export async function loadContainers(): Promise<void> {
  await Promise.all([loadPrograms(), loadParser()]);
}

/** Nodes that run. */
export interface StartedNodes {
  readonly connections: NodeConnections;
  stop(): void;
}

/**
 * Starts the simulated nodes: registers them, keeps them alive and runs pods on them. A node of the
 * same name that exists already, such as from a manifest, stays its maker's.
 */
export async function startNodes(environment: ComponentEnvironment, options: StartNodesOptions): Promise<StartedNodes> {
  const { count, version, speed, apiServer, images } = options;
  const runtime = new SimulatedRuntime({ environment, apiServer, images, clusterDns: dnsAddress(options.serviceRange) });
  const nodes = new Nodes(environment, {
    count,
    version,
    runtime,
    behaviours: new Behaviours(typeRegistry().facts.fixture('behaviour'), speed),
    additions: (master) => additions(environment, options, master),
  });
  const stopServing = options.serveInProcess(
    'v1beta1.metrics.k8s.io',
    metricsApi({
      ...environment,
      isSimulated: (name) => nodes.has(name),
      podsOn: (name) => nodes.podsOn(name),
      demandOf: ({ metadata: { uid = '' } }, container) => runtime.sandbox(uid)?.container(container)?.demand,
    }),
  );
  await nodes.begin();
  return {
    connections: runtime.connections,
    stop: () => {
      stopServing();
      nodes.stop();
    },
  };
}

/** What metrics-server registers and, if it is wanted, what kubeadm installs. */
function additions({ facts }: ComponentEnvironment, options: StartNodesOptions, master: PlannedNode): KubeadmObjects {
  const { version, serviceRange, hasAddons } = options;
  const fixtures = typeRegistry().facts;
  const manifests = [...(hasAddons ? fixtures.fixture('kubeadm') : []), ...fixtures.fixture('metrics')];
  return kubeadmObjects(manifests, {
    version,
    serviceRange,
    dns: dnsAddress(serviceRange),
    server: `https://${master.address}:6443`,
    caData: Buffer.from(facts.caPem).toString('base64'),
    node: master.name,
    address: master.address,
  });
}
