/**
 * Scanners for names made of ASCII characters. One pass, no backtracking, so
 * that a text of any length costs no more than its length.
 */

export const LOWER = 1;
export const UPPER = 2;
export const DIGIT = 4;
export const DASH = 8;
export const UNDERSCORE = 16;
export const DOT = 32;

export const LETTERS = LOWER | UPPER;
export const LOWER_ALPHANUMERIC = LOWER | DIGIT;
export const ALPHANUMERIC = LETTERS | DIGIT;

const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[a-z]/.test(character)) CLASSES[code] = LOWER;
  else if (/[A-Z]/.test(character)) CLASSES[code] = UPPER;
  else if (/[0-9]/.test(character)) CLASSES[code] = DIGIT;
}
CLASSES[0x2d] = DASH;
CLASSES[0x5f] = UNDERSCORE;
CLASSES[0x2e] = DOT;

/** The class of a UTF-16 unit; 0 for everything else. */
function classOf(code: number): number {
  return CLASSES[code] ?? 0;
}

/** Non-empty; the first character is in `first`, the last in `last`, those between in `inner`. */
export function isWord(text: string, first: number, inner: number, last: number, from = 0, to = text.length): boolean {
  if (to <= from) return false;
  if ((classOf(text.charCodeAt(from)) & first) === 0 || (to - from > 1 && (classOf(text.charCodeAt(to - 1)) & last) === 0)) return false;
  for (let i = from + 1; i < to - 1; i++) if ((classOf(text.charCodeAt(i)) & inner) === 0) return false;
  return true;
}

/** Words joined by single dots; each starts and ends in `edge` and has dashes or `edge` in between. */
export function isDotted(text: string, edge: number, from = 0, to = text.length): boolean {
  let previous = DOT;
  for (let i = from; i < to; i++) {
    const kind = classOf(text.charCodeAt(i));
    if ((kind & edge) === 0) {
      if (kind === DOT) {
        if ((previous & edge) === 0) return false;
      } else if (kind !== DASH || previous === DOT) return false;
    }
    previous = kind;
  }
  return (previous & edge) !== 0;
}
