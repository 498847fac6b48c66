import { goQuote } from '../../apimachinery/field-error.js';
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../apimachinery/group-version.js';
import { internalError, plainError, StatusError } from '../../apimachinery/status.js';
import { decodeJsonPatch } from '../../patch/json-patch-decode.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../patch/json-patch.js';
import type { Expected } from '../../registry/handlers/decode-body.js';
import type { KubeObject } from '../../registry/object.js';
import type { AdmissionResponse } from '../../schema/generated/admission-v1.js';
import { unconvertible } from '../../registry/handlers/scheme.js';
import { decodeObject } from '../../schema/decode.js';
import { typeRegistry } from '../../schema/types.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { plainValue } from '../../schema/json-literal.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import type { Attributes } from '../admission.js';
import { CallingError } from './call.js';
import type { WebhookEnvironment } from './environment.js';
import { decodeChanged, expectedAt } from '../matching/expected.js';
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

function decode(expected: Expected | undefined, { kind }: GroupVersionKind, value: JsonValue): KubeObject {
  if (expected === undefined) throw internalError(`unable to decode ${kind}: unknown kind`);
  try {
    if (!expected.custom) refuseOtherKind(expected.gvk, value);
    return decodeChanged(expected, value, false);
  } catch (error) {
    if (error instanceof DecodingError) throw internalError(error.message);
    throw error;
  }
}

/** An object that says it is of another kind is read as that, and then can't become what it should be. */
function refuseOtherKind(expected: GroupVersionKind, value: JsonValue): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { kind = '', apiVersion = '' } = value;
  const gv = typeof apiVersion === 'string' && apiVersion !== '' ? parseApiVersion(apiVersion) : expected;
  if (typeof kind !== 'string' || kind === '' || gv === undefined) return;
  if (kind === expected.kind && gv.group === expected.group && gv.version === expected.version) return;
  const given = { group: gv.group, version: gv.version, kind };
  const type = typeRegistry().typeOf(given);
  if (type === undefined) {
    throw new DecodingError(
      `no kind "${kind}" is registered for version "${apiVersionOf(given)}" in scheme "pkg/api/legacyscheme/scheme.go:30"`,
    );
  }
  decodeObject(type, value);
  throw plainError(500, unconvertible(given, expected));
}
