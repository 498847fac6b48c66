import { goQuote } from '../../apimachinery/field-error.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import { compareKeys } from '../../schema/sort-keys.js';

const STANDARD: ReadonlySet<string> = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);
const ADVICE = 'to avoid accidental conflicts with other finalizer writers';

/** Advice about the names of finalizers that an object gains (Go: customresource generateWarningsFromObj). */
export function finalizerWarnings(finalizers: readonly string[] | undefined, old: readonly string[] | undefined): string[] {
  if (finalizers === undefined) return [];
  const added = [...new Set(finalizers)].filter((name) => old?.includes(name) !== true).sort(compareKeys);
  return added.flatMap(warningsFor);
}

function warningsFor(name: string): string[] {
  const at = `metadata.finalizers: ${goQuote(name)}:`;
  const warnings = isQualifiedName(name).map((message) => `${at} ${message}`);
  if (name.includes('/') || STANDARD.has(name)) return warnings;
  const path = name.includes('.') ? 'including a path (/) ' : '';
  return [...warnings, `${at} prefer a domain-qualified finalizer name ${path}${ADVICE}`];
}
