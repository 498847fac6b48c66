import { isPodAvailable, isPodReady, type Pod } from '../../../component-helpers/pods.js';
import { REVISION_HASH } from '../common/revisions.js';
import type { Placement } from './daemon-pods.js';
import type { NodeBackoff } from './node-backoff.js';
import { isUpdated, surgeCount, templateGeneration, unavailableCount, type DaemonSet, type Node } from './types.js';

/** What is to be done: nodes that get a pod, pods that go. */
export interface Plan {
  readonly create: string[];
  readonly remove: Pod[];
}

/** What a plan is made from. */
export interface Situation {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly Node[];
  readonly placement: Placement;
  /** The pods of each node, also of nodes that are gone. */
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly hash: string;
  readonly now: number;
}

/** What happens to pods that have ended. */
export interface EndedPods {
  readonly backoff: NodeBackoff;
  /** Told of each that is going to be deleted. */
  readonly report: (pod: Pod, node: string) => void;
  /** The daemon set must be looked at again after so many milliseconds. */
  readonly retry: (milliseconds: number) => void;
}

/** Pods on nodes, then older ones first (Go: podByCreationTimestampAndPhase). */
export function bySeniority(a: Pod, b: Pod): number {
  const [first, second] = [a, b].map(({ spec }) => Number((spec.nodeName ?? '') === ''));
  return (
    (first ?? 0) - (second ?? 0) ||
    compareTexts(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compareTexts(a.metadata.name, b.metadata.name)
  );
}

function compareTexts(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One pod for each node that should have one, and none elsewhere (Go: manage). */
export function planNodes(situation: Situation, ended: EndedPods): Plan {
  const plan: Plan = { create: [], remove: [] };
  for (const node of situation.nodes) planNode(situation, node, ended, plan);
  const known = new Set(situation.nodes.map(({ metadata }) => metadata.name));
  for (const [name, pods] of situation.pods)
    if (!known.has(name)) plan.remove.push(...pods.filter(({ spec }) => (spec.nodeName ?? '') === ''));
  return plan;
}

function planNode(situation: Situation, node: Node, ended: EndedPods, plan: Plan): void {
  const { name = '' } = node.metadata;
  const { shouldRun, mayStay } = situation.placement.on(node);
  const all = situation.pods.get(name);
  if (shouldRun && all === undefined) {
    plan.create.push(name);
    return;
  }
  const live = (all ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!mayStay) {
    plan.remove.push(...live);
    return;
  }
  const running = withoutEnded(situation, name, live, ended, plan).sort(bySeniority);
  if (surgeCount(situation.daemonSet, 1) === 0) plan.remove.push(...running.slice(1));
  else if (running.length > 1) plan.remove.push(...surplusOfSurge(situation, running));
  else if (running.length === 0 && shouldRun) plan.create.push(name);
}

function withoutEnded(situation: Situation, node: string, pods: readonly Pod[], ended: EndedPods, plan: Plan): Pod[] {
  const { daemonSet, now } = situation;
  const key = `${daemonSet.metadata.uid ?? ''}/${String(daemonSet.status.observedGeneration ?? 0)}/${node}`;
  return pods.filter((pod) => {
    const { phase } = pod.status;
    if (phase !== 'Failed' && phase !== 'Succeeded') return true;
    if (phase === 'Failed') {
      const wait = ended.backoff.waitOf(key, now);
      if (wait > 0) {
        ended.retry(wait);
        return false;
      }
      ended.backoff.next(key, now);
    }
    ended.report(pod, node);
    plan.remove.push(pod);
    return false;
  });
}

/** During an update with surge a node keeps one old and one new pod, until the new one can take over. */
function surplusOfSurge({ daemonSet, hash, now }: Situation, running: readonly Pod[]): Pod[] {
  const updated = running.filter(({ metadata }) => metadata.labels?.[REVISION_HASH] === hash);
  const outdated = running.filter((pod) => !updated.includes(pod));
  const surplus = [...updated.slice(1), ...outdated.slice(1)];
  const [newest] = updated;
  const [oldest] = outdated;
  if (newest === undefined || oldest === undefined) return surplus;
  const canTakeOver = !isPodReady(oldest) || isPodAvailable(newest, daemonSet.spec.minReadySeconds ?? 0, now);
  return canTakeOver ? [...surplus, oldest] : surplus;
}

/** Both pods of one node; undefined if there are more. */
interface Pair {
  readonly updated: Pod | undefined;
  readonly outdated: Pod | undefined;
}

function pairOf(pods: readonly Pod[], hash: string, generation: string | undefined): Pair | undefined {
  const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const updated = live.filter((pod) => isUpdated(pod, hash, generation));
  const outdated = live.filter((pod) => !updated.includes(pod));
  return updated.length > 1 || outdated.length > 1 ? undefined : { updated: updated[0], outdated: outdated[0] };
}

/** The next step of a rolling update (Go: rollingUpdate). */
export function planUpdate(situation: Situation): Plan {
  const { daemonSet, nodes, placement, pods, hash } = situation;
  const wanted = nodes.filter((node) => placement.on(node).shouldRun).map(({ metadata }) => metadata.name ?? '');
  const surge = surgeCount(daemonSet, wanted.length);
  const unavailable = unavailableCount(daemonSet, wanted.length);
  const generation = templateGeneration(daemonSet);
  const names = new Set([...pods.keys(), ...wanted]);
  const pairs = [...names].map((name) => [name, pairOf(pods.get(name) ?? [], hash, generation)] as const);
  if (surge === 0) return planReplacement(situation, pairs, unavailable === 0 && wanted.length > 0 ? 1 : unavailable);
  return planSurge(situation, pairs, surge, wanted);
}

/** Old pods go as far as unavailability allows; those that aren't available anyway go at once. */
function planReplacement(situation: Situation, pairs: readonly (readonly [string, Pair | undefined])[], most: number): Plan {
  const { minReadySeconds = 0 } = situation.daemonSet.spec;
  const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, minReadySeconds, situation.now);
  const remove: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const [, pair] of pairs) {
    const { updated, outdated } = pair ?? {};
    if (outdated !== undefined && updated === undefined) {
      if (isAvailable(outdated)) {
        candidates.push(outdated);
      } else {
        remove.push(outdated);
        unavailable++;
      }
    } else if (updated === undefined || outdated !== undefined || !isAvailable(updated)) {
      unavailable++;
    }
  }
  return { create: [], remove: [...remove, ...candidates.slice(0, Math.max(0, most - unavailable))] };
}

