import { YamlError } from './yaml-error.js';
import { compareYamlKeys } from './yaml-key-order.js';
import { floatText } from './yaml-go-text.js';
import { chooseStyle, mustEscape } from './yaml-style.js';
import type { JsonObject, JsonValue } from './type.js';

/** Lines are broken at the first space behind this column. */
const WIDTH = 80;
/** Longer keys get a line of their own, behind a `?`. */
const MAX_KEY = 128;

/**
 * A JSON value as YAML, in the very text that the real server answers with
 * (sigs.k8s.io/yaml over go-yaml v2).
 */
export function printYaml(value: JsonValue): string {
  const printer = new Printer();
  printer.node(value, false);
  return printer.finish();
}

class Printer {
  private out = '';
  private column = 0;
  /** Column of the collection at hand; -1 outside of all. */
  private indent = -1;
  /** The last character was a blank, or the line is new. */
  private whitespace = true;
  /** Only blanks and indicators of blocks are on the line so far. */
  private indention = true;

  finish(): string {
    this.newLine();
    return this.out;
  }

  /** `inMapping`: the node is the value of a mapping. */
  node(value: JsonValue, inMapping: boolean): void {
    if (typeof value === 'string') this.text(value, false);
    else if (typeof value !== 'object' || value === null) this.plain(scalarText(value), true);
    else if (Array.isArray(value)) this.sequence(value, inMapping);
    else this.mapping(value);
  }

  private sequence(items: readonly JsonValue[], inMapping: boolean): void {
    if (items.length === 0) {
      this.indicator('[', true, true, false);
      this.indicator(']', false, false, false);
      return;
    }
    const outer = this.indent;
    // In a mapping, entries stand as far left as their key.
    if (outer < 0) this.indent = 0;
    else if (!inMapping || this.indention) this.indent += 2;
    for (const item of items) {
      this.newLine();
      this.indicator('-', true, false, true);
      this.node(item, false);
    }
    this.indent = outer;
  }

  private mapping(object: JsonObject): void {
    const keys = Object.keys(object).filter((key) => object[key] !== undefined);
    if (keys.length === 0) {
      this.indicator('{', true, true, false);
      this.indicator('}', false, false, false);
      return;
    }
    const outer = this.indent;
    this.indent = outer < 0 ? 0 : outer + 2;
    for (const key of keys.sort(compareYamlKeys)) {
      this.newLine();
      this.pair(key, object[key] ?? null);
    }
    this.indent = outer;
  }

  private pair(key: string, value: JsonValue): void {
    if (isSimpleKey(key)) {
      this.text(key, true);
      this.indicator(':', false, false, false);
    } else {
      this.indicator('?', true, false, true);
      this.text(key, false);
      this.newLine();
      this.indicator(':', true, false, true);
    }
    this.node(value, true);
  }

  private text(text: string, isKey: boolean): void {
    if (UNREADABLE.test(text)) throw new YamlError('yaml: control characters are not allowed');
    const style = chooseStyle(text, isKey);
    const outer = this.indent;
    this.indent = outer < 0 ? 2 : outer + 2;
    if (style === 'plain' && (text !== '' || !isKey)) this.plain(text, !isKey);
    else if (style === 'double') this.double(text, !isKey);
    else if (style === 'literal') this.literal(text);
    else this.single(text, !isKey);
    this.indent = outer;
  }

  private put(text: string): void {
    this.out += text;
    this.column += text.length;
  }

  private lineBreak(mark = '\n'): void {
    this.out += mark;
    this.column = 0;
  }

  /** Goes to the indentation, on a new line unless this one is still free. */
  private newLine(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.lineBreak();
    if (this.column < indent) this.put(' '.repeat(indent - this.column));
    this.whitespace = true;
    this.indention = true;
  }

  private indicator(mark: string, needsSpace: boolean, isSpace: boolean, keepsIndention: boolean): void {
    if (needsSpace && !this.whitespace) this.put(' ');
    this.put(mark);
    this.whitespace = isSpace;
    this.indention &&= keepsIndention;
  }

