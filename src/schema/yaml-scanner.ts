import { YamlCursor } from './yaml-cursor.js';
import type { Mark } from './yaml-error.js';
import { scanBlock, scanPlain, scanQuoted, type ScannedScalar } from './yaml-scalars.js';
import { scanDirective, scanTag } from './yaml-tags.js';
import { END, isBreak, isGap, isWord, type Token, type TokenType } from './yaml-token.js';

/** What may turn out to be the key of a mapping once a `:` follows. */
interface SimpleKey {
  possible: boolean;
  /** Nothing else can stand there, since it begins a line of a block mapping. */
  readonly required: boolean;
  /** Number of the token that begins it, counted from the first of the text. */
  readonly token: number;
  readonly mark: Mark;
}

/** A key is found out within one line and so many characters. */
const MAX_KEY = 1024;

/**
 * Cuts a YAML text into tokens, with the beginnings and ends of blocks made out
 * from the indentation. It accepts and refuses what libyaml does (YAML 1.1), and
 * no earlier: tokens are made when they are asked for.
 */
export class YamlScanner {
  private readonly cursor: YamlCursor;
  /** Made, but not taken yet. */
  private tokens: Token[] = [];
  /** Number of the first of `tokens`. */
  private taken = 0;
  /** Column of the block collection at hand, -1 outside of all. */
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;
  /** One for the blocks and one for every open bracket. */
  private readonly keys: SimpleKey[];
  private readonly keyOfToken = new Map<number, SimpleKey>();
  private keyAllowed = true;
  private ended = false;

  constructor(text: string) {
    this.cursor = new YamlCursor(text);
    this.keys = [{ possible: false, required: false, token: 0, mark: this.cursor.mark }];
  }

  /** The next token, which stays the next one. */
  peek(): Token {
    for (let first = this.tokens[0]; ; first = this.tokens[0]) {
      if (first !== undefined && !this.mayBeKey()) return first;
      this.fetch();
    }
  }

  /** Takes the next token. */
  next(): Token {
    const token = this.peek();
    this.tokens.shift();
    this.taken++;
    return token;
  }