/** New pods come beside old ones as far as surge allows; old ones go when the new ones are available. */
function planSurge(
  situation: Situation,
  pairs: readonly (readonly [string, Pair | undefined])[],
  most: number,
  wanted: readonly string[],
): Plan {
  const { minReadySeconds = 0 } = situation.daemonSet.spec;
  const isAvailable = (pod: Pod | undefined): boolean => pod !== undefined && isPodAvailable(pod, minReadySeconds, situation.now);
  const isWanted = new Set(wanted);
  const plan: Plan = { create: [], remove: [] };
  const candidates: string[] = [];
  const unwanted: Pod[] = [];
  let surge = 0;
  let available = 0;
  for (const [node, pair] of pairs) {
    if (pair === undefined) {
      surge++;
      continue;
    }
    const { updated, outdated } = pair;
    if (isAvailable(outdated ?? updated)) available++;
    if (outdated === undefined) continue;
    if (updated !== undefined) {
      if (isAvailable(updated)) plan.remove.push(outdated);
      else surge++;
    } else if (isAvailable(outdated)) {
      if (isWanted.has(node)) candidates.push(node);
      else unwanted.push(outdated);
    } else if (isWanted.has(node)) plan.create.push(node);
    else plan.remove.push(outdated);
  }
  plan.remove.push(...unwanted.slice(0, Math.max(0, available - wanted.length)));
  plan.create.push(...candidates.slice(0, Math.max(0, most - surge)));
  return plan;
}
