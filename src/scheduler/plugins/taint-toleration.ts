import type { Typed } from '../../client/client.js';
import { findUntoleratedTaint, isTolerated } from '../../component-helpers/tolerations.js';
import type { Node, Toleration } from '../../schema/generated/core-v1.js';
import { onNode, onPod } from '../cluster-event.js';
import { normalizeByHighest, type FilterPlugin, type ScorePlugin } from '../plugin.js';
import type { PodInfo } from '../pod-info.js';
import { Rejection } from '../rejection.js';

const NAME = 'TaintToleration';
const REJECTION = Rejection.unresolvable(NAME, 'node(s) had untolerated taint(s)');

/** Nodes' taints keep pods away that don't tolerate them; of the rest those with the fewest soft taints are best. */
export const taintToleration: FilterPlugin & ScorePlugin = {
  name: NAME,
  weight: 3,
  events: [
    onNode(['Add', 'UpdateNodeTaint'], (pod, now, old) => isRepelled(pod, old) && !isRepelled(pod, now)),
    onPod(['UpdatePodToleration'], (pod, now) => now?.metadata.uid === pod.uid),
  ],
  prepare({ pod }) {
    const { tolerations } = pod.spec;
    return { filter: ({ node }) => (findUntoleratedTaint(node.spec.taints, tolerations) === undefined ? undefined : REJECTION) };
  },
  prepareScore({ pod }, nodes) {
    // Every node gets the same if none has taints.
    if (nodes.every(({ node }) => node.spec.taints === undefined)) return undefined;
    const tolerations = (pod.spec.tolerations ?? []).filter(({ effect = '' }) => effect === '' || effect === 'PreferNoSchedule');
    return {
      score: ({ node }) => countIntolerable(node, tolerations),
      normalize: (scores) => {
        normalizeByHighest(scores, true);
      },
    };
  },
};

function isRepelled({ pod }: PodInfo, node: Typed<Node> | undefined): boolean {
  return node === undefined || findUntoleratedTaint(node.spec.taints, pod.spec.tolerations) !== undefined;
}

function countIntolerable({ spec }: Typed<Node>, tolerations: readonly Toleration[]): number {
  let count = 0;
  for (const taint of spec.taints ?? []) if (taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)) count++;
  return count;
}