  private plain(text: string, mayBreak: boolean): void {
    if (!this.whitespace) this.put(' ');
    if (!mayBreak || this.column + text.length <= WIDTH) this.put(text);
    else this.folded(text, (at) => text.charAt(at + 1) !== ' ');
    this.whitespace = false;
    this.indention = false;
  }

  private single(text: string, mayBreak: boolean): void {
    this.indicator("'", true, false, false);
    const quoted = text.replaceAll("'", "''");
    const last = quoted.length - 1;
    this.folded(quoted, (at) => mayBreak && at > 0 && at < last && quoted.charAt(at + 1) !== ' ');
    this.indicator("'", false, false, false);
  }

  /** Writes a text, breaking lines at the spaces that may be replaced. */
  private folded(text: string, mayBreakAt: (at: number) => boolean): void {
    let wasSpace = false;
    let wasBreak = false;
    for (let at = 0; at < text.length; at++) {
      const c = text.charAt(at);
      if (c === ' ') {
        if (!wasSpace && this.column > WIDTH && mayBreakAt(at)) this.newLine();
        else this.put(c);
        wasSpace = true;
      } else if (c === '\u2028' || c === '\u2029') {
        this.lineBreak(c);
        this.indention = true;
        wasBreak = true;
      } else {
        if (wasBreak) this.newLine();
        this.put(c);
        this.indention = false;
        wasSpace = false;
        wasBreak = false;
      }
    }
  }

  private double(text: string, mayBreak: boolean): void {
    this.indicator('"', true, false, false);
    const characters = [...text];
    // A byte order mark at the beginning makes go-yaml escape everything.
    const escapeAll = text.startsWith('\ufeff');
    let wasSpace = false;
    for (const [i, c] of characters.entries()) {
      if (escapeAll || mustEscape(c)) {
        this.put(escape(c));
        wasSpace = false;
      } else if (c === ' ') {
        if (mayBreak && !wasSpace && this.column > WIDTH && i > 0 && i < characters.length - 1) {
          this.newLine();
          if (characters[i + 1] === ' ') this.put('\\');
        } else this.put(c);
        wasSpace = true;
      } else {
        this.put(c);
        wasSpace = false;
      }
    }
    this.indicator('"', false, false, false);
  }

  private literal(text: string): void {
    this.indicator('|', true, false, false);
    if (/^[ \n\u2028\u2029]/.test(text)) this.indicator('2', false, false, false);
    if (!/[\n\u2028\u2029]$/.test(text)) this.indicator('-', false, false, false);
    else if (/^[\n\u2028\u2029]$|[\n\u2028\u2029]{2}$/.test(text)) this.indicator('+', false, false, false);
    this.lineBreak();
    this.indention = true;
    this.whitespace = true;
    let wasBreak = true;
    for (const piece of text.split(/([\n\u2028\u2029])/)) {
      if (piece === '') continue;
      if (piece.length === 1 && /[\n\u2028\u2029]/.test(piece)) {
        this.lineBreak(piece);
        this.indention = true;
        wasBreak = true;
      } else {
        if (wasBreak) this.newLine();
        this.put(piece);
        this.indention = false;
        wasBreak = false;
      }
    }
  }
}

function isSimpleKey(key: string): boolean {
  return !/[\n\r\x85\u2028\u2029]/.test(key) && (key.length <= MAX_KEY / 3 || Buffer.byteLength(key) <= MAX_KEY);
}

function scalarText(value: null | boolean | number): string {
  if (typeof value !== 'number') return String(value);
  // Beyond 64 bits Go has floats.
  if (!Number.isInteger(value) || value >= 2 ** 64 || value < -(2 ** 63)) return floatText(value);
  // The largest int64 isn't a double; the nearest one stands for it.
  const exact = BigInt(value);
  return String(exact === 1n << 63n ? exact - 1n : exact);
}

/** What go-yaml doesn't read and JSON doesn't escape: the real server prints YAML by reading its JSON as YAML. */
const UNREADABLE = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escape(character: string): string {
  const short = ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
