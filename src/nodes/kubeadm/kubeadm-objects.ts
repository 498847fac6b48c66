import { parseApiVersion } from '../../apimachinery/group-version.js';
import type { Client, KubeObject } from '../../client/client.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Json } from '../../schema/type.js';

/** What differs from cluster to cluster; `${name}` in the manifests. */
export interface KubeadmValues {
  /** `v1.36.2` */
  readonly version: string;
  readonly serviceRange: string;
  /** The address of the Service kube-dns. */
  readonly dns: string;
  /** `https://172.18.0.2:6443` */
  readonly server: string;
  /** The CA's certificate, PEM in base64. */
  readonly caData: string;
  /** The control plane's node and its address. */
  readonly node: string;
  readonly address: string;
}

/** What kubeadm adds to a cluster: objects, and the control plane's static pods. */
export interface KubeadmObjects {
  readonly objects: readonly KubeObject[];
  readonly staticPods: readonly Pod[];
}

/** Fills the manifests with a cluster's values. */
export function kubeadmObjects(manifests: readonly Json[], values: KubeadmValues): KubeadmObjects {
  const known = new Map<string, string>(Object.entries(values));
  const filled = manifests.map((manifest) => fill(manifest, known)) as unknown as readonly KubeObject[];
  return {
    objects: filled.filter(({ kind }) => kind !== 'Pod'),
    staticPods: filled.filter(({ kind }) => kind === 'Pod') as Pod[],
  };
}

function fill(value: Json, values: ReadonlyMap<string, string>): Json {
  if (typeof value === 'string') return value.replace(/\$\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item ?? null, values)]));
}

/** Creates objects in their order; what is there already, such as from a manifest, stays as it is. */
export async function createObjects(client: Client, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    const gv = parseApiVersion(object.apiVersion);
    const resource = gv === undefined ? undefined : client.discovery.resourceFor({ ...gv, kind: object.kind });
    if (resource === undefined) throw new Error(`no resource serves ${object.apiVersion} ${object.kind}`);
    try {
      await client.create({ resource, namespace: object.metadata.namespace }, object);
    } catch (error) {
      if ((error as { status?: { reason?: string } }).status?.reason !== 'AlreadyExists') throw error;
    }
  }
}

/** The tenth address of a service range, which kubeadm gives to DNS: 10.96.0.0/16 → 10.96.0.10. */
export function dnsAddress(serviceRange: string): string {
  const [network = ''] = serviceRange.split('/');
  if (network.includes(':'))
    return network.endsWith('::') ? `${network}a` : network.replace(/[0-9a-f]+$/i, (last) => (Number.parseInt(last, 16) + 10).toString(16));
  return network.replace(/\d+$/, (last) => String(Number(last) + 10));
}
