import type { ParserRuleContext, Token } from 'antlr4ng';
import * as grammar from '../grammar/generated/CelParser.js';
import { Uint } from '../values/value.js';
import { Bytes } from '../values/bytes.js';
import type { Expr, MapEntry, StructField } from './ast.js';
import { balanced } from './balanced.js';
import { expandMacro, MacroError } from './macros.js';
import type { Issue, Source } from './source.js';
import { UnescapeError, unescapeLiteral } from './unescape.js';

/** Words that the grammar takes for identifiers and that no variable or function may be named by. */
const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(' '),
);

const BINARY: Readonly<Record<string, string>> = {
  '+': '_+_',
  '-': '_-_',
  '*': '_*_',
  '/': '_/_',
  '%': '_%_',
  '<': '_<_',
  '<=': '_<=_',
  '>': '_>_',
  '>=': '_>=_',
  '==': '_==_',
  '!=': '_!=_',
  in: '@in',
};
const MAX_INT64 = (1n << 63n) - 1n;
const MAX_UINT64 = (1n << 64n) - 1n;

/**
 * Turns ANTLR's parse tree into expressions (Go: cel-go/parser's visitor). Where the
 * source was wrong parts of the tree are missing; then something unspecified stands there.
 */
export class TreeReader {
  constructor(
    private readonly source: Source,
    private readonly issues: Issue[],
    private readonly withBindings: boolean,
  ) {}

  read(tree: ParserRuleContext | null | undefined): Expr {
    const node = unnest(tree);
    if (node instanceof grammar.ExprContext) return this.conditional(node);
    if (node instanceof grammar.OrContext)
      return this.logical(
        '_||_',
        node.and(),
        node.LOGICAL_OR().map(({ symbol }) => symbol),
      );
    if (node instanceof grammar.AndContext)
      return this.logical(
        '_&&_',
        node.relation(),
        node.LOGICAL_AND().map(({ symbol }) => symbol),
      );
    if (node instanceof grammar.RelationContext) return this.binary(node._op, node.relation(0), node.relation(1));
    if (node instanceof grammar.SumContext) return this.binary(node._op, node.sum(0), node.sum(1));
    if (node instanceof grammar.NotContext) return this.repeated('!_', node.EXCLAM()[0]?.symbol, node.EXCLAM().length, node.member());
    if (node instanceof grammar.NegativeContext) return this.repeated('-_', node.MINUS()[0]?.symbol, node.MINUS().length, node.member());
    if (node instanceof grammar.SelectContext) return this.select(node);
    if (node instanceof grammar.MemberCallContext) return this.memberCall(node);
    if (node instanceof grammar.IndexContext) return this.index(node);
    if (node instanceof grammar.IdentContext) return this.ident(node);
    if (node instanceof grammar.GlobalCallContext) return this.globalCall(node);
    if (node instanceof grammar.ListContext) return this.list(node);
    if (node instanceof grammar.MapContext) return { kind: 'map', at: at(node._open), entries: this.entries(node.entries()) };
    if (node instanceof grammar.MessageContext) return this.message(node);
    if (node instanceof grammar.LiteralContext) return this.literal(node);
    if (node instanceof grammar.UnaryContext) return { kind: 'literal', at: startOf(node), value: '<<error>>' };
    if (this.issues.length === 0) this.issues.push(this.source.issueAt(undefined, 'unknown parse element encountered: <<nil>>'));
    return { kind: 'unspecified', at: undefined };
  }

  private fault(offset: number | undefined, message: string): Expr {
    this.issues.push(this.source.issueAt(offset, message));
    return { kind: 'unspecified', at: offset };
  }

  private conditional(node: grammar.ExprContext): Expr {
    const condition = this.read(node._condition);
    return this.call(at(node.QUESTIONMARK()?.symbol), '_?_:_', undefined, [condition, this.read(node._yes), this.read(node._no)]);
  }

  private logical(name: string, operands: readonly ParserRuleContext[], operators: readonly Token[]): Expr {
    const terms = operands.map((operand) => this.read(operand));
    if (terms.length <= operators.length) return this.fault(startOf(operands[0]), `unexpected character, wanted '${name.slice(1, 3)}'`);
    return balanced(name, terms, operators.map(at));
  }

