/** One fault of a value against its type, below a path that grows while the walk returns. */
export interface TypedFault {
  readonly path: string;
  readonly message: string;
}

/** Values that do not fit their type, in the words of structured-merge-diff's package typed. */
export class TypedError extends Error {
  override readonly name = 'TypedError';

  constructor(readonly faults: readonly TypedFault[]) {
    super(describe(faults));
  }
}

function describe(faults: readonly TypedFault[]): string {
  const lines = faults.map((fault) => (fault.path === '' ? fault.message : `${fault.path}: ${fault.message}`));
  return lines.length === 1 ? (lines[0] ?? '') : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
}

/** A fault at the value itself. */
export function fault(message: string): TypedFault {
  return { path: '', message };
}

/** The same faults, seen from one level higher. */
export function below(step: string, faults: readonly TypedFault[]): TypedFault[] {
  return faults.map(({ path, message }) => ({ path: step + path, message }));
}
