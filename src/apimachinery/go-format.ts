/**
 * Texts in the forms of Go's standard library, where messages of the real
 * server show them. `%q` is `goQuote` in field-error.ts.
 */

/** Go's quoting in package time: every byte outside ASCII as `\x…`. */
export function goTimeQuote(text: string): string {
  let out = '"';
  for (const byte of Buffer.from(text)) {
    if (byte >= 0x80 || byte < 0x20) out += `\\x${byte.toString(16).padStart(2, '0')}`;
    else if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else out += String.fromCharCode(byte);
  }
  return `${out}"`;
}

/** A rune as `%#U` prints it: `U+0007` or `U+263A '☺'`. */
export function goUnicode(codePoint: number): string {
  const hex = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
  const character = String.fromCodePoint(codePoint);
  return isPrint(character) ? `${hex} '${character}'` : hex;
}

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Go's unicode.IsPrint for one character (one code point). */
export function isPrint(character: string): boolean {
  const code = character.charCodeAt(0);
  if (character.length === 1 && code < 0x7f) return code >= 0x20;
  return PRINTABLE.test(character);
}

/** A list of strings as `%v` prints it: `[a b]`. */
export function goList(values: readonly string[]): string {
  return `[${values.join(' ')}]`;
}

/** A float64 as `%v` prints it: the shortest digits, with an exponent below 1e-4 and from 1e+06 on. */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : '+Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return plainDecimal(mantissa, exponent);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A float64 as `%f` prints it: six digits after the point. */
export function goFixed(value: number): string {
  if (!Number.isFinite(value)) return goFloat(value);
  return Object.is(value, -0) ? '-0.000000' : value.toFixed(6);
}

function plainDecimal(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
