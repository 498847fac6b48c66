import type { Mark } from './yaml-error.js';

export type TokenType =
  | 'streamEnd'
  | 'versionDirective'
  | 'tagDirective'
  | 'documentStart'
  | 'documentEnd'
  | 'blockSequenceStart'
  | 'blockMappingStart'
  | 'blockEnd'
  | 'flowSequenceStart'
  | 'flowSequenceEnd'
  | 'flowMappingStart'
  | 'flowMappingEnd'
  | 'blockEntry'
  | 'flowEntry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

/** One token of a YAML text (YAML 1.1, as libyaml reads it). */
export interface Token {
  readonly type: TokenType;
  readonly start: Mark;
  readonly end: Mark;
  /** Text of a scalar, name of an anchor, handle of a tag, version. */
  readonly value: string;
  /** Rest of a tag, or prefix of a tag directive. */
  readonly suffix: string;
  /** A scalar without quotes that is no block. */
  readonly plain: boolean;
}

/** End of the text, as a character code. */
export const END = -1;

export function isBreak(c: number): boolean {
  return c === 0x0a || c === 0x0d || c === 0x85 || c === 0x2028 || c === 0x2029;
}

export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}

/** A line break or the end. */
export function isBreakOrEnd(c: number): boolean {
  return c === END || isBreak(c);
}

/** Blank, line break or end: what ends a word. */
export function isGap(c: number): boolean {
  return isBlank(c) || isBreakOrEnd(c);
}

/** Letters, digits, `_` and `-`. */
export function isWord(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c === 0x2d;
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** Value of a hexadecimal digit, or -1. */
export function hexValue(c: number): number {
  if (isDigit(c)) return c - 0x30;
  if (c >= 0x41 && c <= 0x46) return c - 0x37;
  return c >= 0x61 && c <= 0x66 ? c - 0x57 : -1;
}
