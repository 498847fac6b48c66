import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { LabelSelector } from '../../../apimachinery/label-selector.js';
import type { Typed } from '../../../client/client.js';
import type { Node, Pod } from '../../../schema/generated/core-v1.js';
import type { SchedulerCache } from '../../cache.js';
import { onNode, onPod } from '../../cluster-event.js';
import type { FilterPlugin, ScorePlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { defaultConstraints, hasAllKeys, ownConstraints } from './constraints.js';
import { NAME, SpreadFiltering } from './filtering.js';
import { SpreadScoring } from './scoring.js';

/**
 * Spreads pods over domains of the topology.
 * @param defaultSelector which pods count as a pod's own kind
 */
export function topologySpread(cache: SchedulerCache, defaultSelector: (pod: Typed<Pod>) => LabelSelector): FilterPlugin & ScorePlugin {
  return {
    name: NAME,
    weight: 2,
    events: [
      onPod(['Add', 'Delete', 'UpdatePodLabel', 'UpdatePodToleration'], isOfInterest),
      onNode(['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'], changesDomains),
    ],
    prepare(pod) {
      const constraints = ownConstraints(pod, 'DoNotSchedule');
      return constraints.length === 0 ? undefined : SpreadFiltering.prepare(pod, constraints, cache);
    },
    prepareScore(pod, nodes) {
      const isOwn = (pod.pod.spec.topologySpreadConstraints ?? []).length > 0;
      if (isOwn) {
        const constraints = ownConstraints(pod, 'ScheduleAnyway');
        return constraints.length === 0 ? undefined : new SpreadScoring(pod, constraints, nodes, true, cache);
      }
      const selector = defaultSelector(pod.pod);
      return selector.isEmpty() ? undefined : new SpreadScoring(pod, defaultConstraints(selector), nodes, false, cache);
    },
  };
}

function isOfInterest(pod: PodInfo, now: Typed<Pod> | undefined, old: Typed<Pod> | undefined): boolean {
  if ((now !== undefined && !isInvolved(now, pod)) || (old !== undefined && !isInvolved(old, pod))) return false;
  const constraints = ownConstraints(pod, 'DoNotSchedule');
  if (now === undefined || old === undefined) {
    const labels = (now ?? old)?.metadata.labels;
    return constraints.some(({ selector }) => selector.matches(labels));
  }
  const isItself = now.metadata.uid === pod.uid;
  if (isItself && !semanticEqual(now.spec.tolerations, old.spec.tolerations) && constraints.some(({ honorsTaints }) => honorsTaints))
    return true;
  return constraints.some(({ selector }) => selector.matches(old.metadata.labels) !== selector.matches(now.metadata.labels));
}

function isInvolved({ metadata, spec, status }: Typed<Pod>, pod: PodInfo): boolean {
  if (metadata.uid === pod.uid) return true;
  return (Boolean(spec.nodeName) || Boolean(status.nominatedNodeName)) && metadata.namespace === pod.namespace;
}

function changesDomains(pod: PodInfo, now: Typed<Node> | undefined, old: Typed<Node> | undefined): boolean {
  const constraints = ownConstraints(pod, 'DoNotSchedule');
  const counted = (node: Typed<Node> | undefined): boolean => node !== undefined && hasAllKeys(node.metadata.labels ?? {}, constraints);
  if (now === undefined || old === undefined) return counted(now ?? old);
  if (counted(now) !== counted(old)) return true;
  if (!counted(now)) return false;
  if (!semanticEqual(now.spec.taints, old.spec.taints)) return true;
  return constraints.some(({ topologyKey }) => now.metadata.labels?.[topologyKey] !== old.metadata.labels?.[topologyKey]);
}
