import { formatInstant } from '../../apimachinery/time.js';
import type { Timestamp } from './value.js';

const SECOND = 1_000_000_000n;

/** The shortest digits without an exponent; JavaScript uses one below 1e-6. */
export function plainText(value: number): string {
  const text = String(value);
  const [mantissa = '', exponent] = text.split('e-');
  if (exponent === undefined) return text;
  const sign = mantissa.startsWith('-') ? '-' : '';
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace(/[-.]/g, '')}`;
}

/** RFC 3339 with as many decimals as are needed. */
export function timestampText({ nanos, offset }: Timestamp): string {
  const rest = ((nanos % SECOND) + SECOND) % SECOND;
  const clock = formatInstant({ seconds: Number((nanos - rest) / SECOND) + offset, nanos: 0 }, 'time').slice(0, -1);
  const decimals = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return clock + decimals + zoneText(offset);
}

function zoneText(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset) / 60;
  const parts = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return (offset < 0 ? '-' : '+') + parts.join(':');
}

/** Seconds as a double: `5400.5s`. */
export function durationText(nanos: bigint): string {
  const seconds = Number(nanos / SECOND) + Number(nanos % SECOND) / 1e9;
  return `${plainText(seconds)}s`;
}
