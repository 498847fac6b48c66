import { goJson } from '../../apimachinery/field-error.js';
import { setOwn } from '../../schema/set-own.js';
import type { Json, JsonObject } from '../../schema/type.js';
import { compare } from './compare.js';
import { difference, type FieldSet } from './field-set.js';
import { isEmptyObject, isList, isObject, member, type ReadonlyJsonObject } from './json.js';
import { compareText } from './order.js';
import { ownedFields } from './owned-fields.js';
import type { TypedObject } from './typed-object.js';
import { checkDepth, validate } from './validate.js';

/** Where client-side `kubectl apply` keeps what it applied last. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** All annotations of an object may be this long together, in bytes. */
const TOTAL_ANNOTATION_SIZE = 256 * 1024;

/** The annotation of an object; undefined if it is absent or empty. */
export function lastAppliedOf(object: ReadonlyJsonObject): string | undefined {
  const value = annotationsOf(object)?.[LAST_APPLIED];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function annotationsOf(object: ReadonlyJsonObject): ReadonlyJsonObject | undefined {
  const metadata = object['metadata'];
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) ? annotations : undefined;
}

/**
 * The fields that client-side apply put there and that nobody has changed since:
 * `kubectl apply --server-side` may take them without a conflict (KEP-555,
 * upgrading from client-side apply). Undefined if the annotation tells nothing.
 */
export function fieldsOfLastApplied(live: TypedObject): FieldSet | undefined {
  const text = lastAppliedOf(live.value);
  if (text === undefined) return undefined;
  try {
    const config = JSON.parse(text) as Json;
    if (!isObject(config) || config['apiVersion'] !== live.apiVersion || config['kind'] !== live.value['kind']) return undefined;
    checkDepth(config);
    validate(live.shape, live.value, { allowDuplicates: false });
    validate(live.shape, config, { allowDuplicates: false });
    const changes = compare(live.shape, config, live.value);
    return difference(difference(difference(ownedFields(live.shape, config), changes.modified), changes.added), changes.removed);
  } catch {
    // Whatever is wrong with the annotation: it then allows nothing.
    return undefined;
  }
}

/**
 * The object with the annotation brought up to the applied configuration; without
 * the annotation if all annotations would get too long.
 */
export function withLastApplied(object: JsonObject, config: ReadonlyJsonObject): JsonObject {
  const annotations: JsonObject = { ...(annotationsOf(object) as JsonObject | undefined), [LAST_APPLIED]: encodeConfig(config) };
  let size = 0;
  for (const [name, value] of Object.entries(annotations))
    size += Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 0);
  if (size > TOTAL_ANNOTATION_SIZE) delete annotations[LAST_APPLIED];
  const metadata = { ...(object['metadata'] as JsonObject | undefined) };
  if (isEmptyObject(annotations)) delete metadata['annotations'];
  else metadata['annotations'] = annotations;
  return { ...object, metadata };
}

/** The configuration as it goes into the annotation: without it, members sorted, a line feed at the end. */
function encodeConfig(config: ReadonlyJsonObject): string {
  const metadata = config['metadata'];
  const annotations = annotationsOf(config);
  if (!isObject(metadata) || annotations === undefined) return `${goJson(sortedCopy(config))}\n`;
  const { [LAST_APPLIED]: _dropped, ...others } = annotations;
  return `${goJson(sortedCopy({ ...config, metadata: { ...metadata, annotations: others } }))}\n`;
}

function sortedCopy(value: Json): Json {
  if (isList(value)) return value.map(sortedCopy);
  if (!isObject(value)) return value;
  const copy: { [name: string]: Json } = {};
  for (const name of Object.keys(value).sort(compareText)) {
    const item = member(value, name);
    if (item !== undefined) setOwn(copy, name, sortedCopy(item));
  }
  return copy;
}
