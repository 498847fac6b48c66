/** What a fault is, as far as it decides how the field error looks. */
export type FaultKind = 'type' | 'required' | 'enum' | 'tooLong' | 'tooMany' | 'invalid' | 'composite';

/** One fault of a value against its schema (Go: kube-openapi errors.Validation). */
export interface Fault {
  readonly kind: FaultKind;
  /** Where, in the validator's own notation: `spec.list[0].name`, `.spec`. */
  readonly path: string;
  readonly message: string;
  /** The refused value, as the error shows it. */
  readonly value?: unknown;
  /** The bound of `tooLong` and `tooMany`. */
  readonly limit?: number;
  /** The permitted values of `enum`. */
  readonly values?: readonly unknown[];
}

/**
 * Faults and the number of checks that were made, which decides whose faults
 * are told when no alternative of an `anyOf` fits (Go: validate.Result).
 */
export class Result {
  faults: Fault[] | undefined;
  matches = 0;

  get isValid(): boolean {
    return this.faults === undefined;
  }

  /** Adds a fault unless its message was told already. */
  add(fault: Fault): void {
    if (this.faults === undefined) this.faults = [fault];
    else if (!this.faults.some((other) => other.message === fault.message)) this.faults.push(fault);
  }

  merge(other: Result): void {
    if (other.faults !== undefined) for (const fault of other.faults) this.add(fault);
    this.matches += other.matches;
  }
}
