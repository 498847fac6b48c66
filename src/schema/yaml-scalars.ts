import type { YamlCursor } from './yaml-cursor.js';
import type { Mark } from './yaml-error.js';
import { END, hexValue, isBlank, isBreak, isBreakOrEnd, isDigit, isGap } from './yaml-token.js';

/** A scanned scalar. */
export interface ScannedScalar {
  readonly value: string;
  readonly end: Mark;
  /** Line breaks were passed behind the scalar (plain scalars only). */
  readonly brokeLine: boolean;
}

/** Line breaks between two pieces of a scalar: the first becomes a space unless others follow it. */
function fold(first: string, others: string): string {
  if (!first.startsWith('\n')) return first + others;
  return others === '' ? ' ' : others;
}

/**
 * A scalar without quotes. `indent` is the column that further lines need,
 * `inFlow` says whether brackets and commas end it.
 */
export function scanPlain(cursor: YamlCursor, indent: number, inFlow: boolean): ScannedScalar {
  const start = cursor.mark;
  let end = start;
  let value = '';
  let spaces = '';
  let firstBreak = '';
  let otherBreaks = '';
  let broke = false;
  while (!cursor.atDocumentMark('-') && !cursor.atDocumentMark('.') && cursor.peek() !== 0x23) {
    const from = cursor.index;
    while (!endsPlain(cursor, inFlow)) cursor.skip();
    if (cursor.index > from) {
      value += broke ? fold(firstBreak, otherBreaks) : spaces;
      broke = false;
      firstBreak = '';
      otherBreaks = '';
      spaces = '';
      value += cursor.since(from);
      end = cursor.mark;
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    for (let c = cursor.peek(); isBlank(c) || isBreak(c); c = cursor.peek()) {
      if (isBreak(c)) {
        if (broke) otherBreaks += cursor.readLine();
        else {
          firstBreak = cursor.readLine();
          broke = true;
          spaces = '';
        }
        continue;
      }
      if (broke && c === 0x09 && cursor.column < indent) throw cursor.fault('found a tab character that violates indentation', start);
      if (!broke) spaces += String.fromCharCode(c);
      cursor.skip();
    }
    if (!inFlow && cursor.column < indent) break;
  }
  return { value, end, brokeLine: broke };
}

function endsPlain(cursor: YamlCursor, inFlow: boolean): boolean {
  const c = cursor.peek();
  if (isGap(c)) return true;
  if (c === 0x3a) return isGap(cursor.peek(1));
  // , ? [ ] { }
  return inFlow && (c === 0x2c || c === 0x3f || c === 0x5b || c === 0x5d || c === 0x7b || c === 0x7d);
}

/** A scalar in single or double quotes. */
export function scanQuoted(cursor: YamlCursor, single: boolean): ScannedScalar {
  const start = cursor.mark;
  const quote = single ? 0x27 : 0x22;
  cursor.skip();
  let value = '';
  for (;;) {
    if (cursor.atDocumentMark('-') || cursor.atDocumentMark('.')) throw cursor.fault('found unexpected document indicator', start);
    if (cursor.peek() === END) throw cursor.fault('found unexpected end of stream', start);
    const word = single ? scanSingleWord(cursor) : scanDoubleWord(cursor, start);
    value += word.value;
    if (cursor.peek() === quote) break;
    value += scanGap(cursor, word.escapedBreak);
  }
  cursor.skip();
  return { value, end: cursor.mark, brokeLine: false };
}

/** Blanks and line breaks inside quotes. Behind an escaped line break only further breaks count. */
function scanGap(cursor: YamlCursor, escapedBreak: boolean): string {
  let broke = escapedBreak;
  let spaces = '';
  let firstBreak = '';
  let otherBreaks = '';
  for (let c = cursor.peek(); isBlank(c) || isBreak(c); c = cursor.peek()) {
    if (isBlank(c)) {
      if (!broke) spaces += String.fromCharCode(c);
      cursor.skip();
    } else if (broke) otherBreaks += cursor.readLine();
    else {
      firstBreak = cursor.readLine();
      broke = true;
    }
  }
  if (!broke) return spaces;
  // Behind an escaped break there is no first one that could become a space.
  return firstBreak === '' ? otherBreaks : fold(firstBreak, otherBreaks);
}

function scanSingleWord(cursor: YamlCursor): { value: string; escapedBreak: boolean } {
  let value = '';
  let from = cursor.index;
  for (let c = cursor.peek(); !isGap(c); c = cursor.peek()) {
    if (c === 0x27) {
      if (cursor.peek(1) !== 0x27) break;
      cursor.skip();
      value += cursor.since(from);
      cursor.skip();
      from = cursor.index;
    } else cursor.skip();
  }
  return { value: value + cursor.since(from), escapedBreak: false };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

function scanDoubleWord(cursor: YamlCursor, start: Mark): { value: string; escapedBreak: boolean } {
  let value = '';
  let from = cursor.index;
  for (let c = cursor.peek(); !isGap(c) && c !== 0x22; c = cursor.peek()) {
    if (c !== 0x5c) {
      cursor.skip();
      continue;
    }
    value += cursor.since(from);
    const next = cursor.peek(1);
    if (isBreak(next)) {
      cursor.skip();
      cursor.skipLine();
      return { value, escapedBreak: true };
    }
    const size = next === 0x78 ? 2 : next === 0x75 ? 4 : next === 0x55 ? 8 : 0;
    if (size > 0) value += scanCode(cursor, size, start);
    else {
      const escape = next === END ? undefined : ESCAPES[String.fromCharCode(next)];
      if (escape === undefined) throw cursor.fault('found unknown escape character', start);
      value += escape;
      cursor.skip(2);
    }
    from = cursor.index;
  }
  return { value: value + cursor.since(from), escapedBreak: false };
}

/** A character given by `size` hexadecimal digits. */
function scanCode(cursor: YamlCursor, size: number, start: Mark): string {
  cursor.skip(2);
  let code = 0;
  for (let i = 0; i < size; i++) {
    const digit = hexValue(cursor.peek(i));
    if (digit < 0) throw cursor.fault('did not find expected hexdecimal number', start);
    code = code * 16 + digit;
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) throw cursor.fault('found invalid Unicode character escape code', start);
  cursor.skip(size);
  return String.fromCodePoint(code);
}

/** A `|` or `>` scalar; `parentIndent` is the column of the collection that it is in. */
export function scanBlock(cursor: YamlCursor, literal: boolean, parentIndent: number): ScannedScalar {
  const start = cursor.mark;
  cursor.skip();
  const { chomping, increment } = scanBlockHeader(cursor, start);
  let indent = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  let value = '';
  let lastBreak = '';
  let wasBlank = false;
  let gap = scanBlockBreaks(cursor, indent, parentIndent, start);
  indent = gap.indent;
  while (cursor.column === indent && cursor.peek() !== END) {
    const isBlankLine = isBlank(cursor.peek());
    if (!literal && lastBreak.startsWith('\n') && !wasBlank && !isBlankLine) value += gap.breaks === '' ? ' ' : gap.breaks;
    else value += lastBreak + gap.breaks;
    wasBlank = isBlankLine;
    const from = cursor.index;
    while (!isBreakOrEnd(cursor.peek())) cursor.skip();
    value += cursor.since(from);
    lastBreak = cursor.readLine();
    gap = scanBlockBreaks(cursor, indent, parentIndent, start);
  }
  if (chomping !== '-') value += lastBreak;
  if (chomping === '+') value += gap.breaks;
  return { value, end: gap.end, brokeLine: false };
}

/** Chomping and indentation indicators in either order, and the rest of the line. */
function scanBlockHeader(cursor: YamlCursor, start: Mark): { chomping: '+' | '-' | ''; increment: number } {
  let chomping = scanChomping(cursor);
  const increment = scanIncrement(cursor, start);
  if (chomping === '' && increment > 0) chomping = scanChomping(cursor);
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.peek())) throw cursor.fault('did not find expected comment or line break', start);
  cursor.skipLine();
  return { chomping, increment };
}

