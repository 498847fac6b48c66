import { PreferredNodeAffinity } from '../../component-helpers/node-affinity.js';
import type { NodeSelectorTerm } from '../../schema/generated/core-v1.js';
import { onNode } from '../cluster-event.js';
import { normalizeByHighest, type FilterPlugin, type ScorePlugin } from '../plugin.js';
import { Rejection } from '../rejection.js';

const NAME = 'NodeAffinity';
const REJECTION = Rejection.unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const CONFLICT = Rejection.unresolvable(NAME, 'pod affinity terms conflict');

/** nodeSelector and node affinity. */
export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: NAME,
  weight: 2,
  events: [
    onNode(['Add', 'UpdateNodeLabel'], (pod, now, old) => {
      const required = pod.requiredNodeAffinity;
      return now !== undefined && required.matches(now) && (old === undefined || !required.matches(old));
    }),
  ],
  prepare(pod) {
    const required = pod.requiredNodeAffinity;
    if (required.isEmpty) return undefined;
    const terms = pod.pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    const nodeNames = namesOf(terms);
    if (nodeNames?.size === 0) return CONFLICT;
    return { nodeNames, filter: ({ node }) => (required.matches(node) ? undefined : REJECTION) };
  },
  prepareScore({ pod }) {
    const preferred = new PreferredNodeAffinity(pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution);
    if (preferred.isEmpty) return undefined;
    return {
      score: ({ node }) => preferred.score(node),
      normalize: (scores) => {
        normalizeByHighest(scores, false);
      },
    };
  },
};

/** The only names that can match, if every term names some: as daemon sets do. */
function namesOf(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let ofTerm: readonly string[] | undefined;
    for (const { key, operator, values = [] } of matchFields)
      if (key === 'metadata.name' && operator === 'In')
        ofTerm = ofTerm === undefined ? values : ofTerm.filter((name) => values.includes(name));
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return names;
}
