import { goQuote } from './field-error.js';

/** The text of Go's strconv.NumError. */
export type NumberProblem = string;

function problem(name: string, text: string, what: string): NumberProblem {
  return `strconv.${name}: parsing ${goQuote(text)}: ${what}`;
}

const SYNTAX = 'invalid syntax';
const RANGE = 'value out of range';

/** Digits from the left: too large a number is noticed before a character that is no digit. */
function parseDigits(text: string, bits: 16 | 32 | 64): bigint | typeof SYNTAX | typeof RANGE {
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x39) end++;
  if (end === 0) return SYNTAX;
  let start = 0;
  while (start < end - 1 && text.charCodeAt(start) === 0x30) start++;
  if (end - start > 20) return RANGE;
  const value = BigInt(text.slice(start, end));
  if (BigInt.asUintN(bits, value) !== value) return RANGE;
  return end === text.length ? value : SYNTAX;
}

/** A decimal integer of `bits` bits, or Go's complaint. `name` is the function that Go blames. */
export function parseInt64(text: string, bits: 32 | 64 = 64, name = 'ParseInt'): bigint | NumberProblem {
  const first = text.charCodeAt(0);
  const magnitude = parseDigits(first === 0x2b || first === 0x2d ? text.slice(1) : text, bits);
  if (typeof magnitude === 'string') return problem(name, text, magnitude);
  const value = first === 0x2d ? -magnitude : magnitude;
  return BigInt.asIntN(bits, value) === value ? value : problem(name, text, RANGE);
}

/** A decimal unsigned integer of 64 bits (or fewer), or Go's complaint. */
export function parseUint64(text: string, bits: 16 | 64 = 64): bigint | NumberProblem {
  const value = parseDigits(text, bits);
  return typeof value === 'string' ? problem('ParseUint', text, value) : value;
}
