import { describe, expect, test } from 'vitest';
import {
  canonicalTime,
  formatInstant,
  formatMicroTime,
  formatTime,
  isZeroTime,
  parseInstant,
  parseMicroTime,
  parseTime,
  TimeError,
  type TimeLayout,
} from '../../src/apimachinery/time.js';

const LAYOUT = '2006-01-02T15:04:05Z07:00';
const MICRO = '2006-01-02T15:04:05.000000Z07:00';

// Checked against metav1.Time and metav1.MicroTime of v1.36.2.
test.each<[string, TimeLayout, string | null]>([
  ['2024-02-29T12:34:56Z', 'time', '2024-02-29T12:34:56Z'],
  ['2024-02-29T12:34:56.789Z', 'time', '2024-02-29T12:34:56Z'],
  ['2024-02-29T12:34:56,5Z', 'time', '2024-02-29T12:34:56Z'],
  ['2024-01-01T00:00:00+05:30', 'time', '2023-12-31T18:30:00Z'],
  ['2024-01-01T1:00:00Z', 'time', '2024-01-01T01:00:00Z'],
  ['0099-05-05T01:01:01Z', 'time', '0099-05-05T01:01:01Z'],
  ['9999-12-31T23:59:59-01:00', 'time', '10000-01-01T00:59:59Z'],
  ['0001-01-01T00:00:00Z', 'time', null],
  ['2024-01-01T00:00:00.123456Z', 'microTime', '2024-01-01T00:00:00.123456Z'],
  ['2024-01-01T00:00:00.123456-01:00', 'microTime', '2024-01-01T01:00:00.123456Z'],
  ['0001-01-01T00:00:00.000000Z', 'microTime', null],
])('%s as %s is written as %s', (text, layout, expected) => {
  expect(canonicalTime(text, layout)).toBe(expected);
});

test.each<[string, TimeLayout, string]>([
  ['yesterday', 'time', `parsing time "yesterday" as "${LAYOUT}": cannot parse "yesterday" as "2006"`],
  ['', 'time', `parsing time "" as "${LAYOUT}": cannot parse "" as "2006"`],
  ['2024-01-01', 'time', `parsing time "2024-01-01" as "${LAYOUT}": cannot parse "" as "T"`],
  ['2024-01-01T00:00:00', 'time', `parsing time "2024-01-01T00:00:00" as "${LAYOUT}": cannot parse "" as "Z07:00"`],
  ['2024-13-01T00:00:00Z', 'time', 'parsing time "2024-13-01T00:00:00Z": month out of range'],
  ['2023-02-29T00:00:00Z', 'time', 'parsing time "2023-02-29T00:00:00Z": day out of range'],
  ['2024-01-01T24:00:00Z', 'time', 'parsing time "2024-01-01T24:00:00Z": hour out of range'],
  ['2024-01-01T00:00:00+29:61', 'time', 'parsing time "2024-01-01T00:00:00+29:61": time zone offset minute out of range'],
  ['2024-01-01T00:00:00Zé', 'time', 'parsing time "2024-01-01T00:00:00Z\\xc3\\xa9": extra text: "\\xc3\\xa9"'],
  ['2024-01-01T00:00:00Z', 'microTime', `parsing time "2024-01-01T00:00:00Z" as "${MICRO}": cannot parse "Z" as ".000000"`],
  ['2024-01-01T00:00:00.1234567Z', 'microTime', `parsing time "2024-01-01T00:00:00.1234567Z" as "${MICRO}": cannot parse "7Z" as "Z07:00"`],
])('%j as %s is refused with %s', (text, layout, message) => {
  expect(() => parseInstant(text, layout)).toThrow(new TimeError(message));
});

describe('moments in milliseconds', () => {
  const moment = Date.UTC(2026, 6, 1, 12, 30, 45, 678);

  test('are cut to seconds in Time and shown with six decimals in MicroTime', () => {
    expect(formatTime(moment)).toBe('2026-07-01T12:30:45Z');
    expect(formatTime(moment + 1000)).toBe('2026-07-01T12:30:46Z');
    expect(formatMicroTime(moment)).toBe('2026-07-01T12:30:45.678000Z');
    expect(formatInstant({ seconds: moment / 1000 - 0.678, nanos: 1_999 }, 'microTime')).toBe('2026-07-01T12:30:45.000001Z');
  });

  test('come back from their text', () => {
    expect(parseTime(formatTime(moment))).toBe(moment - 678);
    expect(parseMicroTime('2026-07-01T12:30:45.678123Z')).toBeCloseTo(moment + 0.123, 3);
    expect(isZeroTime(parseInstant('0001-01-01T00:00:00Z'))).toBe(true);
    expect(isZeroTime(parseInstant('1970-01-01T00:00:00Z'))).toBe(false);
  });
});
