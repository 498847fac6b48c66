import { goQuote } from './field-error.js';
import { parseInt64 } from './strconv.js';

/** An int32, or a name, a number in words or a percentage (Go: k8s.io/apimachinery/pkg/util/intstr). */
export type IntOrString = number | string;

/** Thrown where Go's functions return an error. */
export class IntOrStringError extends Error {
  override readonly name = 'IntOrStringError';
}

/** A number if the text is one that fits an int32, else the text (Go: intstr.Parse). */
export function parseIntOrString(text: string): IntOrString {
  const value = parseInt64(text, 32);
  return typeof value === 'bigint' ? Number(value) : text;
}

/** The number; of a text its decimal value, or 0 (Go: IntValue). */
export function intValue(value: IntOrString): number {
  if (typeof value === 'number') return value;
  const parsed = parseInt64(value);
  if (typeof parsed === 'bigint') return Number(parsed);
  // Go's Atoi returns the bound that was passed, and the error is ignored.
  if (parsed.endsWith('value out of range')) return value.startsWith('-') ? -(2 ** 63) : 2 ** 63;
  return 0;
}

/**
 * A number as it is, a percentage as that share of `total`. Throws
 * IntOrStringError for other texts (Go: GetScaledValueFromIntOrPercent).
 */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  if (!value.endsWith('%')) throw new IntOrStringError('invalid value for IntOrString: invalid type: string is not a percentage');
  const percent = parseInt64(value.slice(0, -1), 64, 'Atoi');
  if (typeof percent === 'string') throw new IntOrStringError(`invalid value for IntOrString: invalid value ${goQuote(value)}: ${percent}`);
  const share = (Number(percent) * total) / 100;
  return roundUp ? Math.ceil(share) : Math.floor(share);
}
