import type { ObjectCodec } from '../../registry/resource.js';
import { fillDefaults } from '../../schema/custom/defaults.js';
import { coerceEmbedded, coerceMetadata } from '../../schema/custom/object-meta.js';
import { prune } from '../../schema/custom/prune.js';
import type { Decoded, DecodeOptions } from '../../schema/decode.js';
import { duplicateFields, ParsedJson } from '../../schema/json.js';
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
    const value = (input instanceof ParsedJson ? input.value : input) as JsonObject;
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
