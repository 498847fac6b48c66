import { describe, expect, it } from 'vitest';
import { receivedHeader, sentHeader } from '../../src/apimachinery/header-text.js';

describe('header values', () => {
  it.each([
    ['plain', 'plain'],
    ['né', 'n\xc3\xa9'],
    ['中', '\xe4\xb8\xad'],
  ])('%s goes over the wire as UTF-8', (text, wire) => {
    expect(sentHeader(text)).toBe(wire);
    expect(receivedHeader(wire)).toBe(text);
  });
});