  /** Whether the next token may still get a `key` in front of it. */
  private mayBeKey(): boolean {
    const key = this.keyOfToken.get(this.taken);
    return key !== undefined && this.isValid(key);
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.mark.line >= this.cursor.line && key.mark.index + MAX_KEY >= this.cursor.index) return true;
    if (key.required) throw this.cursor.fault("could not find expected ':'", key.mark);
    key.possible = false;
    return false;
  }

  private get topKey(): SimpleKey {
    return this.keys[this.keys.length - 1] as SimpleKey;
  }

  private saveKey(): void {
    if (!this.keyAllowed) return;
    this.removeKey();
    const key: SimpleKey = {
      possible: true,
      required: this.flowLevel === 0 && this.indent === this.cursor.column,
      token: this.taken + this.tokens.length,
      mark: this.cursor.mark,
    };
    this.keys[this.keys.length - 1] = key;
    this.keyOfToken.set(key.token, key);
  }

  private removeKey(): void {
    const key = this.topKey;
    if (!key.possible) return;
    if (key.required) throw this.cursor.fault("could not find expected ':'", key.mark);
    key.possible = false;
    this.keyOfToken.delete(key.token);
  }

  private push(type: TokenType, start: Mark, value = '', suffix = '', plain = false, end = this.cursor.mark): void {
    this.tokens.push({ type, start, end, value, suffix, plain });
  }

  /** A token of `size` characters. */
  private pushMark(type: TokenType, size = 1): void {
    const start = this.cursor.mark;
    this.cursor.skip(size);
    this.push(type, start);
  }

  /** Opens a block if the column is further right than that of the one at hand. */
  private openBlock(column: number, type: TokenType, mark: Mark, before?: number): void {
    if (this.flowLevel > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    const token: Token = { type, start: mark, end: mark, value: '', suffix: '', plain: false };
    if (before === undefined) this.tokens.push(token);
    else this.insert(token, before);
  }

  /** Puts a token in front of another one, or at the end if that is taken already. */
  private insert(token: Token, before: number): void {
    const place = before - this.taken;
    if (place < 0) this.tokens.push(token);
    else this.tokens.splice(place, 0, token);
  }

  /** Closes the blocks that are further right than the column. */
  private closeBlocks(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.push('blockEnd', this.cursor.mark);
      this.indent = this.indents.pop() ?? -1;
    }
  }

  private fetch(): void {
    const { cursor } = this;
    this.skipToToken();
    this.closeBlocks(cursor.column);
    const c = cursor.peek();
    if (c === END) this.fetchEnd();
    else if (c === 0x25 && cursor.column === 0) this.fetchDirective();
    else if (cursor.atDocumentMark('-')) this.fetchDocumentMark('documentStart');
    else if (cursor.atDocumentMark('.')) this.fetchDocumentMark('documentEnd');
    else this.fetchContent(c);
  }

  private fetchContent(c: number): void {
    const gapFollows = isGap(this.cursor.peek(1));
    switch (c) {
      case 0x5b:
        this.fetchFlowStart('flowSequenceStart');
        return;
      case 0x7b:
        this.fetchFlowStart('flowMappingStart');
        return;
      case 0x5d:
        this.fetchFlowEnd('flowSequenceEnd');
        return;
      case 0x7d:
        this.fetchFlowEnd('flowMappingEnd');
        return;
      case 0x2c:
        this.removeKey();
        this.keyAllowed = true;
        this.pushMark('flowEntry');
        return;
      case 0x2a:
        this.fetchAnchor('alias');
        return;
      case 0x26:
        this.fetchAnchor('anchor');
        return;
      case 0x21:
        this.fetchTag();
        return;
      case 0x27:
      case 0x22:
        this.fetchScalar(() => scanQuoted(this.cursor, c === 0x27));
        return;
      case 0x2d:
        if (gapFollows) this.fetchBlockEntry();
        else this.fetchPlain();
        return;
      case 0x3f:
        if (gapFollows || this.flowLevel > 0) this.fetchKey();
        else this.fetchPlain();
        return;
      case 0x3a:
        if (gapFollows || this.flowLevel > 0) this.fetchValue();
        else this.fetchPlain();
        return;
      case 0x7c:
      case 0x3e:
        if (this.flowLevel === 0) this.fetchBlockScalar(c === 0x7c);
        else throw this.noToken();
        return;
      // A tab, and # % @ `: nothing begins with them.
      case 0x09:
      case 0x23:
      case 0x25:
      case 0x40:
      case 0x60:
        throw this.noToken();
      default:
        this.fetchPlain();
    }
  }

  private noToken(): Error {
    return this.cursor.fault('found character that cannot start any token');
  }

  /** Blanks, comments and line breaks; a new line allows for a new key. */
  private skipToToken(): void {
    const { cursor } = this;
    for (;;) {
      if (cursor.column === 0 && cursor.peek() === 0xfeff) cursor.skip();
      // Tabs are no indentation.
      while (cursor.peek() === 0x20 || (cursor.peek() === 0x09 && (this.flowLevel > 0 || !this.keyAllowed))) cursor.skip();
      cursor.skipComment();
      if (!isBreak(cursor.peek())) return;
      cursor.skipLine();
      if (this.flowLevel === 0) this.keyAllowed = true;
    }
  }

  private fetchEnd(): void {
    this.cursor.breakAtEnd();
    this.closeBlocks(-1);
    this.removeKey();
    this.keyAllowed = false;
    if (this.ended) throw new Error('read past the end of YAML');
    this.ended = true;
    this.push('streamEnd', this.cursor.mark);
  }

  private fetchDirective(): void {
    this.closeBlocks(-1);
    this.removeKey();
    this.keyAllowed = false;
    const start = this.cursor.mark;
    const directive = scanDirective(this.cursor);
    if (directive.name === 'YAML') this.push('versionDirective', start, directive.version);
    else this.push('tagDirective', start, directive.handle, directive.prefix);
  }

  private fetchDocumentMark(type: TokenType): void {
    this.closeBlocks(-1);
    this.removeKey();
    this.keyAllowed = false;
    this.pushMark(type, 3);
  }

  private fetchFlowStart(type: TokenType): void {
    this.saveKey();
    this.keys.push({ possible: false, required: false, token: this.taken + this.tokens.length, mark: this.cursor.mark });
    this.flowLevel++;
    this.keyAllowed = true;
    this.pushMark(type);
  }

  private fetchFlowEnd(type: TokenType): void {
    this.removeKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.keyOfToken.delete(this.topKey.token);
      this.keys.pop();
    }
    this.keyAllowed = false;
    this.pushMark(type);
  }

  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.cursor.fault('block sequence entries are not allowed in this context');
      this.openBlock(this.cursor.column, 'blockSequenceStart', this.cursor.mark);
    }
    this.removeKey();
    this.keyAllowed = true;
    this.pushMark('blockEntry');
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.keyAllowed) throw this.cursor.fault('mapping keys are not allowed in this context');
      this.openBlock(this.cursor.column, 'blockMappingStart', this.cursor.mark);
    }
    this.removeKey();
    this.keyAllowed = this.flowLevel === 0;
    this.pushMark('key');
  }

  private fetchValue(): void {
    const key = this.topKey;
    if (this.isValid(key)) {
      this.insert({ type: 'key', start: key.mark, end: key.mark, value: '', suffix: '', plain: false }, key.token);
      this.openBlock(key.mark.column, 'blockMappingStart', key.mark, key.token);
      key.possible = false;
      this.keyOfToken.delete(key.token);
      this.keyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.keyAllowed) throw this.cursor.fault('mapping values are not allowed in this context');
        this.openBlock(this.cursor.column, 'blockMappingStart', this.cursor.mark);
      }
      this.keyAllowed = this.flowLevel === 0;
    }
    this.pushMark('value');
  }

  private fetchAnchor(type: 'alias' | 'anchor'): void {
    this.saveKey();
    this.keyAllowed = false;
    const { cursor } = this;
    const start = cursor.mark;
    cursor.skip();
    const from = cursor.index;
    while (isWord(cursor.peek())) cursor.skip();
    const name = cursor.since(from);
    const after = cursor.peek();
    if (name === '' || !(isGap(after) || '?:,]}%@`'.includes(String.fromCharCode(after)))) {
      throw cursor.fault('did not find expected alphabetic or numeric character', start);
    }
    this.push(type, start, name);
  }

  private fetchTag(): void {
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark;
    const { handle, suffix } = scanTag(this.cursor);
    this.push('tag', start, handle, suffix);
  }

  private fetchBlockScalar(literal: boolean): void {
    this.removeKey();
    this.keyAllowed = true;
    const start = this.cursor.mark;
    const { value, end } = scanBlock(this.cursor, literal, this.indent);
    this.push('scalar', start, value, '', false, end);
  }

  private fetchScalar(scan: () => ScannedScalar, plain = false): void {
    this.saveKey();
    this.keyAllowed = false;
    const start = this.cursor.mark;
    const { value, end, brokeLine } = scan();
    this.push('scalar', start, value, '', plain, end);
    if (brokeLine) this.keyAllowed = true;
  }

  private fetchPlain(): void {
    this.fetchScalar(() => scanPlain(this.cursor, this.indent + 1, this.flowLevel > 0), true);
  }
}
