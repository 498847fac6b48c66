import { duplicate, invalid, NamedString, required, tooMany, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isPrint } from '../../../apimachinery/go-format.js';
import type { JsonSchema } from '../../../schema/custom/structural.js';
import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresources,
  SelectableField,
} from '../../../schema/generated/apiextensions-v1.js';
import type { DefinitionVersion } from '../definition.js';
import { resolvePath, SchemaPathError } from '../../../schema/custom/schema-path.js';

/** How a version shows itself: subresources, columns, selectable fields, deprecation. */

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
export const MAX_SELECTABLE_FIELDS = 8;

/** Faults of a printer column. */
export function columnErrors(column: CustomResourceColumnDefinition, path: FieldPath): FieldError[] {
  const { name = '', type = '', format = '', jsonPath = '' } = column;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(path.child('name')));
  const types = `must be one of ${COLUMN_TYPES.join(',')}`;
  if (type === '') errors.push(required(path.child('type'), types));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalid(path.child('type'), type, types));
  if (format !== '' && !COLUMN_FORMATS.includes(format))
    errors.push(invalid(path.child('format'), format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  const at = path.child('JSONPath');
  errors.push(...(jsonPath === '' ? [required(at)] : simplePathErrors(jsonPath, at)));
  return errors;
}

function simplePathErrors(text: string, path: FieldPath): FieldError[] {
  return text.startsWith('.') ? [] : [invalid(path, text, 'must be a simple json path starting with .')];
}

/** Faults of the scale subresource. */
export function subresourceErrors(subresources: CustomResourceSubresources | undefined, path: FieldPath): FieldError[] {
  const scale = subresources?.scale;
  if (scale === undefined) return [];
  const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = '' } = scale;
  const errors = [
    ...scalePathErrors(specReplicasPath, ['.spec.'], 'should be a json path under .spec', path.child('scale.specReplicasPath')),
    ...scalePathErrors(statusReplicasPath, ['.status.'], 'should be a json path under .status', path.child('scale.statusReplicasPath')),
  ];
  if (labelSelectorPath === '') return errors;
  const at = path.child('scale.labelSelectorPath');
  const simple = simplePathErrors(labelSelectorPath, at);
  if (simple.length > 0) return [...errors, ...simple];
  if (/^\.(?:spec|status)\./.test(labelSelectorPath)) return errors;
  return [...errors, invalid(at, new NamedString(labelSelectorPath), 'should be a json path under either .spec or .status')];
}

function scalePathErrors(text: string, prefixes: readonly string[], detail: string, path: FieldPath): FieldError[] {
  if (text === '') return [required(path)];
  const errors = simplePathErrors(text, path);
  if (errors.length > 0 || prefixes.some((prefix) => text.startsWith(prefix))) return errors;
  return [invalid(path, text, detail)];
}

/** Faults of selectable fields; `allowTooMany` where they were too many before. */
export function selectableFieldErrors(
  fields: readonly SelectableField[],
  schema: JsonSchema,
  allowTooMany: boolean,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  fields.forEach(({ jsonPath = '' }, i) => {
    const at = path.index(i).child('jsonPath');
    if (jsonPath === '') {
      errors.push(required(at));
      return;
    }
    try {
      const { root, text, schema: found } = resolvePath(jsonPath, schema, false);
      if (root === 'metadata') errors.push(invalid(at, jsonPath, 'must not point to fields in metadata'));
      if (found.type !== 'string' && found.type !== 'boolean' && found.type !== 'integer') {
        errors.push(
          invalid(
            at,
            jsonPath,
            'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
          ),
        );
      }
      if (seen.has(text)) errors.push(duplicate(at, jsonPath));
      seen.add(text);
    } catch (error) {
      if (!(error instanceof SchemaPathError)) throw error;
      errors.push(invalid(at, jsonPath, `is an invalid path: ${error.message}`));
    }
  });
  if (seen.size > MAX_SELECTABLE_FIELDS && !allowTooMany) errors.push(tooMany(path, seen.size, MAX_SELECTABLE_FIELDS));
  return errors;
}

/** The longest deprecation warning. Bytes. */
const MAX_WARNING = 256;

/** Faults of a version's deprecation warning. */
export function deprecationErrors({ deprecated, deprecationWarning: warning }: DefinitionVersion, path: FieldPath): FieldError[] {
  if (warning === undefined) return [];
  const messages = deprecated === true ? warningMessages(warning) : ['can only be set for deprecated versions'];
  return messages.map((message) => invalid(path.child('deprecationWarning'), new NamedString(warning), message));
}

function warningMessages(warning: string): string[] {
  const messages: string[] = [];
  if (Buffer.byteLength(warning) > MAX_WARNING) messages.push('must be <= 256 characters long');
  if (warning === '') messages.push('must not be an empty string');
  let at = 0;
  for (const character of warning) {
    if (!isPrint(character)) {
      messages.push(`must only contain printable UTF-8 characters; non-printable character found at index ${String(at)}`);
      break;
    }
    at += Buffer.byteLength(character);
  }
  return messages;
}
