import type { ObjectCodec } from '../../registry/resource.js';
import { fillDefaults } from '../../schema/custom/defaults.js';
import { coerceEmbedded, coerceMetadata } from '../../schema/custom/object-meta.js';
import { prune } from '../../schema/custom/prune.js';
import type { Decoded, DecodeOptions } from '../../schema/decode.js';
import { duplicateFields, ParsedJson } from '../../schema/json.js';
import { literalEntries, NumberLiteral, type LiteralObject, type LiteralValue } from '../../schema/json-literal.js';
import { setOwn } from '../../schema/set-own.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import type { SchemaSet } from './schema-set.js';

/**
 * Reads bodies of custom resources: metadata as Go's type has it, everything
 * else as the schema of the body's own version lets it (Go:
 * schemaCoercingDecoder around the unstructured one). Nulls, empty values and
 * zeros stay where they are allowed.
 */
export class CustomCodec implements ObjectCodec {
  constructor(private readonly schemas: SchemaSet) {}

  decode(input: ParsedJson | JsonValue, { strict = false }: DecodeOptions): Decoded {
    const value = (input instanceof ParsedJson ? numbersOf(input) : input) as JsonObject;
    const strictErrors = strict && input instanceof ParsedJson ? duplicateFields(input) : [];
    const unknown: string[] | undefined = strict ? [] : undefined;
    const given = value['metadata'];
    const metadata = given === undefined ? {} : coerceMetadata(given, 'metadata', unknown);
    const object = this.schemas.isOwnKind(value) ? this.fit(value, unknown) : value;
    for (const path of unknown ?? []) strictErrors.push(`unknown field "${path}"`);
    return { object: { ...object, metadata }, strictErrors };
  }

  complete(object: JsonObject): JsonObject {
    const version = this.schemas.versionOf(object);
    return version === undefined ? object : fillDefaults(object, version.structural);
  }

  private fit(value: JsonObject, unknown: string[] | undefined): JsonObject {
    const schema = this.schemas.versionOf(value)?.structural;
    const pruned = this.schemas.preserveUnknownFields ? value : prune(value, schema, true, unknown);
    return coerceEmbedded(pruned, schema, false, { unknown });
  }
}

/** The smallest double that Go's int64 can't hold, and its neighbour beyond; the largest int64 itself reads as the former here. */
const INT64_END = 2 ** 63;
const BEYOND = INT64_END + 2048;
const MAX_INT64 = (1n << 63n) - 1n;

/** The value, with integers just outside of int64 kept apart from those that round to its ends. */
function numbersOf(input: ParsedJson): JsonValue {
  const { literal } = input;
  return literal === input.value ? input.value : withNumbers(literal);
}

function withNumbers(literal: LiteralValue): JsonValue {
  if (typeof literal !== 'object' || literal === null) return literal;
  if (literal instanceof NumberLiteral) return numberOf(literal);
  if (Array.isArray(literal)) return (literal as readonly LiteralValue[]).map(withNumbers);
  const out: JsonObject = {};
  for (const [key, value] of literalEntries(literal as LiteralObject))
    if (value !== undefined) setOwn<JsonValue | undefined>(out, key, withNumbers(value));
  return out;
}

function numberOf({ text, value }: NumberLiteral): number {
  if (Math.abs(value) !== INT64_END || !/^-?[0-9]+$/.test(text)) return value;
  const exact = BigInt(text);
  if (exact > MAX_INT64) return BEYOND;
  return exact < -MAX_INT64 - 1n ? -BEYOND : value;
}
