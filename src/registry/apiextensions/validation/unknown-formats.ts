import { goQuote } from '../../../apimachinery/field-error.js';
import { isKnownFormat } from '../../../schema/custom/validation/formats.js';
import type { JsonSchema } from '../../../schema/custom/structural.js';
import type { CustomResourceDefinitionSpec } from '../../../schema/generated/apiextensions-v1.js';
import { internalSpec } from './internal-spec.js';
import { partsOf, schemasOf } from './walk-schema.js';

/** Warnings about formats that the server doesn't know, and that `old` didn't have. */
export function unknownFormatWarnings(spec: CustomResourceDefinitionSpec, old?: CustomResourceDefinitionSpec): string[] {
  const known = new Set(old === undefined ? [] : unknownFormats(old));
  return unknownFormats(spec)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${goQuote(format)}`);
}

function unknownFormats(spec: CustomResourceDefinitionSpec): string[] {
  const found: string[] = [];
  for (const schema of schemasOf(internalSpec(spec))) collect(schema, found);
  return found;
}

function collect(schema: JsonSchema, found: string[]): void {
  const { format = '', type = '' } = schema;
  if (format !== '' && !isKnownFormat(format, type)) found.push(format);
  for (const part of partsOf(schema)) collect(part, found);
}
