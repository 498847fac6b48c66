const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

/** Thrown for a literal that the grammar lets pass and that means nothing; the message is cel-go's. */
export class UnescapeError extends Error {}

/**
 * The content of a string or bytes literal without its `b`, in UTF-8 (Go: cel-go/parser.unescape).
 * In bytes \x and octal escapes are bytes; in strings they are code points.
 */
export function unescapeLiteral(literal: string, isBytes: boolean): Uint8Array {
  const raw = literal.startsWith('r') || literal.startsWith('R');
  const quoted = (raw ? literal.slice(1) : literal).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const width = quoted.length >= 6 && /^(?:'''|""")/.test(quoted) ? 3 : 1;
  const content = quoted.slice(width, -width);
  if (raw || !content.includes('\\')) return Buffer.from(content);
  const parts: Uint8Array[] = [];
  let at = 0;
  while (at < content.length) {
    const slash = content.indexOf('\\', at);
    const plain = content.slice(at, slash === -1 ? undefined : slash);
    if (plain !== '') parts.push(Buffer.from(plain));
    if (slash === -1) break;
    const { value, end, isByte } = readEscape(content, slash + 1, isBytes);
    parts.push(isByte ? Uint8Array.of(value) : Buffer.from(String.fromCodePoint(value)));
    at = end;
  }
  return Buffer.concat(parts);
}

interface Escape {
  readonly value: number;
  readonly end: number;
  /** To be written as one byte, not as UTF-8. */
  readonly isByte: boolean;
}

function readEscape(text: string, at: number, isBytes: boolean): Escape {
  const letter = text[at] ?? '';
  const simple = SIMPLE[letter];
  if (simple !== undefined) return { value: simple, end: at + 1, isByte: true };
  const digits = HEX_DIGITS[letter];
  if (digits !== undefined) {
    if (isBytes && digits > 2) throw new UnescapeError('unable to unescape string');
    const end = at + 1 + digits;
    const value = Number.parseInt(text.slice(at + 1, end), 16);
    return checked({ value, end, isByte: isBytes }, isBytes);
  }
  const value = Number.parseInt(text.slice(at, at + 3), 8);
  return checked({ value, end: at + 3, isByte: isBytes }, isBytes);
}

function checked(escape: Escape, isBytes: boolean): Escape {
  const { value } = escape;
  if (!isBytes && (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))) throw new UnescapeError('invalid unicode code point');
  return escape;
}
