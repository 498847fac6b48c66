import {
  BaseErrorListener,
  CharStream,
  CommonTokenStream,
  DefaultErrorStrategy,
  type ParserRuleContext,
  type ParseTreeListener,
  type Parser,
  type RecognitionException,
  type Token,
} from 'antlr4ng';
import { CelLexer } from '../grammar/generated/CelLexer.js';
import { CelParser } from '../grammar/generated/CelParser.js';
import type { Expr } from './ast.js';
import { TreeReader } from './tree-reader.js';
import { Source, type Issue } from './source.js';

/** Bounds of cel-go's parser: nested rules of one kind, attempts to go on after errors, errors told, code points. */
const MAX_DEPTH = 250;
const MAX_RECOVERIES = 30;
const MAX_REPORTS = 100;
const MAX_CODE_POINTS = 100_000;

/** An expression as parsed: a tree if there are no issues. */
export interface Parsed {
  readonly source: Source;
  readonly expr: Expr | undefined;
  readonly issues: readonly Issue[];
}

/** Ends parsing: what went wrong is among the issues, unless it is this error's message. */
class Halt extends Error {}

/**
 * Parses an expression and expands its macros. Never throws.
 * @param withBindings `cel.bind` is a macro
 */
export function parse(text: string, withBindings = false): Parsed {
  const source = new Source(text);
  if (source.codePoints.length > MAX_CODE_POINTS) {
    const size = `size: ${String(source.codePoints.length)}, limit ${String(MAX_CODE_POINTS)}`;
    return { source, expr: undefined, issues: [source.issueAt(undefined, `expression code point size exceeds limit: ${size}`)] };
  }
  const issues: Issue[] = [];
  let expr: Expr | undefined;
  try {
    expr = new TreeReader(source, issues, withBindings).read(parseTree(text, source, issues));
  } catch (error) {
    if (!(error instanceof Halt || error instanceof RangeError)) throw error;
    const message = error instanceof Halt ? error.message : `expression recursion limit exceeded: ${String(MAX_DEPTH)}`;
    if (message !== '') issues.push(source.issueAt(undefined, message));
  }
  return { source, expr: issues.length === 0 ? expr : undefined, issues };
}

function parseTree(text: string, source: Source, issues: Issue[]): ParserRuleContext {
  const reporter = new Reporter(source, issues);
  const lexer = new CelLexer(CharStream.fromString(text));
  lexer.removeErrorListeners();
  lexer.addErrorListener(reporter);
  const parser = new CelParser(new CommonTokenStream(lexer));
  parser.removeErrorListeners();
  parser.addErrorListener(reporter);
  parser.addParseListener(new DepthGuard());
  parser.errorHandler = new LimitedRecovery();
  return parser.whole();
}

class Reporter extends BaseErrorListener {
  private reports = 0;

  constructor(
    private readonly source: Source,
    private readonly issues: Issue[],
  ) {
    super();
  }

  override syntaxError(_recognizer: unknown, _symbol: unknown, line: number, column: number, message: string): void {
    const isOver = this.reports++ >= MAX_REPORTS;
    const text = isOver ? `More than ${String(MAX_REPORTS)} syntax errors` : inWords(message);
    this.issues.push(this.source.issueAt(this.source.offsetOf(line, column), `Syntax error: ${text}`));
    if (isOver) throw new Halt();
  }
}

/** cel-go says of a word of the language in the place of a name that it is no identifier. */
function inWords(message: string): string {
  return message.replace(/no viable alternative at input '.(true|false|null)'/, "mismatched input '$1' expecting IDENTIFIER");
}

class DepthGuard implements ParseTreeListener {
  private readonly depths: number[] = [];

  enterEveryRule({ ruleIndex }: ParserRuleContext): void {
    const depth = (this.depths[ruleIndex] ?? 0) + 1;
    this.depths[ruleIndex] = depth;
    if (depth > MAX_DEPTH) throw new Halt(`expression recursion limit exceeded: ${String(MAX_DEPTH)}`);
  }

  exitEveryRule({ ruleIndex }: ParserRuleContext): void {
    const depth = this.depths[ruleIndex] ?? 0;
    if (depth > 0) this.depths[ruleIndex] = depth - 1;
  }

  visitTerminal(): void {}

  visitErrorNode(): void {}
}

class LimitedRecovery extends DefaultErrorStrategy {
  private attempts = 0;

  override recover(recognizer: Parser, error: RecognitionException): void {
    this.attempt(recognizer);
    super.recover(recognizer, error);
  }

  override recoverInline(recognizer: Parser): Token {
    this.attempt(recognizer);
    return super.recoverInline(recognizer);
  }

  private attempt(recognizer: Parser): void {
    if (this.attempts++ < MAX_RECOVERIES) return;
    recognizer.notifyErrorListeners(`error recovery attempt limit exceeded: ${String(MAX_RECOVERIES)}`, null, null);
    throw new Halt();
  }
}
