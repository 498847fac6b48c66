import { isStatus } from '../../../apimachinery/status.js';
import { parseTime } from '../../../apimachinery/time.js';
import type { Client, KubeObject, ServedResource, Typed } from '../../../client/client.js';
import type { Informer } from '../../../client/informer.js';
import type { Namespace, Pod } from '../../../schema/generated/core-v1.js';
import type { Findings } from './conditions.js';

/** A namespaced resource whose objects can be deleted, with their cache. */
export interface Content {
  readonly resource: ServedResource;
  readonly informer: Informer;
}

/** Seconds that finalizers are given before the next look. */
const FINALIZER_ESTIMATE = 15;

/** What one pass leaves. */
export interface Pass {
  readonly findings: Findings;
  /** Seconds until what remains may be gone; 0 if nothing remains. */
  readonly estimate: number;
}

interface Tally {
  estimate: number;
  readonly failures: string[];
  readonly remaining: Map<string, number>;
  readonly finalizers: Map<string, number>;
}

/**
 * Deletes what is in a namespace: pods first, and the rest once they are gone
 * (KEP-5080; Go: namespacedResourcesDeleter.deleteAllContent).
 *
 * @param now milliseconds since the epoch
 */
export async function deleteContent(client: Client, contents: readonly Content[], namespace: Typed<Namespace>, now: number): Promise<Pass> {
  const tally: Tally = { estimate: 0, failures: [], remaining: new Map(), finalizers: new Map() };
  const pods = contents.filter(({ resource }) => isPods(resource));
  for (const content of pods) await deleteOne(client, content, namespace, tally, now);
  // As upstream: what waits for pods isn't counted yet.
  if (tally.remaining.size > 0) return { findings: { failures: tally.failures }, estimate: tally.estimate };
  for (const content of contents) if (!isPods(content.resource)) await deleteOne(client, content, namespace, tally, now);
  const { failures, remaining, finalizers } = tally;
  return { findings: { failures, remaining, finalizers }, estimate: tally.estimate };
}

function isPods({ group, resource }: ServedResource): boolean {
  return group === '' && resource === 'pods';
}

async function deleteOne(client: Client, content: Content, namespace: Typed<Namespace>, tally: Tally, now: number): Promise<void> {
  const { resource, informer } = content;
  const { name = '' } = namespace.metadata;
  const present = informer.list(name);
  if (present.length === 0) return;
  const grace = isPods(resource) ? gracePeriod(present as readonly Typed<Pod>[], namespace, now) : 0;
  tally.estimate = Math.max(tally.estimate, grace);
  try {
    await deleteObjects(client, resource, name, present);
  } catch (error) {
    tally.failures.push(error instanceof Error ? error.message : String(error));
    return;
  }
  const remaining = informer.list(name);
  if (remaining.length > 0) count(resource, name, remaining, grace, tally);
}

function count(resource: ServedResource, namespace: string, remaining: readonly KubeObject[], grace: number, tally: Tally): void {
  tally.remaining.set(`${resource.resource}.${resource.group}`, remaining.length);
  let waits = false;
  for (const { metadata } of remaining) {
    for (const finalizer of metadata.finalizers ?? []) {
      waits = true;
      tally.finalizers.set(finalizer, (tally.finalizers.get(finalizer) ?? 0) + 1);
    }
  }
  if (grace > 0) return;
  if (waits) {
    tally.estimate = Math.max(tally.estimate, FINALIZER_ESTIMATE);
    return;
  }
  const { group, version } = resource;
  tally.failures.push(
    `unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${resource.resource}`,
  );
}

async function deleteObjects(client: Client, resource: ServedResource, namespace: string, objects: readonly KubeObject[]): Promise<void> {
  const target = { resource, namespace };
  // Otherwise the garbage collector might be asked to orphan what goes with its namespace anyway.
  const options = { propagationPolicy: 'Background' } as const;
  if (resource.verbs.includes('deletecollection')) {
    await client.deleteCollection(target, {}, options);
    return;
  }
  for (const { metadata } of objects) {
    try {
      await client.delete(target, metadata.name ?? '', options);
    } catch (error) {
      if (!isStatus(error, 'NotFound') && !isStatus(error, 'MethodNotAllowed')) throw error;
    }
  }
}

/** The longest time in seconds that a pod may take to end; 0 once that has passed since the namespace was deleted. */
function gracePeriod(pods: readonly Typed<Pod>[], { metadata }: Typed<Namespace>, now: number): number {
  let longest = 0;
  for (const { spec, status } of pods) {
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    longest = Math.max(longest, spec?.terminationGracePeriodSeconds ?? 0);
  }
  const passed = now - parseTime(metadata.deletionTimestamp ?? '');
  return passed >= longest * 1000 ? 0 : longest;
}
