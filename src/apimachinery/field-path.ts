/** A root path whose name is empty, as Go prints it: an index that isn't there (Go: field.NewPath("")). */
export const NAMELESS = '[]';

/**
 * A path to a field, as validation errors print it: `spec.containers[0].name`,
 * `metadata.labels[app]` (Go: k8s.io/apimachinery/pkg/util/validation/field.Path).
 * Paths are immutable and print lazily: a valid object never builds a string.
 */
export class FieldPath {
  private constructor(
    private readonly parent: FieldPath | undefined,
    private readonly segment: string,
    private readonly bracketed: boolean,
  ) {}

  /** A root path of one or more names. */
  static of(...names: string[]): FieldPath {
    let path: FieldPath | undefined;
    for (const name of names) path = new FieldPath(path, name, false);
    return path ?? new FieldPath(undefined, '', false);
  }

  /** A field below this one (or several levels of fields). */
  child(...names: string[]): FieldPath {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the chain starts here
    let path: FieldPath = this;
    for (const name of names) path = new FieldPath(path, name, false);
    return path;
  }

  /** An element of a list. */
  index(index: number): FieldPath {
    return new FieldPath(this, String(index), true);
  }

  /** A key of a map. */
  key(key: string): FieldPath {
    return new FieldPath(this, key, true);
  }

  toString(): string {
    const own = this.bracketed ? `[${this.segment}]` : this.segment;
    if (this.parent === undefined) return own;
    const above = this.parent.toString();
    return this.bracketed || above === '' ? above + own : `${above}.${own}`;
  }
}
