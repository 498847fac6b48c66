import { semanticEqual } from '../apimachinery/semantic-equal.js';
import type { Toleration } from '../schema/generated/core-v1.js';

/** Both lists as one, without what another one covers (Go: pkg/util/tolerations.MergeTolerations). */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  all.forEach((toleration, i) => {
    if (merged.some((kept) => covers(kept, toleration))) return;
    // Of equal ones the first stays.
    if (all.slice(i + 1).some((later) => !semanticEqual(toleration, later) && covers(later, toleration))) return;
    merged.push(toleration);
  });
  return merged;
}

/** Whether each toleration is covered by one of those allowed; no list of allowed ones allows all. */
export function areAllowed(tolerations: readonly Toleration[], allowed: readonly Toleration[]): boolean {
  return allowed.length === 0 || tolerations.every((toleration) => allowed.some((wider) => covers(wider, toleration)));
}

/** Whether `wider` tolerates all that `toleration` does. */
function covers(wider: Toleration, toleration: Toleration): boolean {
  if (semanticEqual(wider, toleration)) return true;
  const { key = '', operator = '', effect = '', value = '' } = wider;
  if ((toleration.key ?? '') !== key && (key !== '' || operator !== 'Exists')) return false;
  if ((toleration.effect ?? '') !== effect && effect !== '') return false;
  if (effect === 'NoExecute' && wider.tolerationSeconds !== undefined) {
    if (toleration.tolerationSeconds === undefined || toleration.tolerationSeconds > wider.tolerationSeconds) return false;
  }
  if (operator === 'Exists') return true;
  return (operator === 'Equal' || operator === '') && toleration.operator === 'Equal' && (toleration.value ?? '') === value;
}
