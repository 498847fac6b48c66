import type { YamlCursor } from './yaml-cursor.js';
import type { Mark } from './yaml-error.js';
import { hexValue, isBlank, isBreakOrEnd, isDigit, isGap, isWord } from './yaml-token.js';

/** A `%` line: its name and what it says. */
export type Directive =
  { readonly name: 'YAML'; readonly version: string } | { readonly name: 'TAG'; readonly handle: string; readonly prefix: string };

/** A directive, up to the end of its line. */
export function scanDirective(cursor: YamlCursor): Directive {
  const start = cursor.mark;
  cursor.skip();
  const name = scanWord(cursor);
  if (name === '') throw cursor.fault('could not find expected directive name', start);
  if (!isGap(cursor.peek())) throw cursor.fault('found unexpected non-alphabetical character', start);
  let directive: Directive;
  if (name === 'YAML') directive = { name, version: scanVersion(cursor, start) };
  else if (name === 'TAG') directive = { name, ...scanTagDirective(cursor, start) };
  else throw cursor.fault('found unknown directive name', start);
  cursor.skipBlanks();
  cursor.skipComment();
  if (!isBreakOrEnd(cursor.peek())) throw cursor.fault('did not find expected comment or line break', start);
  cursor.skipLine();
  return directive;
}

function scanWord(cursor: YamlCursor): string {
  const from = cursor.index;
  while (isWord(cursor.peek())) cursor.skip();
  return cursor.since(from);
}

function scanVersion(cursor: YamlCursor, start: Mark): string {
  cursor.skipBlanks();
  const major = scanVersionNumber(cursor, start);
  if (cursor.peek() !== 0x2e) throw cursor.fault("did not find expected digit or '.' character", start);
  cursor.skip();
  return `${String(major)}.${String(scanVersionNumber(cursor, start))}`;
}

function scanVersionNumber(cursor: YamlCursor, start: Mark): number {
  let value = 0;
  let length = 0;
  for (let c = cursor.peek(); isDigit(c); c = cursor.peek()) {
    if (++length > 2) throw cursor.fault('found extremely long version number', start);
    value = value * 10 + c - 0x30;
    cursor.skip();
  }
  if (length === 0) throw cursor.fault('did not find expected version number', start);
  return value;
}

function scanTagDirective(cursor: YamlCursor, start: Mark): { handle: string; prefix: string } {
  cursor.skipBlanks();
  const handle = scanHandle(cursor, true, start);
  if (!isBlank(cursor.peek())) throw cursor.fault('did not find expected whitespace', start);
  cursor.skipBlanks();
  const prefix = scanUri(cursor, '', start);
  if (!isGap(cursor.peek())) throw cursor.fault('did not find expected whitespace or line break', start);
  return { handle, prefix };
}

/** A tag of a node: its handle (empty for `!<…>`) and the rest. */
export function scanTag(cursor: YamlCursor): { handle: string; suffix: string } {
  const start = cursor.mark;
  const tag = cursor.peek(1) === 0x3c ? scanVerbatim(cursor, start) : scanShorthand(cursor, start);
  if (!isGap(cursor.peek())) throw cursor.fault('did not find expected whitespace or line break', start);
  return tag;
}

function scanVerbatim(cursor: YamlCursor, start: Mark): { handle: string; suffix: string } {
  cursor.skip(2);
  const suffix = scanUri(cursor, '', start);
  if (cursor.peek() !== 0x3e) throw cursor.fault("did not find the expected '>'", start);
  cursor.skip();
  return { handle: '', suffix };
}

function scanShorthand(cursor: YamlCursor, start: Mark): { handle: string; suffix: string } {
  const handle = scanHandle(cursor, false, start);
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: scanUri(cursor, '', start) };
  const suffix = scanUri(cursor, handle, start);
  // A lone `!` says that the node has no particular type.
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

function scanHandle(cursor: YamlCursor, inDirective: boolean, start: Mark): string {
  if (cursor.peek() !== 0x21) throw cursor.fault("did not find expected '!'", start);
  const from = cursor.index;
  cursor.skip();
  scanWord(cursor);
  if (cursor.peek() === 0x21) cursor.skip();
  else if (inDirective && cursor.since(from) !== '!') throw cursor.fault("did not find expected '!'", start);
  return cursor.since(from);
}

const URI_MARKS = ";/?:@&=+$,.!~*'()[]%";

/** `head` is a handle that turned out to be the beginning of the URI. */
function scanUri(cursor: YamlCursor, head: string, start: Mark): string {
  let uri = head.slice(1);
  let found = head !== '';
  for (let c = cursor.peek(); c >= 0 && (isWord(c) || URI_MARKS.includes(String.fromCharCode(c))); c = cursor.peek()) {
    if (c === 0x25) uri += scanUriEscape(cursor, start);
    else {
      uri += String.fromCharCode(c);
      cursor.skip();
    }
    found = true;
  }
  if (!found) throw cursor.fault('did not find expected tag URI', start);
  return uri;
}

/** One character in `%` notation, of as many octets as its first one says. */
function scanUriEscape(cursor: YamlCursor, start: Mark): string {
  const octets: number[] = [];
  for (let missing = 1; missing > 0; missing--) {
    const high = hexValue(cursor.peek(1));
    const low = hexValue(cursor.peek(2));
    if (cursor.peek() !== 0x25 || high < 0 || low < 0) throw cursor.fault('did not find URI escaped octet', start);
    const octet = high * 16 + low;
    if (octets.length === 0) {
      missing =
        octet < 0x80 ? 1 : octet >= 0xc0 && octet < 0xe0 ? 2 : octet >= 0xe0 && octet < 0xf0 ? 3 : octet >= 0xf0 && octet < 0xf8 ? 4 : 0;
      if (missing === 0) throw cursor.fault('found an incorrect leading UTF-8 octet', start);
    } else if ((octet & 0xc0) !== 0x80) throw cursor.fault('found an incorrect trailing UTF-8 octet', start);
    octets.push(octet);
    cursor.skip(3);
  }
  return Buffer.from(octets).toString('utf8');
}
