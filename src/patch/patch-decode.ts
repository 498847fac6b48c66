import { badRequest, type StatusError } from '../apimachinery/status.js';
import { describe } from '../schema/decode-context.js';
import { DecodingError } from '../schema/decoding-error.js';
import { literalEntries, NumberLiteral, type LiteralObject, type LiteralValue } from '../schema/json-literal.js';
import { duplicateFields, parseJson, type ParsedJson } from '../schema/json.js';
import { setOwn } from '../schema/set-own.js';
import type { JsonObject } from '../schema/type.js';
import { notAMergePatch } from './patch-errors.js';
import { isObject } from './patch-members.js';

/** What to do about unknown and repeated fields (the query parameter `fieldValidation`; absent means Warn). */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** A patch body as it was read. */
export interface DecodedPatch<P> {
  readonly patch: P;
  /** Faults for a warning or, with Strict, an error; see `patch-errors.ts` for how they join those of the result. */
  readonly strictErrors: readonly string[];
}

/** Reads a merge patch body; `applyMergePatch` takes the result. */
export function decodeMergePatch(body: Buffer, validation: FieldValidation): DecodedPatch<LiteralValue> {
  if (validation === 'Ignore') return { patch: withoutRepeats(parseBody(body, notAMergePatch).literal), strictErrors: [] };
  const parsed = parseBody(body, decodingFailed);
  if (parsed.value !== null && !isObject(parsed.value)) throw decodingFailed(wrongType(parsed.value, MAP));
  return { patch: withoutRepeats(parsed.literal), strictErrors: duplicateFields(parsed) };
}

/** Reads a strategic merge patch body; `applyStrategicMergePatch` takes the result. Null changes nothing. */
export function decodeStrategicMergePatch(body: Buffer, validation: FieldValidation): DecodedPatch<JsonObject | null> {
  const parsed = parseBody(body, badRequest);
  const patch = parsed.value;
  if (patch !== null && !isObject(patch)) throw badRequest(wrongType(patch, MAP));
  return { patch, strictErrors: validation === 'Ignore' ? [] : duplicateFields(parsed) };
}

const MAP = 'Go value of type map[string]interface {}';

/** Parses a body; `refuse` makes the answer of what the decoder says. */
export function parseBody(body: Buffer, refuse: (text: string) => StatusError): ParsedJson {
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof DecodingError) throw refuse(error.message);
    throw error;
  }
}

/** 400 for a body that the check of its fields can't read. */
export function decodingFailed(text: string): StatusError {
  return badRequest(`error decoding patch: ${text}`);
}

/** Go's words for a JSON value where another type belongs. */
export function wrongType(value: LiteralValue, target: string): string {
  return `json: cannot unmarshal ${describe(value)} into ${target}`;
}

/** The value with the last of each repeated key; usually it is the value itself. */
export function withoutRepeats(value: LiteralValue): LiteralValue {
  if (typeof value !== 'object' || value === null || value instanceof NumberLiteral) return value;
  if (Array.isArray(value)) return (value as readonly LiteralValue[]).map(withoutRepeats);
  const result: { [key: string]: LiteralValue } = {};
  for (const [key, inner] of literalEntries(value as LiteralObject)) if (inner !== undefined) setOwn(result, key, withoutRepeats(inner));
  return result;
}