  private binary(operator: Token | null | undefined, left: ParserRuleContext | null, right: ParserRuleContext | null): Expr {
    const name = BINARY[operator?.text ?? ''];
    if (name === undefined) return this.fault(startOf(left), 'operator not found');
    const first = this.read(left);
    return this.call(at(operator), name, undefined, [first, this.read(right)]);
  }

  /** Signs in pairs cancel out. */
  private repeated(name: string, first: Token | undefined, count: number, member: ParserRuleContext | null): Expr {
    const operand = this.read(member);
    return count % 2 === 0 ? operand : this.call(at(first), name, undefined, [operand]);
  }

  private select(node: grammar.SelectContext): Expr {
    const operand = this.read(node.member());
    const name = node.name() as grammar.NameContext | null;
    const dot = node.DOT() as ReturnType<typeof node.DOT> | null;
    if (name === null || dot === null) return { kind: 'unspecified', at: startOf(node) };
    const field = this.fieldName(name);
    if (node._opt != null) {
      const literal: Expr = { kind: 'literal', at: startOf(name), value: field };
      return { kind: 'call', at: at(dot.symbol), target: undefined, name: '_?._', args: [operand, literal] };
    }
    return { kind: 'select', at: at(dot.symbol), operand, field, test: false };
  }

  private memberCall(node: grammar.MemberCallContext): Expr {
    const target = this.read(node.member());
    if (node._id == null) return { kind: 'unspecified', at: startOf(node) };
    return this.call(at(node._open), node._id.text ?? '', target, this.args(node._args));
  }

  private index(node: grammar.IndexContext): Expr {
    const target = this.read(node.member());
    if (node._open == null) return { kind: 'unspecified', at: startOf(node) };
    const index = this.read(node._index);
    return this.call(at(node._open), node._opt == null ? '_[_]' : '_[?_]', undefined, [target, index]);
  }

  private ident(node: grammar.IdentContext): Expr {
    const name = this.globalName(node, node._id, node._dot);
    return typeof name === 'string' ? { kind: 'ident', at: at(node._id), name } : name;
  }

  private globalCall(node: grammar.GlobalCallContext): Expr {
    const name = this.globalName(node, node._id, node._dot);
    return typeof name === 'string' ? this.call(at(node._open), name, undefined, this.args(node._args)) : name;
  }

  private globalName(node: ParserRuleContext, id: Token | null | undefined, dot: Token | null | undefined): string | Expr {
    if (id == null) return { kind: 'unspecified', at: startOf(node) };
    const text = id.text ?? '';
    if (RESERVED.has(text)) return this.fault(startOf(node), `reserved identifier: ${text}`);
    return dot == null ? text : `.${text}`;
  }

  private args(list: grammar.ExprListContext | null | undefined): Expr[] {
    return list == null ? [] : list.expr().map((expr) => this.read(expr));
  }

  private list(node: grammar.ListContext): Expr {
    const optional = new Set<number>();
    const elements = (node.elements()?.optionalExpr() ?? []).map((element, i) => {
      if (element._opt != null) optional.add(i);
      return this.read(element.expr());
    });
    return { kind: 'list', at: at(node._open), elements, optional };
  }

  private entries(list: grammar.EntriesContext | null): MapEntry[] {
    if (list === null) return [];
    const { _keys: keys, _colons: colons, _values: values } = list;
    if (keys.length < colons.length || values.length < colons.length) return [];
    return colons.map((colon, i) => {
      const key = keys[i] as grammar.OptionalExprContext;
      return { at: at(colon), key: this.read(key.expr()), value: this.read(values[i]), optional: key._opt != null };
    });
  }

  private message(node: grammar.MessageContext): Expr {
    const name = node._ids.map(({ text }) => text ?? '').join('.');
    const typeName = node._dot == null ? name : `.${name}`;
    return { kind: 'struct', at: at(node._open), typeName, fields: this.structFields(node.fields()) };
  }

  private structFields(list: grammar.FieldsContext | null): StructField[] {
    if (list === null) return [];
    const { _names: names, _colons: colons, _values: values } = list;
    if (colons.length < names.length || values.length < names.length) return [];
    return names.flatMap((field, i) => {
      const name = field.name() as grammar.NameContext | null;
      if (name === null) return [];
      return { at: at(colons[i]), name: this.fieldName(name), value: this.read(values[i]), optional: field._opt != null };
    });
  }

