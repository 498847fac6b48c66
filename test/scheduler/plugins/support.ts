import type { Typed } from '../../../src/client/client.js';
import { SchedulerCache } from '../../../src/scheduler/cache.js';
import type { FilterPlugin, ScorePlugin } from '../../../src/scheduler/plugin.js';
import { PodFilter } from '../../../src/scheduler/pod-filter.js';
import { PodInfo } from '../../../src/scheduler/pod-info.js';
import { Rejection } from '../../../src/scheduler/rejection.js';
import type { Node, Pod } from '../../../src/schema/generated/core-v1.js';

/** A cache with these nodes, and these pods where their specs say. */
export function cacheOf(nodes: readonly Typed<Node>[], pods: readonly Typed<Pod>[] = []): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.setNode(node);
  for (const pod of pods) cache.setPod(new PodInfo(pod));
  return cache;
}

/** By node: why the pod can't go there, `ok` if it can. */
export function verdicts(plugin: FilterPlugin, cache: SchedulerCache, pod: Typed<Pod>): Record<string, string> {
  const filter = PodFilter.prepare(new PodInfo(pod), [plugin], () => []);
  return Object.fromEntries(
    cache.nodes.map((node) => {
      const rejection = filter instanceof Rejection ? filter : filter.filter(node);
      return [node.name, rejection?.message ?? 'ok'];
    }),
  );
}

/** By node: the plugin's score from 0 to 100; empty if it makes no difference. */
export function scores(plugin: ScorePlugin, cache: SchedulerCache, pod: Typed<Pod>): Record<string, number> {
  const scoring = plugin.prepareScore(new PodInfo(pod), cache.nodes);
  if (scoring === undefined) return {};
  const found = cache.nodes.map((node) => scoring.score(node));
  scoring.normalize?.(found);
  return Object.fromEntries(cache.nodes.map(({ name }, i) => [name, found[i] ?? 0]));
}

/** Whether an event on a node is a reason to try the pod again. */
export function hints(plugin: FilterPlugin, pod: Typed<Pod>, resource: string, now: object | undefined, old?: object): boolean {
  const info = new PodInfo(pod);
  return plugin.events
    .filter((interest) => interest.resource === resource)
    .some(({ hint }) => hint?.(info, { resource: resource as 'Node', action: 'Update', now: now as never, old: old as never }) !== false);
}
