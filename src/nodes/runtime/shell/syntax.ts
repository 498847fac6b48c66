import type { parse as parseScript } from 'just-bash';

/** The syntax tree is just-bash's; its types aren't all exported, so they are taken from where they occur. */
export type Script = ReturnType<typeof parseScript>;
export type Statement = Script['statements'][number];
export type Pipeline = Statement['pipelines'][number];
export type Command = Pipeline['commands'][number];
export type SimpleCommand = Extract<Command, { type: 'SimpleCommand' }>;
export type CompoundCommand = Exclude<Command, { type: 'SimpleCommand' | 'FunctionDef' }>;
export type Redirection = SimpleCommand['redirections'][number];
export type Assignment = SimpleCommand['assignments'][number];
export type Word = SimpleCommand['args'][number];
export type WordPart = Word['parts'][number];
export type ParameterExpansion = Extract<WordPart, { type: 'ParameterExpansion' }>;
export type ParameterOperation = NonNullable<ParameterExpansion['operation']>;
export type ArithmeticExpression = Extract<WordPart, { type: 'ArithmeticExpansion' }>['expression'];
export type ArithmeticNode = ArithmeticExpression['expression'];
export type Condition = Extract<Command, { type: 'ConditionalCommand' }>['expression'];

/** A script that can't be parsed. */
export class SyntaxProblem extends Error {
  /** More lines could complete it. */
  readonly isIncomplete: boolean;

  constructor(message: string, script: string) {
    super(message.replace(/^Parse error at (\d+):\d+: /, 'line $1: '));
    const [, line, column] = /^Parse error at (\d+):(\d+):/.exec(message) ?? [];
    const lines = script.split('\n');
    const atEnd = Number(line) === lines.length && Number(column) > (lines.at(-1)?.length ?? 0);
    this.isIncomplete = atEnd || message.includes('unexpected EOF');
  }
}

/** The longest script. Characters. */
const MAX_SCRIPT = 1024 * 1024;

let loaded: typeof parseScript | undefined;

/** Loads the parser; it is large, and most containers never need it. */
export async function loadParser(): Promise<void> {
  loaded ??= (await import('just-bash')).parse;
}

/** Parses a script; throws SyntaxProblem. `loadParser` must have resolved. */
export function parse(script: string): Script {
  if (loaded === undefined) throw new Error('the parser is not loaded');
  if (script.length > MAX_SCRIPT) throw new SyntaxProblem('script too long', '');
  try {
    return loaded(script);
  } catch (error) {
    throw new SyntaxProblem(error instanceof Error ? error.message : String(error), script);
  }
}
