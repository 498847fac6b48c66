import { describe, expect, test } from 'vitest';
import {
  canonicalDuration,
  DurationError,
  formatDuration,
  humanDuration,
  parseDuration,
  shortHumanDuration,
} from '../../src/apimachinery/duration.js';

describe('Go durations', () => {
  test.each([
    ['0', '0s'],
    ['1h', '1h0m0s'],
    ['90m', '1h30m0s'],
    ['1.5s', '1.5s'],
    ['300ms', '300ms'],
    ['1500us', '1.5ms'],
    ['1µs', '1µs'],
    ['-1.5h', '-1h30m0s'],
    ['.5h', '30m0s'],
    ['1h1h', '2h0m0s'],
    ['9223372036854775807ns', '2562047h47m16.854775807s'],
    ['-9223372036854775808ns', '-2562047h47m16.854775808s'],
  ])('%s is written as %s', (text, expected) => {
    expect(canonicalDuration(text)).toBe(expected);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['5', 'time: missing unit in duration "5"'],
    ['5d', 'time: unknown unit "d" in duration "5d"'],
    ['.s', 'time: invalid duration ".s"'],
    ['soon', 'time: invalid duration "soon"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['3s é', 'time: unknown unit "s \\xc3\\xa9" in duration "3s \\xc3\\xa9"'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  test('numbers of nanoseconds are taken too', () => {
    expect(formatDuration(60e9)).toBe('1m0s');
    expect(formatDuration(1)).toBe('1ns');
  });
});

describe('ages', () => {
  const S = 1000;
  const M = 60 * S;
  const H = 60 * M;
  const D = 24 * H;

  test.each([
    [-2 * S, '<invalid>', '<invalid>'],
    [-1 * S, '0s', '0s'],
    [0, '0s', '0s'],
    [119 * S, '119s', '1m'],
    [2 * M, '2m', '2m'],
    [2 * M + 5 * S, '2m5s', '2m'],
    [179 * M, '179m', '2h'],
    [3 * H, '3h', '3h'],
    [7 * H + 59 * M, '7h59m', '7h'],
    [47 * H, '47h', '1d'],
    [5 * D + 3 * H, '5d3h', '5d'],
    [8 * D + 3 * H, '8d', '8d'],
    [2 * 365 * D, '2y', '2y'],
    [2 * 365 * D + D, '2y1d', '2y'],
    [9 * 365 * D + D, '9y', '9y'],
  ])('%d ms: %s, in short %s', (milliseconds, long, short) => {
    expect(humanDuration(milliseconds)).toBe(long);
    expect(shortHumanDuration(milliseconds)).toBe(short);
  });
});
