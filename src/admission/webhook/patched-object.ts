import { goQuote } from '../../apimachinery/field-error.js';
import type { GroupVersionKind } from '../../apimachinery/group-version.js';
import { internalError, StatusError } from '../../apimachinery/status.js';
import { decodeJsonPatch } from '../../patch/json-patch-decode.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../patch/json-patch.js';
import { decodeExpected, fillDefaults, type Expected } from '../../registry/handlers/decode-body.js';
import { asObject, type KubeObject } from '../../registry/object.js';
import type { ResourceDefinition } from '../../registry/resource.js';
import type { AdmissionResponse } from '../../schema/generated/admission-v1.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { plainValue } from '../../schema/json-literal.js';
import { typeRegistry } from '../../schema/types.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import type { Attributes } from '../admission.js';
import { CallingError } from './call.js';
import type { WebhookEnvironment } from './environment.js';
import { definitionAt } from '../matching/equivalents.js';
import type { Invocation } from './selection.js';
import { shownTo } from '../matching/versioned.js';

export interface Patched {
  readonly object: KubeObject;
  readonly patch: readonly JsonPatchOperation[];
}

/** The object as a webhook's patch leaves it, decoded and defaulted again; undefined if there is no patch. */
export function patchedObject(
  webhooks: WebhookEnvironment,
  invocation: Invocation,
  object: KubeObject | undefined,
  { patch: encoded = '', patchType = 'JSONPatch' }: AdmissionResponse,
  attributes: Attributes,
): Patched | undefined {
  if (encoded === '') return undefined;
  const { webhook, kind } = invocation;
  const patch = operationsIn(invocation, encoded);
  if (patch.length === 0) return undefined;
  const shown = shownTo(object);
  if (shown === null) {
    throw internalError(
      `admission webhook ${goQuote(webhook.name)} attempted to modify the object, which is not supported for this operation`,
    );
  }
  if (patchType !== 'JSONPatch') throw new CallingError(webhook, `unsupported patch type ${goQuote(patchType)}`, 500);
  const value = apply(shown, patch);
  return { patch, object: decode(expectedAt(webhooks, invocation, attributes), kind, value) };
}

function operationsIn({ webhook }: Invocation, encoded: string): readonly JsonPatchOperation[] {
  try {
    return decodeJsonPatch(Buffer.from(encoded, 'base64'), 'Ignore').patch;
  } catch (error) {
    if (error instanceof StatusError)
      throw new CallingError(webhook, `received undecodable patch in webhook response: ${error.message}`, 503);
    throw error;
  }
}

function apply(object: JsonObject, patch: readonly JsonPatchOperation[]): JsonValue {
  // Through JSON: absent members are absent there.
  const document = JSON.parse(JSON.stringify(object)) as JsonObject;
  try {
    return plainValue(applyJsonPatch(document, patch as never));
  } catch (error) {
    if (error instanceof StatusError) throw internalError(typeof error.cause === 'string' ? error.cause : error.message);
    throw error;
  }
}

function decode(expected: Expected, kind: GroupVersionKind, value: JsonValue): KubeObject {
  try {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new DecodingError('the patched object is no object');
    if (expected.custom && !value['kind']) throw new DecodingError(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
    const object = asObject(decodeExpected(expected, value, { strict: false }).object);
    if (!expected.custom) object.kind = kind.kind;
    return fillDefaults(expected, object);
  } catch (error) {
    if (error instanceof DecodingError) throw internalError(error.message);
    throw error;
  }
}

/** How an object of the webhook's version is read. */
function expectedAt(webhooks: WebhookEnvironment, { resource, kind }: Invocation, { subresource }: Attributes): Expected {
  const definition = definitionAt(webhooks, resource);
  const spec = definition?.subresources.get(subresource);
  if (definition !== undefined && (spec === undefined || spec.form === 'view')) return ofDefinition(definition, kind);
  const type = spec !== undefined && 'type' in spec ? spec.type : typeRegistry().typeOf(kind);
  if (type === undefined) throw internalError(`unable to decode ${kind.kind}: unknown kind`);
  return { gvk: kind, type, custom: false, defaults: spec?.form === 'action' ? spec.defaults : undefined };
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
