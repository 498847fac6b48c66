import type { AuditAnnotation, Validation } from '../../schema/generated/admissionregistration-v1.js';
import { typeOfValue } from '../values/value.js';
import { OutOfBudget, type Activation, type AdmissionInput, type Evaluation } from './activation.js';
import type { Expression } from './expressions.js';
import { PolicyExpressions, type PolicyParts } from './policy-expressions.js';

export interface ValidatingParts extends PolicyParts {
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly AuditAnnotation[];
}

/** What one validation says of a request. */
export interface Decision {
  /** Where the validation stands in the policy. */
  readonly index: number;
  /** Why not; undefined if the request passes. */
  readonly denial?: string | undefined;
  readonly reason?: string | undefined;
  /** The expression could not be evaluated; then the failure policy decides. */
  readonly failed?: boolean;
}

/** A note for the audit trail: a value, or why there is none. */
export type Note =
  { readonly key: string; readonly value: string } | { readonly key: string; readonly error: string; readonly failed: boolean };

export interface Judgement {
  readonly decisions: readonly Decision[];
  readonly notes: readonly Note[];
}

interface CompiledValidation {
  readonly source: Validation;
  readonly expression: Expression;
  readonly message: Expression | undefined;
}

/** Bytes that the value of a message expression may have. */
const MAX_MESSAGE = 5 * 1024;

/** A compiled ValidatingAdmissionPolicy (Go: policy/validating.validator). */
export class ValidatingExpressions extends PolicyExpressions {
  private readonly validations: readonly CompiledValidation[];
  private readonly annotations: readonly { readonly key: string; readonly expression: Expression }[];

  constructor(parts: ValidatingParts) {
    super(parts);
    this.validations = parts.validations.map((source) => ({
      source,
      expression: this.compile(source.expression ?? '', 'bool'),
      message: source.messageExpression ? this.compile(source.messageExpression, 'string', { hasAuthorizer: false }) : undefined,
    }));
    this.annotations = parts.auditAnnotations.map(({ key = '', valueExpression = '' }) => ({
      key,
      expression: this.compile(valueExpression, 'stringOrNull'),
    }));
  }

  /** Judges a request to which the match conditions apply. */
  judge(input: AdmissionInput): Judgement {
    const activation = this.activation(input);
    // Neither messages nor annotations may ask for rights.
    const without = { ...input, ask: undefined };
    try {
      const results = this.validations.map(({ expression }) => activation.evaluate(expression));
      const messages = this.messages(this.activation(without, activation.remaining));
      const decisions = this.validations.map((validation, index) => decide(validation, index, results[index] ?? {}, messages));
      const notes = this.notes(this.activation(without));
      return { decisions, notes };
    } catch (error) {
      if (error instanceof OutOfBudget) return { decisions: [{ index: 0, denial: error.message, failed: true }], notes: [] };
      throw error;
    }
  }

  /** All messages, whether they are needed or not; a text is why there are none. */
  private messages(activation: Activation): readonly (Evaluation | undefined)[] | string {
    try {
      return this.validations.map(({ message }) => message && activation.evaluate(message));
    } catch (error) {
      if (error instanceof OutOfBudget) return error.message;
      throw error;
    }
  }

  private notes(activation: Activation): Note[] {
    return this.annotations.flatMap(({ key, expression }): Note[] => {
      const { value, error } = activation.evaluate(expression);
      if (error !== undefined) return [{ key, error, failed: true }];
      if (typeof value === 'string') return value.trim() === '' ? [] : [{ key, value: value.trim() }];
      if (value === null || value === undefined) return [];
      const why = `valueExpression '${expression.source}' resulted in unsupported return type: ${typeOfValue(value).name}. Return type must be either string or null.`;
      return [{ key, error: why, failed: false }];
    });
  }
}

function decide(
  { source }: CompiledValidation,
  index: number,
  { value, error }: Evaluation,
  messages: readonly (Evaluation | undefined)[] | string,
): Decision {
  if (error !== undefined) return { index, denial: error, failed: true };
  if (typeof messages === 'string') return { index, denial: `failed messageExpression: ${messages}`, failed: true };
  if (value === true) return { index };
  return { index, denial: messageOf(source, messages[index]), reason: source.reason ?? 'Invalid' };
}

function messageOf({ message = '', expression = '' }: Validation, made: Evaluation | undefined): string {
  const text = typeof made?.value === 'string' ? made.value.trim() : '';
  if (text !== '' && Buffer.byteLength(text) <= MAX_MESSAGE && !text.includes('\n')) return text;
  return message.trim() || `failed expression: ${expression.trim()}`;
}
