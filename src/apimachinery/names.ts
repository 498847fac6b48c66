import type { Random } from './random.js';

const SUFFIX_LENGTH = 5;
/** Bytes of generateName that are kept, so that the name fits into a DNS label. */
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/** A name from metadata.generateName (Go: k8s.io/apiserver/pkg/storage/names). */
export function generateName(base: string, random: Random): string {
  const kept = base.length > MAX_BASE_LENGTH ? base.slice(0, MAX_BASE_LENGTH) : base;
  return kept + random.alphanumeric(SUFFIX_LENGTH);
}
