import { goQuote } from './field-error.js';
import { goList } from './go-format.js';
import { LabelRequirement, newRequirement, type LabelOperator, type Labels } from './label-requirement.js';
import { LabelSelectorParser } from './label-selector-parser.js';
import { badRequest, StatusError } from './status.js';

export { LabelRequirement, newRequirement, type LabelOperator, type Labels } from './label-requirement.js';

/** A conjunction of requirements, sorted by key. Immutable. */
export class LabelSelector {
  private constructor(
    readonly requirements: readonly LabelRequirement[],
    private readonly nothing: boolean,
  ) {}

  /** Selects every object. */
  static readonly EVERYTHING = new LabelSelector([], false);
  /** Selects no object. */
  static readonly NOTHING = new LabelSelector([], true);

  static of(requirements: readonly LabelRequirement[]): LabelSelector {
    if (requirements.length === 0) return LabelSelector.EVERYTHING;
    const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return new LabelSelector(sorted, false);
  }

  /** All these labels with these values, unchecked; none given selects everything (Go: SelectorFromSet). */
  static fromSet(labels: Labels | undefined): LabelSelector {
    return LabelSelector.of(Object.entries(labels ?? {}).map(([key, value]) => new LabelRequirement(key, '=', [value])));
  }

  /** True if nothing is left out. */
  isEmpty(): boolean {
    return !this.nothing && this.requirements.length === 0;
  }

  matches(labels: Labels | undefined): boolean {
    if (this.nothing) return false;
    const given = labels ?? NO_LABELS;
    for (const requirement of this.requirements) if (!requirement.matches(given)) return false;
    return true;
  }

  /** The value that a label must have; undefined if there is no or more than one. */
  requiresExactMatch(key: string): string | undefined {
    const found = this.requirements.find((requirement) => requirement.key === key);
    if (found === undefined || !['=', '==', 'in'].includes(found.operator) || found.values.length !== 1) return undefined;
    return found.values[0];
  }

  /** This selector with further requirements. */
  with(...requirements: readonly LabelRequirement[]): LabelSelector {
    return this.nothing ? this : LabelSelector.of([...this.requirements, ...requirements]);
  }

  /** The canonical text, which `parseLabelSelector` reads again. */
  toString(): string {
    return this.requirements.join(',');
  }
}

const NO_LABELS: Labels = Object.freeze({});

/**
 * Parses the `labelSelector` of a query: `tier in (a,b),!old,app=web` (Go:
 * labels.Parse). Throws 400 with the parser's text.
 */
export function parseLabelSelector(text: string): LabelSelector {
  if (text === '') return LabelSelector.EVERYTHING;
  return LabelSelector.of(new LabelSelectorParser(text).parse());
}

/** metav1.LabelSelector as it stands in objects. */
export interface LabelSelectorObject {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly LabelSelectorExpression[] | undefined;
}

export interface LabelSelectorExpression {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

const EXPRESSION_OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
]);

/**
 * The selector of an object's field; an absent one selects nothing, an empty
 * one everything (Go: metav1.LabelSelectorAsSelector). Throws 400.
 */
export function labelSelectorOf(object: LabelSelectorObject | null | undefined): LabelSelector {
  if (object === undefined || object === null) return LabelSelector.NOTHING;
  const requirements = Object.entries(object.matchLabels ?? {}).map(([key, value]) => newRequirement(key, '=', [value]));
  for (const { key = '', operator = '', values = [] } of object.matchExpressions ?? []) {
    const known = EXPRESSION_OPERATORS.get(operator);
    if (known === undefined) throw badRequest(`${goQuote(operator)} is not a valid label selector operator`);
    requirements.push(newRequirement(key, known, values));
  }
  return LabelSelector.of(requirements);
}

/** The field as text, for table columns: `<none>` if it has no requirement, `<error>` if it can't be read. */
export function formatLabelSelector(object: LabelSelectorObject | null | undefined): string {
  try {
    return labelSelectorOf(object).toString() || '<none>';
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return '<error>';
  }
}

/** Labels as text, sorted: `a=1,b=2`, or `<none>` (Go: labels.FormatLabels). */
export function formatLabels(labels: Labels | undefined): string {
  return labelsText(labels) || '<none>';
}

/** Labels as text, sorted: `a=1,b=2` (Go: labels.Set.String). */
export function labelsText(labels: Labels | undefined): string {
  return Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}

/** A selector whose parts may be missing in any way. */
interface LooseSelector {
  readonly matchLabels?: Readonly<Record<string, string | null | undefined>> | null | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key?: string | null | undefined;
        readonly operator?: string | null | undefined;
        readonly values?: readonly string[] | null | undefined;
      }[]
    | null
    | undefined;
}

/** A selector as Go's generated String() shows it, in Events and in the tables of policy bindings. */
export function selectorGoString({ matchLabels, matchExpressions }: LooseSelector): string {
  const labels = matchLabels ?? {};
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}: ${labels[key] ?? ''},`);
  const expressions = (matchExpressions ?? []).map(
    ({ key, operator, values }) => `LabelSelectorRequirement{Key:${key ?? ''},Operator:${operator ?? ''},Values:${goList(values ?? [])},},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${pairs.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
