import { describe, expect, it } from 'vitest';
import { canonicalBase64 } from '../../src/schema/base64.js';

describe('base64', () => {
  it.each([
    ['', ''],
    ['YQ==', 'YQ=='],
    ['YR==', 'YQ=='],
    ['YW\nJj\r\n', 'YWJj'],
    ['/+8=', '/+8='],
  ])('reads %j as %j', (text, canonical) => {
    expect(canonicalBase64(text)).toBe(canonical);
  });

  it.each([
    ['!!!', 0],
    ['YQ', 0],
    ['YWJjYQ', 4],
    ['YQ=', 3],
    ['YQ=a', 2],
    ['YQ==a', 4],
    ['YWJj=', 4],
    ['YW-j', 2],
    ['YWä=', 2],
  ])('refuses %j at byte %i', (text, at) => {
    expect(() => canonicalBase64(text)).toThrow(`illegal base64 data at input byte ${String(at)}`);
  });
});
