import type { Stamp } from '../storage.js';

/** The values that the conformance kit stores; they survive JSON. */
export interface Sample {
  readonly text: string;
  /** Set by `stampSample`; 0 before the first write. */
  revision: number;
}

/** A value that was never stored. */
export function sample(text: string): Sample {
  return { text, revision: 0 };
}

/** The stamp to open a storage under test with. */
export const stampSample: Stamp<Sample> = (value, revision, owned) => {
  if (!owned) return { ...value, revision };
  value.revision = revision;
  return value;
};
