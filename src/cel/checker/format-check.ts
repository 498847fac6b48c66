import { expandFormat, FormatError, REFUSALS } from '../library/text-format.js';
import type { Call, Expr } from '../syntax/ast.js';
import { ERROR, isDyn, type Kind } from '../types/type.js';
import type { Checked } from './checker.js';
import type { Report } from './validators.js';

const ACCEPTS: Readonly<Record<string, readonly Kind[]>> = {
  s: ['list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'timestamp', 'bytes', 'duration', 'type', 'null'],
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

class ArgumentError extends FormatError {
  constructor(
    message: string,
    readonly expr: Expr,
  ) {
    super(message);
  }
}

/** Checks a literal format string with the literal list that it formats (Go: ext.stringFormatValidator). */
export function checkFormatCall(call: Call, checked: Checked, report: Report): void {
  const { target } = call;
  const list = call.args[0];
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || call.args.length !== 1 || list?.kind !== 'list') return;
  const { elements } = list;
  let used = 0;
  try {
    expandFormat(target.value, elements.length, ({ verb }, index) => {
      used++;
      const wrong = refused(elements[index] as Expr, verb, checked);
      if (wrong !== undefined)
        throw new ArgumentError(`error during formatting: ${REFUSALS[verb] ?? ''} ${(checked.types.get(wrong) ?? ERROR).name}`, wrong);
      return '';
    });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    report(error instanceof ArgumentError ? error.expr : call, error.message);
    return;
  }
  if (elements.length > used)
    report(call, `too many arguments supplied to string.format (expected ${String(used)}, got ${String(elements.length)})`);
}

/** The part of an argument that a verb can't print. */
function refused(expr: Expr, verb: string, checked: Checked): Expr | undefined {
  const type = checked.types.get(expr) ?? ERROR;
  if (!isDyn(type) && ACCEPTS[verb]?.includes(type.kind) !== true) return expr;
  if (verb !== 's') return undefined;
  const parts = expr.kind === 'list' ? expr.elements : expr.kind === 'map' ? expr.entries.flatMap(({ key, value }) => [key, value]) : [];
  for (const part of parts) {
    const wrong = refused(part, verb, checked);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
