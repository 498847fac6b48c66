import type { GroupVersionKind } from '../../apimachinery/group-version.js';
import { decodeExpected, fillDefaults, type Expected } from '../../registry/handlers/decode-body.js';
import { asObject, type KubeObject } from '../../registry/object.js';
import type { ResourceDefinition } from '../../registry/resource.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { typeRegistry } from '../../schema/types.js';
import type { JsonValue } from '../../schema/type.js';
import type { Attributes } from '../admission.js';
import { definitionAt, type Equivalent, type ServedVersions } from './equivalents.js';

/** How the object of a request is read in one version; undefined if nothing knows the kind. */
export function expectedAt(versions: ServedVersions, { resource, kind }: Equivalent, { subresource }: Attributes): Expected | undefined {
  const definition = definitionAt(versions, resource);
  const spec = definition?.subresources.get(subresource);
  if (definition !== undefined && (spec === undefined || spec.form === 'view')) return ofDefinition(definition, kind);
  const type = spec !== undefined && 'type' in spec ? spec.type : typeRegistry().typeOf(kind);
  return type && { gvk: kind, type, custom: false, defaults: spec?.form === 'action' ? spec.defaults : undefined };
}

function ofDefinition(definition: ResourceDefinition, gvk: GroupVersionKind): Expected {
  return {
    gvk,
    type: definition.type,
    custom: definition.custom === true,
    defaults: definition.defaults,
    codec: definition.codec,
  };
}

/**
 * Decodes an object that was changed in its JSON form, and fills in defaults again. Throws DecodingError.
 * @param strict unknown fields are faults
 */
export function decodeChanged(expected: Expected, value: JsonValue, strict: boolean): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodingError('the patched object is no object');
  if (expected.custom && !value['kind']) throw new DecodingError(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
  const { object: decoded, strictErrors } = decodeExpected(expected, value, { strict });
  if (strictErrors.length > 0) throw new DecodingError(`strict decoding error: ${strictErrors.join(', ')}`);
  const object = asObject(decoded);
  if (!expected.custom) object.kind = expected.gvk.kind;
  return fillDefaults(expected, object);
}
