import { LabelSelector, newRequirement, type LabelOperator } from '../apimachinery/label-selector.js';
import { StatusError } from '../apimachinery/status.js';
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
} from '../schema/generated/core-v1.js';

/** What selectors look at: the name is the only field that they may ask for. */
export interface SelectedNode {
  readonly metadata: { readonly name?: string | undefined; readonly labels?: Readonly<Record<string, string>> | undefined };
}

const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
  ['Gt', 'gt'],
  ['Lt', 'lt'],
]);

/** A term made ready for many nodes: labels and fields must both match. A term that can't be read matches nothing. */
class Term {
  private readonly labels: LabelSelector;

  constructor(private readonly term: NodeSelectorTerm) {
    this.labels = labelsOf(term.matchExpressions ?? []);
  }

  matches(node: SelectedNode): boolean {
    if (!this.labels.matches(node.metadata.labels)) return false;
    return (this.term.matchFields ?? []).every((field) => matchesField(field, node));
  }
}

function isEmpty({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length === 0 && matchFields.length === 0;
}

function labelsOf(expressions: readonly NodeSelectorRequirement[]): LabelSelector {
  try {
    return LabelSelector.of(
      // An operator that nobody knows is refused by `newRequirement`.
      expressions.map(({ key = '', operator = '', values = [] }) =>
        newRequirement(key, OPERATORS.get(operator) ?? (operator as LabelOperator), values),
      ),
    );
  } catch (error) {
    if (error instanceof StatusError) return LabelSelector.NOTHING;
    throw error;
  }
}

function matchesField({ key = '', operator, values = [] }: NodeSelectorRequirement, { metadata }: SelectedNode): boolean {
  if (values.length !== 1) return false;
  const actual = key === 'metadata.name' ? (metadata.name ?? '') : '';
  if (operator === 'In') return actual === values[0];
  return operator === 'NotIn' && actual !== values[0];
}

/** A node selector made ready for many nodes: one of its terms must match; empty terms match nothing (Go: nodeaffinity.NodeSelector). */
export class NodeSelectorMatcher {
  private readonly terms: readonly Term[];

  constructor({ nodeSelectorTerms }: NodeSelector) {
    this.terms = (nodeSelectorTerms ?? []).filter((term) => !isEmpty(term)).map((term) => new Term(term));
  }

  matches(node: SelectedNode): boolean {
    return this.terms.some((term) => term.matches(node));
  }
}

/** What a pod requires of its node by nodeSelector and required node affinity (Go: nodeaffinity.RequiredNodeAffinity). */
export class RequiredNodeAffinity {
  private readonly labels: LabelSelector | undefined;
  private readonly affinity: NodeSelectorMatcher | undefined;

  constructor({ nodeSelector, affinity }: Pick<PodSpec, 'nodeSelector' | 'affinity'>) {
    if (nodeSelector !== undefined) this.labels = LabelSelector.fromSet(nodeSelector);
    const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (required !== undefined) this.affinity = new NodeSelectorMatcher(required);
  }

  /** True if the pod requires nothing. */
  get isEmpty(): boolean {
    return this.labels === undefined && this.affinity === undefined;
  }

  matches(node: SelectedNode): boolean {
    return this.labels?.matches(node.metadata.labels) !== false && this.affinity?.matches(node) !== false;
  }
}

/** What a pod would like of its node (Go: nodeaffinity.PreferredSchedulingTerms). */
export class PreferredNodeAffinity {
  private readonly terms: readonly { readonly term: Term; readonly weight: number }[];

  constructor(terms: readonly PreferredSchedulingTerm[] = []) {
    this.terms = terms
      .filter(({ weight = 0, preference }) => weight !== 0 && !isEmpty(preference))
      .map(({ weight = 0, preference }) => ({ term: new Term(preference), weight }));
  }

  get isEmpty(): boolean {
    return this.terms.length === 0;
  }

  /** The sum of the weights of what matches. */
  score(node: SelectedNode): number {
    let sum = 0;
    for (const { term, weight } of this.terms) if (term.matches(node)) sum += weight;
    return sum;
  }
}

/** Whether a selector of nodes matches one; for many nodes make a NodeSelectorMatcher once. */
export function matchesNodeSelector(selector: NodeSelector, node: SelectedNode): boolean {
  return new NodeSelectorMatcher(selector).matches(node);
}
