import { LabelSelector, labelSelectorOf } from '../apimachinery/label-selector.js';
import { StatusError } from '../apimachinery/status.js';
import type { Typed } from '../client/client.js';
import type { LabelSelectorObject } from '../apimachinery/label-selector.js';
import type { Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../schema/generated/core-v1.js';

/** The labels of a namespace; undefined if it isn't known. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** A term of pod affinity or anti-affinity made ready for many pods (Go: framework.AffinityTerm). */
export class AffinityTerm {
  /** Namespaces named by the term, or the pod's own if it says nothing about namespaces. */
  readonly namespaces: readonly string[];
  readonly topologyKey: string;
  private readonly labels: LabelSelector;
  private readonly namespaceLabels: LabelSelector | undefined;

  /** @param namespace of the pod that has the term */
  constructor(namespace: string, { labelSelector, namespaces = [], namespaceSelector, topologyKey = '' }: PodAffinityTerm) {
    this.topologyKey = topologyKey;
    this.labels = selectorOf(labelSelector);
    this.namespaceLabels = namespaceSelector === undefined ? undefined : selectorOf(namespaceSelector);
    this.namespaces = namespaces.length === 0 && namespaceSelector === undefined ? [namespace] : namespaces;
  }

  /** Whether the namespaces can be told without asking for their labels. */
  get hasFixedNamespaces(): boolean {
    return this.namespaceLabels === undefined;
  }

  matches({ metadata: { namespace = '', labels } }: Typed<Pod>, namespaceLabels: NamespaceLabels): boolean {
    if (!this.namespaces.includes(namespace) && this.namespaceLabels?.matches(namespaceLabels(namespace)) !== true) return false;
    return this.labels.matches(labels);
  }
}

export interface WeightedAffinityTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

export function affinityTerms(namespace: string, terms: readonly PodAffinityTerm[] | undefined): readonly AffinityTerm[] {
  return terms?.map((term) => new AffinityTerm(namespace, term)) ?? [];
}

export function weightedAffinityTerms(
  namespace: string,
  terms: readonly WeightedPodAffinityTerm[] | undefined,
): readonly WeightedAffinityTerm[] {
  return terms?.map(({ podAffinityTerm, weight = 0 }) => ({ term: new AffinityTerm(namespace, podAffinityTerm), weight })) ?? [];
}

/** A pod is near to what it wants only if all terms match it; no terms match nobody. */
export function matchesAllTerms(terms: readonly AffinityTerm[], pod: Typed<Pod>, namespaceLabels: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => term.matches(pod, namespaceLabels));
}

/** What can't be read, which validation lets pass for old objects, selects nothing. */
function selectorOf(selector: LabelSelectorObject | undefined): LabelSelector {
  try {
    return labelSelectorOf(selector);
  } catch (error) {
    if (error instanceof StatusError) return LabelSelector.NOTHING;
    throw error;
  }
}
