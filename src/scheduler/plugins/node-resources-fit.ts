import type { Typed } from '../../client/client.js';
import { effectiveRequests } from '../../component-helpers/pod-resources.js';
import type { Node, Pod } from '../../schema/generated/core-v1.js';
import { onNode, onPod } from '../cluster-event.js';
import { MAX_SCORE, type FilterPlugin, type ScorePlugin } from '../plugin.js';
import type { NodeInfo } from '../node-info.js';
import type { PodInfo } from '../pod-info.js';
import { Rejection } from '../rejection.js';
import { noResources, offeredResources, requestedResources, type ResourceAmounts } from '../resource-amounts.js';

const NAME = 'NodeResourcesFit';

/** Resources that are met otherwise than by the node's own offer, such as by devices (KEP-5004). */
export type IsDelegated = (resource: string) => boolean;

/** A pod's requests must fit into what is left; emptier nodes are better (LeastAllocated). */
export function nodeResourcesFit(isDelegated: IsDelegated = () => false): FilterPlugin & ScorePlugin {
  return {
    name: NAME,
    weight: 1,
    events: [
      onPod(['Delete', 'UpdatePodScaleDown'], freesResources),
      onNode(['Add', 'UpdateNodeAllocatable'], (pod, now, old) => offersMore(pod, now, old, isDelegated)),
    ],
    prepare({ requests }) {
      return { filter: (node) => rejectionOf(insufficient(requests, node, isDelegated), requests, node) };
    },
    prepareScore({ scoredRequests }) {
      return { score: (node) => leastAllocated(scoredRequests, node) };
    },
  };
}

/** What there is too little of, as messages say it. */
function insufficient(
  requests: ResourceAmounts,
  node: { readonly pods: ReadonlyMap<string, unknown>; readonly allocatable: ResourceAmounts; readonly requested: ResourceAmounts },
  isDelegated: IsDelegated,
): readonly string[] {
  const { allocatable, requested } = node;
  let found: string[] | undefined;
  if (node.pods.size + 1 > allocatable.pods) (found ??= []).push('Too many pods');
  const { milliCpu, memory, ephemeralStorage, scalars } = requests;
  if (milliCpu > 0 && milliCpu > allocatable.milliCpu - requested.milliCpu) (found ??= []).push('Insufficient cpu');
  if (memory > 0 && memory > allocatable.memory - requested.memory) (found ??= []).push('Insufficient memory');
  if (ephemeralStorage > 0 && ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage)
    (found ??= []).push('Insufficient ephemeral-storage');
  for (const [name, value] of scalars) {
    if (value === 0) continue;
    const offered = allocatable.scalars.get(name) ?? 0;
    if (offered === 0 && isDelegated(name)) continue;
    if (value > offered - (requested.scalars.get(name) ?? 0)) (found ??= []).push(`Insufficient ${name}`);
  }
  return found ?? NOTHING;
}

const NOTHING: readonly string[] = [];

function rejectionOf(reasons: readonly string[], requests: ResourceAmounts, { allocatable }: NodeInfo): Rejection | undefined {
  if (reasons.length === 0) return undefined;
  // What even an empty node has too little of, no preemption helps against.
  return exceeds(requests, allocatable) ? Rejection.unresolvable(NAME, ...reasons) : Rejection.unschedulable(NAME, ...reasons);
}

function exceeds({ milliCpu, memory, ephemeralStorage, scalars }: ResourceAmounts, offered: ResourceAmounts): boolean {
  if (milliCpu > offered.milliCpu || memory > offered.memory || ephemeralStorage > offered.ephemeralStorage) return true;
  for (const [name, value] of scalars) if (value > (offered.scalars.get(name) ?? 0)) return true;
  return false;
}

function freesResources(pod: PodInfo, now: Typed<Pod> | undefined, old: Typed<Pod> | undefined): boolean {
  if (now === undefined) return Boolean(old?.spec.nodeName) || Boolean(old?.status.nominatedNodeName);
  if (now.metadata.uid === pod.uid) return true;
  if (!now.spec.nodeName || old === undefined) return false;
  return isLess(requestedResources(effectiveRequests(now)), requestedResources(effectiveRequests(old)), pod.requests);
}

/** Whether there is less of something that the pod wants. */
function isLess(after: ResourceAmounts, before: ResourceAmounts, wanted: ResourceAmounts): boolean {
  if (wanted.milliCpu > 0 && after.milliCpu < before.milliCpu) return true;
  if (wanted.memory > 0 && after.memory < before.memory) return true;
  if (wanted.ephemeralStorage > 0 && after.ephemeralStorage < before.ephemeralStorage) return true;
  for (const [name, value] of wanted.scalars)
    if (value > 0 && (after.scalars.get(name) ?? 0) < (before.scalars.get(name) ?? 0)) return true;
  return false;
}

function offersMore({ requests }: PodInfo, now: Typed<Node> | undefined, old: Typed<Node> | undefined, isDelegated: IsDelegated): boolean {
  if (now === undefined) return false;
  const after = offeredResources(now.status.allocatable);
  if (insufficient(requests, { pods: NO_PODS, allocatable: after, requested: noResources() }, isDelegated).length > 0) return false;
  if (old === undefined) return true;
  const before = offeredResources(old.status.allocatable);
  return after.pods > before.pods || isLess(before, after, requests);
}

const NO_PODS: ReadonlyMap<string, unknown> = new Map();

/** Go: leastResourceScorer, for cpu and memory of weight 1. */
function leastAllocated(requests: ResourceAmounts, { allocatable, scored }: NodeInfo): number {
  let sum = 0;
  let weights = 0;
  if (allocatable.milliCpu > 0) {
    sum += shareLeft(scored.milliCpu + requests.milliCpu, allocatable.milliCpu);
    weights++;
  }
  if (allocatable.memory > 0) {
    sum += shareLeft(scored.memory + requests.memory, allocatable.memory);
    weights++;
  }
  return weights === 0 ? 0 : Math.trunc(sum / weights);
}

function shareLeft(requested: number, capacity: number): number {
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_SCORE) / capacity);
}
