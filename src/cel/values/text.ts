import { formatInstant } from '../../apimachinery/time.js';

const SECOND = 1_000_000_000n;

/** The shortest digits without an exponent; JavaScript uses one below 1e-6. */
export function plainText(value: number): string {
  const text = String(value);
  const [mantissa = '', exponent] = text.split('e-');
  if (exponent === undefined) return text;
  const sign = mantissa.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace(/[-.]/g, '')}`;
}

/** RFC 3339 in UTC with as many decimals as are needed. */
export function timestampText(nanos: bigint): string {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  const text = formatInstant({ seconds: Number((nanos - rest) / SECOND), nanos: 0 }, 'time');
  return rest === 0n ? text : `${text.slice(0, -1)}.${rest.toString().padStart(9, '0').replace(/0+$/, '')}Z`;
}

/** Seconds as a double: `5400.5s`. */
export function durationText(nanos: bigint): string {
  const seconds = Number(nanos / SECOND) + Number(nanos % SECOND) / 1e9;
  return `${plainText(seconds)}s`;
}
