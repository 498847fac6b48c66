import { compilePattern } from '../../schema/custom/validation/patterns.js';
import { walk, type Call, type Expr, type List, type MapLiteral } from '../syntax/ast.js';
import type { Issue, Source } from '../syntax/source.js';
import { ERROR, unwrapOptional, type CelType } from '../types/type.js';
import type { Implementation } from '../types/functions.js';
import { isError } from '../values/value.js';
import { checkFormatCall } from './format-check.js';
import type { Checked } from './checker.js';

/** Conversions that literals are tried with before anything runs. */
export interface LiteralConversions {
  readonly duration: Implementation;
  readonly timestamp: Implementation;
}

/**
 * What is wrong with an expression although its types are right: literals that mean no
 * duration, time or regular expression, lists and maps of mixed types, format strings
 * (Go: cel.ASTValidators of the Kubernetes environment).
 */
export function validateLiterals(source: Source, checked: Checked, conversions: LiteralConversions): Issue[] {
  const issues: Issue[] = [];
  const report = (node: { readonly at: number | undefined }, message: string): void => {
    issues.push(source.issueAt(node.at, message));
  };
  const formatted = new Set<Expr>();
  walk(checked.expr, (expr) => {
    if (expr.kind === 'call') {
      checkLiteralArgument(expr, conversions, report);
      if (expr.name === 'format') {
        for (const part of expr.target === undefined ? expr.args : [expr.target, ...expr.args]) walk(part, (below) => formatted.add(below));
        checkFormatCall(expr, checked, report);
      }
    } else if (formatted.has(expr)) return;
    else if (expr.kind === 'list') checkList(expr, checked, report);
    else if (expr.kind === 'map') checkMap(expr, checked, report);
  });
  return issues;
}

/** Notes a message about a node. */
export type Report = (node: { readonly at: number | undefined }, message: string) => void;

function checkLiteralArgument(call: Call, { duration, timestamp }: LiteralConversions, report: Report): void {
  const arg = call.args[0];
  if (arg?.kind !== 'literal') return;
  const isWrong =
    (call.name === 'duration' && isError(duration(arg.value))) ||
    (call.name === 'timestamp' && isError(timestamp(arg.value))) ||
    (call.name === 'matches' && typeof arg.value === 'string' && !isPattern(arg.value));
  if (isWrong) report(arg, `invalid ${call.name} argument`);
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text);
    return true;
  } catch {
    return false;
  }
}

function checkList({ elements, optional }: List, { types }: Checked, report: Report): void {
  let first: CelType | undefined;
  for (const [i, element] of elements.entries()) {
    const given = types.get(element) ?? ERROR;
    const type = optional.has(i) ? (unwrapOptional(given) ?? given) : given;
    first ??= type;
    if (first.equals(type)) continue;
    report(element, mismatch(first, type));
    return;
  }
}

function checkMap({ entries }: MapLiteral, { types }: Checked, report: Report): void {
  let keyType: CelType | undefined;
  let valueType: CelType | undefined;
  for (const { key, value, optional } of entries) {
    const type = types.get(key) ?? ERROR;
    const given = types.get(value) ?? ERROR;
    const inner = optional ? (unwrapOptional(given) ?? given) : given;
    keyType ??= type;
    valueType ??= inner;
    if (!keyType.equals(type)) report(key, mismatch(keyType, type));
    if (!valueType.equals(inner)) report(value, mismatch(valueType, inner));
  }
}

function mismatch(expected: CelType, actual: CelType): string {
  return `expected type '${String(expected)}' but found '${String(actual)}'`;
}
