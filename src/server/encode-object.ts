import { goJson } from '../apimachinery/field-error.js';
import { apiVersionOf, type GroupVersionKind } from '../apimachinery/group-version.js';
import { withKind, type KubeObject } from '../registry/object.js';
import type { ResourceDefinition } from '../registry/resource.js';
import { encodeProtobuf, envelopeAround, wrapUnknown } from '../schema/protobuf.js';
import { typeRegistry } from '../schema/types.js';
import type { JsonObject, StructType } from '../schema/type.js';
import type { Stored } from '../storage/storage.js';
import { lengthOf } from './pieces.js';

/**
 * Encoded forms of stored objects, made at most once per version and media type
 * and kept with the object. Everything here hands out shared buffers: callers
 * must not write into them.
 */

/** The object in the version that a definition serves. */
export function versioned(object: KubeObject, definition: ResourceDefinition): KubeObject {
  return definition.conversion === undefined ? object : definition.conversion.fromStorage(object);
}

/** JSON of one object, without a newline at its end. */
export function jsonOf(stored: Stored<KubeObject>, definition: ResourceDefinition): Buffer {
  const form =
    definition.conversion === undefined ? 'json' : `json ${definition.conversion.name ?? `${definition.group}/${definition.version}`}`;
  let bytes = stored.encoded.get(form);
  if (bytes === undefined) {
    bytes = Buffer.from(objectJson(versioned(stored.value, definition), definition));
    stored.encoded.set(form, bytes);
  }
  return bytes;
}

/** JSON text of an object. Built-in ones begin with kind and apiVersion, as Go writes them; lists count on it. */
export function objectJson(object: KubeObject, definition: ResourceDefinition): string {
  return goJson(definition.custom === true ? object : withKind(object, object.kind, object.apiVersion));
}

/** Protobuf message of one object, without the envelope. */
export function protobufOf(stored: Stored<KubeObject>, definition: ResourceDefinition): Buffer {
  const form = definition.conversion === undefined ? 'pb' : `pb ${definition.group}/${definition.version}`;
  let bytes = stored.encoded.get(form);
  if (bytes === undefined) {
    bytes = encodeProtobuf(definition.type, versioned(stored.value, definition) as unknown as JsonObject);
    stored.encoded.set(form, bytes);
  }
  return bytes;
}

/** The `k8s\0` envelope that names the kind (runtime.Unknown). */
export function enveloped(raw: Buffer, gvk: GroupVersionKind): Buffer {
  return wrapUnknown({ apiVersion: apiVersionOf(gvk), kind: gvk.kind, raw });
}

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const COMMA_OPEN = Buffer.from(',{');

/**
 * A list in JSON with a newline at its end, as pieces that are its items' kept bytes.
 * Built-in items carry no kind and apiVersion of their own in lists, so the known
 * prefix is cut off; custom resources keep theirs, and have sorted keys.
 */
export function jsonList(items: readonly Stored<KubeObject>[], definition: ResourceDefinition, metadata: object): Buffer[] {
  const apiVersion = apiVersionOf(definition);
  const prefix =
    definition.custom === true
      ? 0
      : Buffer.byteLength(`{"kind":${JSON.stringify(definition.kind)},"apiVersion":${JSON.stringify(apiVersion)},`);
  const head =
    definition.custom === true
      ? `{"apiVersion":${JSON.stringify(apiVersion)},"items":[`
      : `{"kind":${JSON.stringify(definition.listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`;
  const tail =
    definition.custom === true ? `],"kind":${JSON.stringify(definition.listKind)},"metadata":${JSON.stringify(metadata)}}\n` : ']}\n';
  const parts: Buffer[] = [Buffer.from(head)];
  let first = true;
  for (const item of items) {
    const bytes = jsonOf(item, definition);
    if (prefix > 0) parts.push(first ? OPEN : COMMA_OPEN, bytes.subarray(prefix));
    else if (first) parts.push(bytes);
    else parts.push(COMMA, bytes);
    first = false;
  }
  parts.push(Buffer.from(tail));
  return parts;
}

/** A list in protobuf, as pieces: ListMeta is field 1, items are field 2, in all of Kubernetes' lists. */
export function protobufList(items: readonly Stored<KubeObject>[], definition: ResourceDefinition, metadata: JsonObject): Buffer[] {
  const meta = encodeProtobuf(listMetaType(), metadata);
  const parts: Buffer[] = [fieldHeader(1, meta.length), meta];
  for (const item of items) {
    const bytes = protobufOf(item, definition);
    parts.push(fieldHeader(2, bytes.length), bytes);
  }
  const envelope = { apiVersion: apiVersionOf(definition), kind: definition.listKind };
  const [head, tail] = envelopeAround(envelope, lengthOf(parts));
  return [head, ...parts, tail];
}

function listMetaType(): StructType {
  const type = typeRegistry().typeByName('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta');
  if (type === undefined) throw new Error('the facts lack metav1.ListMeta');
  return type;
}

/** Tag and length of a length-delimited field below number 16. */
function fieldHeader(number: number, length: number): Buffer {
  const bytes = [(number << 3) | 2];
  let rest = length;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
