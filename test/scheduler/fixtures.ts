import type { Typed } from '../../src/client/client.js';
import type { Node, Pod, Taint } from '../../src/schema/generated/core-v1.js';

/** A node as tests need it; what isn't said is ample. */
export function aNode(
  name: string,
  {
    labels = {},
    taints,
    unschedulable,
    ...resources
  }: {
    readonly labels?: Record<string, string>;
    readonly taints?: Taint[];
    readonly unschedulable?: boolean;
    readonly cpu?: string;
    readonly memory?: string;
    readonly pods?: string;
    readonly [extended: string]: unknown;
  } = {},
): Typed<Node> {
  const offered = { cpu: '4', memory: '8Gi', pods: '110', ...(resources as Record<string, string>) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { taints, unschedulable },
    status: { capacity: offered, allocatable: offered, daemonEndpoints: { kubeletEndpoint: {} }, nodeInfo: {} },
  };
}

/** A pod that asks for nothing but what `spec` says. */
export function aPod(
  name: string,
  spec: object = {},
  { labels, ...metadata }: { readonly labels?: Record<string, string>; readonly [field: string]: unknown } = {},
): Typed<Pod> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels, ...metadata },
    spec: { schedulerName: 'default-scheduler', containers: [{ name: 'main', image: 'registry.example/app:1', resources: {} }], ...spec },
    status: {},
  };
}
