import { semanticEqual } from './semantic-equal.js';

/** Where the real server prints a diff of two structs (a unified diff without file names) we name the fields. */
export function changedFields(path: string, value: object, old: object): string {
  const before = old as Readonly<Record<string, unknown>>;
  const after = value as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !semanticEqual(before[name], after[name]));
  return `@@ ${names.map((name) => `${path}.${name}`).join(', ')} @@`;
}
