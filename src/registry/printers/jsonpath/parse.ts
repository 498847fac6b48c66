import { goUnicode } from '../../../apimachinery/go-format.js';
import { GoNumber, PathSyntaxError, type Path, type PathNode, type Slice } from './node.js';

/** Filters and unions hold paths of their own; deeper nesting than this is no path that anybody means. */
const MAX_NESTING = 16;

/**
 * Parses what stands between the braces of a template such as `{.spec.replicas}`
 * (Go: k8s.io/client-go/util/jsonpath). Text after a closing brace is a further
 * action; all must parse, the first one decides.
 * @throws PathSyntaxError
 */
export function parsePath(text: string): Path {
  return parseTemplate(`{${text}}`, 0)[0] ?? [];
}

/** The actions of a template; text between them is left out. */
function parseTemplate(template: string, nesting: number): Path[] {
  if (nesting > MAX_NESTING) throw new PathSyntaxError('nested too deeply');
  const actions: Path[] = [];
  let at = 0;
  for (;;) {
    at = template.indexOf('{', at);
    if (at === -1) return actions;
    const parser = new ActionParser(template, at + 1, nesting);
    actions.push(parser.parse());
    at = parser.at;
  }
}

class ActionParser {
  private readonly nodes: PathNode[] = [];

  constructor(
    private readonly text: string,
    /** The place of the next character. */
    public at: number,
    private readonly nesting: number,
  ) {}

  /** Reads up to and including the closing brace. */
  parse(): Path {
    while (!this.accept('}')) this.parseStep();
    return this.nodes;
  }

  private parseStep(): void {
    if (this.accept('[?(')) {
      this.parseFilter();
      return;
    }
    if (this.accept('..')) {
      this.parseRecursive();
      return;
    }
    const char = this.text.charAt(this.at);
    if (char === '' || char === '\n' || char === '\r') throw new PathSyntaxError('unclosed action');
    if (isNumberStart(char)) this.parseNumber();
    else if (isWord(this.text, this.at)) this.parseIdentifier();
    else {
      this.at++;
      this.parseMark(char);
    }
  }

  private parseMark(char: string): void {
    switch (char) {
      case ' ':
      case '@':
      case '$':
        return;
      case '[':
        this.parseArray();
        return;
      case '"':
      case "'":
        this.parseQuoted(char);
        return;
      case '.':
        this.parseField();
        return;
      default:
        throw new PathSyntaxError(`unrecognized character in action: ${goUnicode(char.codePointAt(0) ?? 0)}`);
    }
  }

  private accept(prefix: string): boolean {
    if (!this.text.startsWith(prefix, this.at)) return false;
    this.at += prefix.length;
    return true;
  }

  /** A path inside this one. */
  private subpath(text: string): Path {
    return parseTemplate(`{${text}}`, this.nesting + 1)[0] ?? [];
  }

  private parseRecursive(): void {
    if (this.nodes.at(-1)?.kind === 'recursive') throw new PathSyntaxError('invalid multiple recursive descent');
    this.nodes.push({ kind: 'recursive' });
    if (isWord(this.text, this.at)) this.parseField();
  }

  /** A name up to the next character that ends one; a backslash takes away the meaning of what follows. */
  private parseField(): void {
    const start = this.at;
    while (!isTerminator(this.text.charAt(this.at))) this.at += this.text.charAt(this.at) === '\\' ? 2 : 1;
    this.at = Math.min(this.at, this.text.length);
    const name = this.text.slice(start, this.at);
    this.nodes.push(name === '*' ? { kind: 'wildcard' } : { kind: 'field', name: name.replaceAll('\\', '') });
  }

  private parseIdentifier(): void {
    const start = this.at;
    while (!isTerminator(this.text.charAt(this.at))) this.at++;
    const name = this.text.slice(start, this.at);
    if (name === 'true' || name === 'false') this.nodes.push({ kind: 'literal', value: name === 'true' });
    else this.nodes.push({ kind: 'identifier', name });
  }

