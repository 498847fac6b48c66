/**
 * The order in which go-yaml writes keys: numbers in them by value (`a2` before
 * `a10`), letters behind everything else.
 */
export function compareYamlKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return compareFrom(characters(a), characters(b));
  }
  return a.length - b.length;
}

function characters(text: string): string[] {
  return [...text];
}

function compareFrom(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a[i] ?? '';
    const right = b[i] ?? '';
    if (left === right) continue;
    const leftLetter = LETTER.test(left);
    const rightLetter = LETTER.test(right);
    if (leftLetter !== rightLetter) return leftLetter ? 1 : -1;
    if (!leftLetter) {
      const byNumber = compareNumbers(a, b, i);
      if (byNumber !== 0) return byNumber;
    }
    return (left.codePointAt(0) ?? 0) - (right.codePointAt(0) ?? 0);
  }
  return a.length - b.length;
}

const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;

/** Compares the numbers that begin or go on at `from`, and if they are equal, their lengths. */
function compareNumbers(a: readonly string[], b: readonly string[], from: number): number {
  // A zero may be the middle of a number; that it has begun with another digit must count.
  const goesOn = (a[from] === '0' || b[from] === '0') && hasBegun(a, from);
  const left = numberAt(a, from, goesOn);
  const right = numberAt(b, from, goesOn);
  if (left.value !== right.value) return left.value < right.value ? -1 : 1;
  return left.end - right.end;
}

function hasBegun(text: readonly string[], before: number): boolean {
  for (let i = before - 1; i >= 0 && DIGIT.test(text[i] ?? ''); i--) if (text[i] !== '0') return true;
  return false;
}

/** Go computes with an int64, which overflows. */
function numberAt(text: readonly string[], from: number, goesOn: boolean): { value: bigint; end: number } {
  let value = goesOn ? 1n : 0n;
  let end = from;
  for (; DIGIT.test(text[end] ?? ''); end++) value = BigInt.asIntN(64, value * 10n + BigInt((text[end]?.codePointAt(0) ?? 0) - 0x30));
  return { value, end };
}
