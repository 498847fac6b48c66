import {
  BINARY_OPERATORS,
  checkRequirement,
  aggregateText,
  labelKeyFault,
  LabelRequirement,
  type LabelOperator,
} from './label-requirement.js';
import { badRequest } from './status.js';

type TokenKind = 'error' | 'end' | 'identifier' | ')' | ',' | '!' | '==' | '=' | '>' | 'in' | '<' | '!=' | 'notin' | '(';

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const SYMBOLS: ReadonlyMap<string, TokenKind> = new Map<string, TokenKind>(
  ([')', ',', '!', '==', '=', '>', 'in', '<', '!=', 'notin', '('] as const).map((kind) => [kind, kind]),
);
const END: Token = { kind: 'end', text: '' };

function isSpecial(character: string): boolean {
  return '=!(),><'.includes(character);
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

/** The tokens of a selector. As in Go, a NUL ends the token before it, and where a token should start it ends the text. */
function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length && source.charAt(at) !== NUL) {
    const character = source.charAt(at);
    if (isBlank(character)) at++;
    else {
      at = isSpecial(character) ? scanSymbol(source, at, tokens) : scanWord(source, at, tokens);
      if (source.charAt(at) === NUL) at++;
    }
  }
  tokens.push(END);
  return tokens;
}

const NUL = '\0';

function scanWord(source: string, from: number, tokens: Token[]): number {
  let at = from;
  for (; at < source.length; at++) {
    const character = source.charAt(at);
    if (character === NUL || isSpecial(character) || isBlank(character)) break;
  }
  const text = source.slice(from, at);
  tokens.push({ kind: SYMBOLS.get(text) ?? 'identifier', text });
  return at;
}

/** The longest operator, tried character by character. */
function scanSymbol(source: string, from: number, tokens: Token[]): number {
  let found: Token | undefined;
  let at = from;
  while (at < source.length && isSpecial(source.charAt(at))) {
    const text = source.slice(from, at + 1);
    const kind = SYMBOLS.get(text);
    if (kind !== undefined) found = { kind, text };
    else if (found !== undefined) break;
    at++;
  }
  tokens.push(found ?? { kind: 'error', text: `error expected: keyword found '${source.slice(from, at)}'` });
  return at;
}

const OPERATORS: Readonly<Partial<Record<TokenKind, LabelOperator>>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};

/** Go's recursive descent, token by token, so that errors name the same token. */
export class LabelSelectorParser {
  private readonly tokens: readonly Token[];
  private position = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  /** Throws 400. */
  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const next = this.peek();
      if (next.kind === 'end') return requirements;
      if (next.kind !== 'identifier' && next.kind !== '!')
        throw badRequest(`found '${next.text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirement());
      const after = this.take();
      if (after.kind === 'end') return requirements;
      if (after.kind !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.peek();
      if (following.kind !== 'identifier' && following.kind !== '!')
        throw badRequest(`found '${following.text}', expected: identifier after ','`);
    }
  }

  /** The next token where values may stand: `in` and `notin` are words there. */
  private peek(): Token {
    const token = this.tokens[this.position] ?? END;
    return token.kind === 'in' || token.kind === 'notin' ? { kind: 'identifier', text: token.text } : token;
  }

  private take(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private requirement(): LabelRequirement {
    let operator: LabelOperator | undefined;
    let token = this.take();
    if (token.kind === '!') {
      operator = '!';
      token = this.take();
    }
    if (token.kind !== 'identifier') throw problem(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const fault = labelKeyFault(key, '<nil>');
    if (fault !== undefined) throw problem(fault.toString());
    const next = this.peek().kind;
    if (operator === undefined && (next === 'end' || next === ',')) operator = 'exists';
    if (operator !== undefined) return checked(key, operator, []);
    operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.values() : this.exactValue();
    return checked(key, operator, [...values].sort());
  }

  private operator(): LabelOperator {
    const token = this.tokens[this.position] ?? END;
    this.position++;
    const operator = OPERATORS[token.kind];
    if (operator === undefined) throw problem(`found '${token.text}', expected: ${BINARY_OPERATORS}`);
    return operator;
  }

  private values(): ReadonlySet<string> {
    const open = this.take();
    if (open.kind !== '(') throw problem(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ')') {
      this.take();
      return new Set(['']);
    }
    if (first.kind !== 'identifier' && first.kind !== ',') throw problem(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = this.identifiers();
    if (this.take().kind !== ')') throw problem(`found '${first.text}', expected: ')'`);
    return values;
  }

  /** Words between commas; where there is none, the empty one is meant. */
  private identifiers(): ReadonlySet<string> {
    const values = new Set<string>();
    for (;;) {
      const token = this.take();
      const next = this.peek();
      if (token.kind === 'identifier') {
        values.add(token.text);
        if (next.kind === ')') return values;
        if (next.kind !== ',') throw problem(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ',') {
        if (values.size === 0 || next.kind === ',') values.add('');
        if (next.kind === ')') return values.add('');
      } else {
        throw problem(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  private exactValue(): ReadonlySet<string> {
    const next = this.peek();
    if (next.kind === 'end' || next.kind === ',') return new Set(['']);
    this.take();
    if (next.kind !== 'identifier') throw problem(`found '${next.text}', expected: identifier`);
    return new Set([next.text]);
  }
}

function problem(text: string): Error {
  return badRequest(`unable to parse requirement: ${text}`);
}

function checked(key: string, operator: LabelOperator, values: readonly string[]): LabelRequirement {
  const errors = checkRequirement(key, operator, values);
  if (errors.length > 0) throw problem(aggregateText(errors));
  return new LabelRequirement(key, operator, values);
}