  private parseNumber(): void {
    const start = this.at++;
    while (/^[.\p{Nd}]/u.test(this.text.charAt(this.at))) this.at++;
    const text = this.text.slice(start, this.at);
    if (/^[+-]?[0-9]+$/.test(text)) this.nodes.push({ kind: 'literal', value: new GoNumber('int', Number(text)) });
    else if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text))
      this.nodes.push({ kind: 'literal', value: new GoNumber('float', Number(text)) });
    else throw new PathSyntaxError(`cannot parse number ${text}`);
  }

  private parseQuoted(quote: string): void {
    const start = this.at;
    let end = start;
    for (; ; end++) {
      const char = this.text.charAt(end);
      if (char === '' || char === '\n') throw new PathSyntaxError('unterminated quoted string');
      if (char === quote && this.text.charAt(end - 1) !== '\\') break;
    }
    this.at = end + 1;
    this.nodes.push({ kind: 'text', value: unquote(this.text.slice(start, end), quote) });
  }

  /** `[n]`, `[start:end:step]`, `[*]`, `['key']`, or several of them. */
  private parseArray(): void {
    const end = this.text.indexOf(']', this.at);
    const text = this.text.slice(this.at, end);
    if (end === -1 || text.includes('\n')) throw new PathSyntaxError('unterminated array');
    this.at = end + 1;
    const parts = text.split(',');
    if (parts.length > 1) {
      this.nodes.push({ kind: 'union', paths: parts.map((part) => this.subpath(`[${trimSpaces(part)}]`)) });
      return;
    }
    const key = /^'([^']*)'$/.exec(text)?.[1];
    if (key === undefined) this.nodes.push({ kind: 'slice', ...parseSlice(text === '*' ? ':' : text) });
    else for (const node of this.subpath(`.${key}`)) this.nodes.push(node);
  }

  /** `[?(@.a == "b")]`; what is compared may hold one quoted string with brackets in it. */
  private parseFilter(): void {
    const start = this.at;
    const end = this.filterEnd();
    const text = this.text.slice(start, end);
    const comparison = /^([^!<>=]+)([!<>=]+)([^]+)$/.exec(text);
    if (comparison === null) {
      this.nodes.push({ kind: 'filter', left: this.subpath(text), operator: 'exists', right: [] });
      return;
    }
    const [, left = '', operator = '', right = ''] = comparison;
    this.nodes.push({ kind: 'filter', left: this.subpath(left), operator, right: this.subpath(right) });
  }

  /** The place of the bracket that closes the filter; moves behind it. */
  private filterEnd(): number {
    let quote = '';
    let closed = false;
    for (; ; this.at++) {
      const char = this.text.charAt(this.at);
      if (char === '' || char === '\n') throw new PathSyntaxError('unterminated filter');
      if ((char === '"' || char === "'") && quote === '') quote = char;
      else if (char === quote && quote !== '' && this.text.charAt(this.at - 1) !== '\\') closed = true;
      else if (char === ')' && (quote === '' || closed)) break;
    }
    const end = this.at++;
    if (!this.accept(']')) throw new PathSyntaxError('unclosed array expect ]');
    return end;
  }
}

function parseSlice(text: string): Slice {
  const match = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text);
  if (match === null) throw new PathSyntaxError(`invalid array index ${text}`);
  const single = match[2] === undefined;
  const start = bound(match[1]);
  return { start, end: single ? (start ?? 0) + 1 : bound(match[2]?.slice(1)), step: bound(match[3]?.slice(1)), single };
}

function bound(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === '-') throw new PathSyntaxError(`array index ${text} is not a number`);
  return Number(text);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/** Go's escapes in a quoted string, where either quote may be escaped inside itself (strconv.UnquoteChar). */
function unquote(text: string, quote: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[^]|$)/gu, (_, escape: string) => {
    const plain = escape === quote ? quote : ESCAPES.get(escape);
    if (plain !== undefined) return plain;
    if (escape.length < 3) throw new PathSyntaxError('invalid syntax');
    const code = /^[xuU]/.test(escape) ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw new PathSyntaxError('invalid syntax');
    return String.fromCodePoint(code);
  });
}

function isNumberStart(char: string): boolean {
  return char === '+' || char === '-' || /^\p{Nd}$/u.test(char);
}

/** Go: a letter, a digit or an underscore. */
function isWord(text: string, at: number): boolean {
  const code = text.codePointAt(at);
  return code !== undefined && /^[\p{L}\p{Nd}_]$/u.test(String.fromCodePoint(code));
}

const TERMINATORS = ' \t\r\n.,[]$@{}';

/** Ends a name; so does the end of the text. */
function isTerminator(char: string): boolean {
  return char === '' || TERMINATORS.includes(char);
}

function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
}
