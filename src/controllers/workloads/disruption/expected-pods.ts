import { scaledValue } from '../../../apimachinery/int-or-string.js';
import { groupResourceName, parseApiVersion } from '../../../apimachinery/group-version.js';
import { isStatus } from '../../../apimachinery/status.js';
import type { Client, KubeObject, OwnerReference, Typed } from '../../../client/client.js';
import type { Lister } from '../../../client/informer.js';
import { controllerOf } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../component-helpers/pods.js';
import type { Scale } from '../../../schema/generated/autoscaling-v1.js';
import type { PodDisruptionBudget } from './types.js';

/** What of a workload matters here. */
interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number | undefined };
}

/** Where the sizes of workloads are found. */
export interface Workloads {
  readonly client: Client;
  /** By kind and group: `ReplicaSet.apps`. */
  readonly listers: Readonly<Record<string, Lister<KubeObject>>>;
}

/** How many pods a budget is about. */
export interface ExpectedPods {
  readonly expected: number;
  /** Pods that must stay healthy. */
  readonly desiredHealthy: number;
  /** Names of pods that no controller manages, where that matters. */
  readonly unmanaged: readonly string[];
}

/** Throws where the size of a controller can't be told (Go: getExpectedPodCount). */
export async function expectedPods(workloads: Workloads, { spec }: PodDisruptionBudget, pods: readonly Pod[]): Promise<ExpectedPods> {
  const { maxUnavailable, minAvailable } = spec;
  if (maxUnavailable !== undefined) {
    const { expected, unmanaged } = await expectedScale(workloads, pods);
    return { expected, desiredHealthy: Math.max(0, expected - scaledValue(maxUnavailable, expected, true)), unmanaged };
  }
  if (typeof minAvailable === 'string') {
    const { expected, unmanaged } = await expectedScale(workloads, pods);
    return { expected, desiredHealthy: scaledValue(minAvailable, expected, true), unmanaged };
  }
  return { expected: minAvailable === undefined ? 0 : pods.length, desiredHealthy: minAvailable ?? 0, unmanaged: [] };
}

/** What the controllers of the pods ask for, altogether. */
async function expectedScale(
  workloads: Workloads,
  pods: readonly Pod[],
): Promise<{ readonly expected: number; readonly unmanaged: readonly string[] }> {
  const sizes = new Map<string, number>();
  const seen = new Set<string>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const reference = controllerOf(pod);
    if (reference === undefined) {
      unmanaged.push(pod.metadata.name ?? '');
      continue;
    }
    if (seen.has(reference.uid)) continue;
    seen.add(reference.uid);
    const { uid, size } = await sizeOf(workloads, reference, pod);
    sizes.set(uid, size);
  }
  return { expected: [...sizes.values()].reduce((sum, size) => sum + size, 0), unmanaged };
}

interface Size {
  readonly uid: string;
  readonly size: number;
}

async function sizeOf(workloads: Workloads, reference: OwnerReference, pod: Pod): Promise<Size> {
  const found = knownSize(workloads, reference, pod.metadata.namespace ?? '') ?? (await scaleOf(workloads.client, reference, pod));
  if (found === undefined) throw new Error(`found no controllers for pod "${pod.metadata.name ?? ''}"`);
  return found;
}

/** Of workloads that we follow; the pods of a deployment's replica set are the deployment's. */
function knownSize(workloads: Workloads, reference: OwnerReference, namespace: string): Size | undefined {
  const owner = find(workloads, reference, namespace);
  if (owner === undefined) return undefined;
  const above = controllerOf(owner);
  const deployment = above?.kind === 'Deployment' && owner.kind === 'ReplicaSet' ? find(workloads, above, namespace) : undefined;
  if (deployment === undefined && above?.kind === 'Deployment') return undefined;
  const { metadata, spec } = (deployment ?? owner) as Scalable;
  return { uid: metadata.uid ?? '', size: spec.replicas ?? 1 };
}

function find({ listers }: Workloads, { apiVersion, kind, name, uid }: OwnerReference, namespace: string): KubeObject | undefined {
  const group = parseApiVersion(apiVersion)?.group ?? '';
  const object = listers[group === '' ? kind : `${kind}.${group}`]?.get(namespace, name);
  return object?.metadata.uid === uid ? object : undefined;
}

/** Of everything else by its scale, where there is one. */
async function scaleOf(client: Client, reference: OwnerReference, { metadata }: Pod): Promise<Size | undefined> {
  const { apiVersion, kind, name, uid } = reference;
  const gv = parseApiVersion(apiVersion) ?? { group: '', version: apiVersion };
  const resource = client.discovery.resourceFor({ ...gv, kind });
  if (resource === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  try {
    const scale = await client.get<Typed<Scale>>({ resource, namespace: metadata.namespace, subresource: 'scale' }, name);
    return scale.metadata.uid === uid ? { uid, size: scale.spec.replicas ?? 0 } : undefined;
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
    // An object that is missing is named; a subresource that is missing isn't.
    if (error.status.details?.name !== undefined) return undefined;
    throw new Error(`${groupResourceName(resource)} does not implement the scale subresource`, { cause: error });
  }
}
