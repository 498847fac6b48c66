import { internal, invalid, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { cel } from '../../cel/loader.js';
import type { ExpressionUse } from '../../cel/engine.js';

/** Adds what the compiler finds wrong with an expression. The engine must be loaded. */
export function checkExpression(expression: string, use: ExpressionUse, path: FieldPath, errors: FieldError[], shown = expression): void {
  const fault = cel().compileExpression(expression, use);
  if (fault === undefined) return;
  if (fault.type === 'Invalid') errors.push(invalid(path, shown, fault.detail));
  else errors.push(internal(path, fault.detail));
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

/** Whether a text is an identifier of CEL that is no word of the language (cel-spec: langdef). */
export function isCelIdentifier(text: string): boolean {
  return IDENTIFIER.test(text) && !RESERVED.has(text);
}