function scanChomping(cursor: YamlCursor): '+' | '-' | '' {
  const c = cursor.peek();
  if (c !== 0x2b && c !== 0x2d) return '';
  cursor.skip();
  return c === 0x2b ? '+' : '-';
}

function scanIncrement(cursor: YamlCursor, start: Mark): number {
  const c = cursor.peek();
  if (!isDigit(c)) return 0;
  if (c === 0x30) throw cursor.fault('found an indentation indicator equal to 0', start);
  cursor.skip();
  return c - 0x30;
}

/** Empty lines and the indentation of the next one; finds out the scalar's indentation if it isn't known (0). */
function scanBlockBreaks(
  cursor: YamlCursor,
  known: number,
  parentIndent: number,
  start: Mark,
): { breaks: string; indent: number; end: Mark } {
  let breaks = '';
  let widest = 0;
  let end = cursor.mark;
  for (;;) {
    while ((known === 0 || cursor.column < known) && cursor.peek() === 0x20) cursor.skip();
    widest = Math.max(widest, cursor.column);
    if ((known === 0 || cursor.column < known) && cursor.peek() === 0x09)
      throw cursor.fault('found a tab character where an indentation space is expected', start);
    if (!isBreak(cursor.peek())) break;
    breaks += cursor.readLine();
    end = cursor.mark;
  }
  return { breaks, indent: known === 0 ? Math.max(widest, parentIndent + 1, 1) : known, end };
}
