import { invalid, type FieldError, type FieldErrorType } from '../../apimachinery/field-error.js';
import type { Structural } from '../../schema/custom/structural.js';
import type { Correlated } from '../../schema/custom/validation/correlated.js';
import type { JsonObject } from '../../schema/type.js';
import type { RequestContext } from '../../registry/request.js';

/** What x-kubernetes-validations find in an object. */
export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Faults that an update may keep, since the value has not changed. */
  readonly warnings: readonly string[];
}

/** Evaluates the rules of one version's schema. */
export interface RuleValidator {
  /** `correlation` relates the object to the one that it replaces. */
  validate(object: JsonObject, old: JsonObject | undefined, correlation: Correlated | undefined): RuleFindings;
}

/** Makes the validator of a schema with rules. */
export type RuleCompiler = (structural: Structural) => RuleValidator;

const BLOCKING: ReadonlySet<FieldErrorType> = new Set<FieldErrorType>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** The rules of one version, compiled when they are first needed. */
export class Rules {
  private readonly present: boolean;
  private validator: RuleValidator | undefined;

  constructor(
    private readonly structural: Structural | undefined,
    private readonly compile: RuleCompiler | undefined,
  ) {
    this.present = structural?.reachesRules === true;
  }

  /**
   * Adds what the rules find to the errors so far. They are only evaluated over values of
   * the right form, with metadata that is; otherwise it is said that they weren't.
   */
  check(
    errors: FieldError[],
    context: RequestContext,
    object: JsonObject,
    old: JsonObject | undefined,
    correlation: Correlated | undefined,
    ofMetadata: readonly FieldError[] = [],
  ): FieldError[] {
    if (!this.present || this.structural === undefined) return errors;
    if ([...ofMetadata, ...errors].some((error) => BLOCKING.has(error.type))) {
      errors.push(
        invalid(
          '<nil>',
          null,
          'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        ),
      );
      return errors;
    }
    this.validator ??= this.compile?.(this.structural);
    const found = this.validator?.validate(object, old, correlation);
    if (found === undefined) return errors;
    for (const text of found.warnings) context.warn(text);
    errors.push(...found.errors);
    return errors;
  }
}
