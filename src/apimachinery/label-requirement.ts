import { invalid, notSupported, type FieldError } from './field-error.js';
import { FieldPath } from './field-path.js';
import { badRequest } from './status.js';
import { parseInt64 } from './strconv.js';
import { isQualifiedName, isValidLabelValue } from './validation/labels.js';

/** How a requirement relates its key to its values (Go: k8s.io/apimachinery/pkg/selection). */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** In the order in which messages list them. */
const OPERATORS: readonly LabelOperator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt', 'exists', '!'];

/** The binary operators, as the parser's message lists them. */
export const BINARY_OPERATORS = OPERATORS.slice(0, 7).join(', ');

/** One condition on one label. */
export class LabelRequirement {
  /** The only value, if there is one: most requirements compare with it. */
  private readonly single: string | undefined;
  private readonly bound: bigint | undefined;

  constructor(
    readonly key: string,
    readonly operator: LabelOperator,
    readonly values: readonly string[],
  ) {
    this.single = values.length === 1 ? values[0] : undefined;
    if ((operator === 'gt' || operator === 'lt') && this.single !== undefined) this.bound = integerOf(this.single);
  }

  matches(labels: Labels): boolean {
    // What a plain object inherits (`constructor`) is never a string.
    const value: unknown = labels[this.key];
    const exists = typeof value === 'string';
    switch (this.operator) {
      case '=':
      case '==':
      case 'in':
        return exists && this.has(value);
      case '!=':
      case 'notin':
        return !exists || !this.has(value);
      case 'exists':
        return exists;
      case '!':
        return !exists;
      default:
        return exists && this.compares(value);
    }
  }

  private has(value: string): boolean {
    return this.single !== undefined ? this.single === value : this.values.includes(value);
  }

  private compares(value: string): boolean {
    const number = integerOf(value);
    if (number === undefined || this.bound === undefined) return false;
    return this.operator === 'gt' ? number > this.bound : number < this.bound;
  }

  toString(): string {
    const values = this.values.length > 1 ? [...this.values].sort().join(',') : (this.values[0] ?? '');
    switch (this.operator) {
      case 'exists':
        return this.key;
      case '!':
        return `!${this.key}`;
      case 'in':
      case 'notin':
        return `${this.key} ${this.operator} (${values})`;
      case 'gt':
        return `${this.key}>${values}`;
      case 'lt':
        return `${this.key}<${values}`;
      default:
        return this.key + this.operator + values;
    }
  }
}

function integerOf(text: string): bigint | undefined {
  const value = parseInt64(text);
  return typeof value === 'bigint' ? value : undefined;
}

/** A requirement with all its faults (Go: labels.NewRequirement). */
export function checkRequirement(key: string, operator: LabelOperator, values: readonly string[], path?: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const below = (name: string): FieldPath => (path === undefined ? FieldPath.of(name) : path.child(name));
  const keyFault = labelKeyFault(key, below('key'));
  if (keyFault !== undefined) errors.push(keyFault);
  const valuesPath = below('values');
  const complaint = countComplaint(operator, values.length);
  // An empty slice is nil in Go, which prints as null.
  if (complaint !== undefined) errors.push(invalid(valuesPath, values.length === 0 ? null : values, complaint));
  if (operator === 'gt' || operator === 'lt') {
    values.forEach((value, i) => {
      if (integerOf(value) === undefined)
        errors.push(invalid(valuesPath.index(i), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    });
  } else if (!OPERATORS.includes(operator)) {
    errors.push(notSupported(below('operator'), operator, OPERATORS));
  }
  values.forEach((value, i) => {
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalid(valuesPath.index(i).key(key), value, messages.join('; ')));
  });
  return errors;
}

function countComplaint(operator: LabelOperator, count: number): string | undefined {
  switch (operator) {
    case 'in':
    case 'notin':
      return count === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
    case '=':
    case '==':
    case '!=':
      return count === 1 ? undefined : 'exact-match compatibility requires one single value';
    case 'exists':
    case '!':
      return count === 0 ? undefined : 'values set must be empty for exists and does not exist';
    case 'gt':
    case 'lt':
      return count === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
    default:
      return undefined;
  }
}

/** The one fault of a label key, its messages joined. */
export function labelKeyFault(key: string, path: FieldPath | string): FieldError | undefined {
  const messages = isQualifiedName(key);
  return messages.length === 0 ? undefined : invalid(path, key, messages.join('; '));
}

/** Several faults as one text, each once (Go: errors.Aggregate). */
export function aggregateText(errors: readonly FieldError[]): string {
  const distinct = [...new Set(errors.map(String))];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

/** A checked requirement. Throws 400 with the text of Go's aggregated error. */
export function newRequirement(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors = checkRequirement(key, operator, values);
  if (errors.length > 0) throw badRequest(aggregateText(errors));
  return new LabelRequirement(key, operator, values);
}
