import { goQuote } from '../apimachinery/field-error.js';
import { badRequest } from '../apimachinery/status.js';
import { literalEntries, NumberLiteral, type LiteralObject, type LiteralValue } from '../schema/json-literal.js';
import { MAX_STRICT_ERRORS } from '../schema/json.js';
import type { JsonPatchOperation } from './json-patch.js';
import { decodingFailed, parseBody, withoutRepeats, wrongType, type DecodedPatch, type FieldValidation } from './patch-decode.js';
import { tooManyOperations } from './patch-errors.js';

/** The most operations that one JSON patch may have. */
export const MAX_OPERATIONS = 10_000;

/**
 * Reads a JSON patch body. The field check of Warn and Strict also checks the
 * types of `op`, `path` and `from`; with Ignore an operation of the wrong form
 * fails only when it is applied.
 */
export function decodeJsonPatch(body: Buffer, validation: FieldValidation): DecodedPatch<readonly JsonPatchOperation[]> {
  const lenient = validation === 'Ignore';
  const { literal } = parseBody(body, lenient ? badRequest : decodingFailed);
  const strictErrors = lenient ? [] : checkOperations(literal);
  const patch = operationsOf(literal);
  if (patch.length > MAX_OPERATIONS) throw tooManyOperations(MAX_OPERATIONS, patch.length);
  return { patch, strictErrors };
}

function operationsOf(literal: LiteralValue): JsonPatchOperation[] {
  if (literal === null) return [];
  if (!isLiteralList(literal)) throw badRequest(wrongType(literal, 'Go value of type jsonpatch.Patch'));
  return literal.map((item) => {
    if (item === null) return null;
    if (!isLiteralObject(item)) throw badRequest(wrongType(item, 'Go value of type jsonpatch.Operation'));
    return withoutRepeats(item) as JsonPatchOperation;
  });
}

/** Throws 400 for the first value of a wrong type; otherwise gives the unknown and repeated fields in the body's order. */
function checkOperations(literal: LiteralValue): string[] {
  if (literal === null) return [];
  if (!isLiteralList(literal)) throw decodingFailed(wrongType(literal, 'Go value of type []handlers.jsonPatchOp'));
  const found = new Set<string>();
  for (let i = 0; i < literal.length; i++) {
    const item = literal[i] ?? null;
    if (item === null) continue;
    if (!isLiteralObject(item)) throw decodingFailed(wrongType(item, 'Go value of type handlers.jsonPatchOp'));
    checkOperation(item, i, found);
  }
  return [...found].slice(0, MAX_STRICT_ERRORS);
}

function checkOperation(operation: LiteralObject, index: number, found: Set<string>): void {
  const seen = new Set<string>();
  for (const [name, value] of literalEntries(operation)) {
    if (value === undefined) continue;
    const path = `[${String(index)}].${name}`;
    if (!FIELDS.has(name)) {
      found.add(`json patch unknown field ${goQuote(path)}`);
      continue;
    }
    if (seen.has(name)) found.add(`json patch duplicate field ${goQuote(path)}`);
    seen.add(name);
    if (name === 'value') findRepeated(value, path, found);
    else if (value !== null && typeof value !== 'string') {
      throw decodingFailed(wrongType(value, `Go struct field jsonPatchOp.${name} of type string`));
    }
  }
}

const FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** Repeated keys inside an operation's value. */
function findRepeated(value: LiteralValue, path: string, found: Set<string>): void {
  if (isLiteralList(value)) {
    value.forEach((item, i) => {
      findRepeated(item, `${path}[${String(i)}]`, found);
    });
  } else if (isLiteralObject(value)) {
    const seen = new Set<string>();
    for (const [key, inner] of literalEntries(value)) {
      const below = `${path}.${key}`;
      if (seen.has(key)) found.add(`json patch duplicate field ${goQuote(below)}`);
      seen.add(key);
      if (inner !== undefined) findRepeated(inner, below, found);
    }
  }
}

function isLiteralList(value: LiteralValue): value is readonly LiteralValue[] {
  return Array.isArray(value);
}

function isLiteralObject(value: LiteralValue): value is LiteralObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberLiteral);
}