  private fieldName(name: grammar.NameContext): string {
    if (name instanceof grammar.EscapedNameContext) this.fault(startOf(name), "unsupported syntax: '`'");
    else if (!(name instanceof grammar.SimpleNameContext)) this.fault(startOf(name), 'unsupported ident kind');
    return name.getText();
  }

  private literal(node: grammar.LiteralContext): Expr {
    const offset = startOf(node);
    const value = literalValue(node);
    return typeof value === 'object' && value !== null && 'fault' in value
      ? this.fault(offset, value.fault)
      : { kind: 'literal', at: offset, value };
  }

  /** A call, or what a macro makes of it. */
  private call(offset: number | undefined, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    try {
      const expanded = expandMacro({ at: offset, name, target, args }, this.withBindings);
      if (expanded !== undefined) return expanded;
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      return this.fault(error.at, error.message);
    }
    return { kind: 'call', at: offset, target, name, args };
  }
}

type LiteralResult = bigint | number | string | boolean | null | Uint | Bytes | { readonly fault: string };

function literalValue(node: grammar.LiteralContext): LiteralResult {
  if (node instanceof grammar.IntContext) return intLiteral(node._tok?.text ?? '', node._sign != null);
  if (node instanceof grammar.UintContext) {
    const value = BigInt((node._tok?.text ?? '').slice(0, -1));
    return value > MAX_UINT64 ? { fault: 'invalid uint literal' } : new Uint(value);
  }
  if (node instanceof grammar.DoubleContext) {
    const value = Number(`${node._sign == null ? '' : '-'}${node._tok?.text ?? ''}`);
    return Number.isFinite(value) ? value : { fault: 'invalid double literal' };
  }
  if (node instanceof grammar.TrueContext) return true;
  if (node instanceof grammar.FalseContext) return false;
  if (node instanceof grammar.NullContext) return null;
  const isBytes = node instanceof grammar.BytesContext;
  const text = node.getText();
  try {
    const content = unescapeLiteral(isBytes ? text.slice(1) : text, isBytes);
    return isBytes ? new Bytes(content) : Buffer.from(content).toString();
  } catch (error) {
    if (!(error instanceof UnescapeError)) throw error;
    return { fault: error.message };
  }
}

function intLiteral(text: string, negative: boolean): bigint | { readonly fault: string } {
  const value = negative ? -BigInt(text) : BigInt(text);
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? { fault: 'invalid int literal' } : value;
}

function at(token: Token | null | undefined): number | undefined {
  return token == null ? undefined : token.start;
}

function startOf(node: ParserRuleContext | null | undefined): number | undefined {
  return at(node?.start);
}

/** Goes down to the first node that means something of its own. */
function unnest(tree: ParserRuleContext | null | undefined): ParserRuleContext | null | undefined {
  let node = tree;
  for (;;) {
    const inner = innerOf(node);
    if (inner === undefined) return node;
    node = inner;
  }
}

/** The only thing that a node holds; undefined if it is more than a wrapper. */
function innerOf(node: ParserRuleContext | null | undefined): ParserRuleContext | null | undefined {
  if (node instanceof grammar.WholeContext) return node.expr();
  if (node instanceof grammar.ExprContext) return node.QUESTIONMARK() === null ? (node._condition ?? null) : undefined;
  if (node instanceof grammar.OrContext) return node.LOGICAL_OR().length === 0 ? node.and(0) : undefined;
  if (node instanceof grammar.AndContext) return node.LOGICAL_AND().length === 0 ? node.relation(0) : undefined;
  if (node instanceof grammar.RelationContext) return node._op == null ? node.sum() : undefined;
  if (node instanceof grammar.SumContext) return node._op == null ? node.unary() : undefined;
  if (node instanceof grammar.PlainContext) return node.member();
  if (node instanceof grammar.BaseContext) return node.primary();
  if (node instanceof grammar.NestedContext) return node.expr();
  if (node instanceof grammar.ConstantContext) return node.literal();
  return undefined;
}
