/** Several errors as one text: `a`, or `[a, b]`, each distinct one once (Go: util/errors.Aggregate). */
export function aggregateText(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
