import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../apimachinery/group-version.js';
import { badRequest } from '../../apimachinery/status.js';
import { decodeObject, type Decoded, type DecodeOptions } from '../../schema/decode.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { applyLiteralDefaults } from '../../schema/default.js';
import { ParsedJson, parseJson } from '../../schema/json.js';
import { decodeProtobuf, ProtobufError, unwrapUnknown } from '../../schema/protobuf.js';
import type { JsonObject, JsonValue, StructType } from '../../schema/type.js';
import { typeRegistry } from '../../schema/types.js';
import { asJson, asObject, type KubeObject } from '../object.js';
import type { ObjectCodec } from '../resource.js';
import type { RequestBody } from './api-request.js';
import { schemeKnows, unconvertible, unregistered } from './scheme.js';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** What a body should hold. */
export interface Expected {
  readonly gvk: GroupVersionKind;
  readonly type: StructType;
  /** Custom resources are decoded as unstructured objects: kind and apiVersion must be given. */
  readonly custom: boolean;
  /** What is said of a body of another kind, instead of the scheme's words. */
  readonly otherKind?: string | undefined;
  readonly defaults?: ((object: KubeObject) => void) | undefined;
  readonly codec?: ObjectCodec | undefined;
}

/**
 * Reads a request body as an object of the expected type, with literal and
 * computed defaults filled in. Unknown and repeated fields are refused or become
 * warnings, as `validation` says. Throws StatusError with the real texts.
 */
export async function decodeBody(
  body: RequestBody | undefined,
  expected: Expected,
  validation: FieldValidation,
  warn: (text: string) => void,
): Promise<KubeObject> {
  if (body !== undefined && 'object' in body) {
    const given = asJson(body.object);
    // Decoders of types make everything anew; a codec shares what it leaves alone.
    return decodeValue(expected.codec === undefined ? given : structuredClone(given), expected, [], 'Ignore', warn, EMPTY);
  }
  const bytes: Buffer = body === undefined ? EMPTY : body.bytes;
  if (body?.mediaType === 'protobuf') return decodeProtobufBody(bytes, expected);
  if (body?.mediaType === 'yaml') return await decodeYamlBody(bytes, expected, validation, warn);
  let parsed: ParsedJson;
  try {
    parsed = parseJson(bytes);
  } catch (error) {
    if (error instanceof DecodingError)
      throw unrecognized(expected, `couldn't get version/kind; json parse error: ${error.message}`, bytes);
    throw error;
  }
  return decodeValue(parsed, expected, [], validation, warn, bytes);
}

const EMPTY = Buffer.alloc(0);

async function decodeYamlBody(
  bytes: Buffer,
  expected: Expected,
  validation: FieldValidation,
  warn: (text: string) => void,
): Promise<KubeObject> {
  const { parseYaml, YamlError } = await import('../../schema/yaml.js');
  try {
    const { value, duplicates } = await parseYaml(bytes.toString('utf8'));
    const strict =
      duplicates.length === 0 || validation === 'Ignore'
        ? []
        : [`yaml: unmarshal errors:\n${duplicates.map((line) => `  ${line}`).join('\n')}`];
    return decodeValue(value, expected, strict, validation, warn, bytes);
  } catch (error) {
    if (error instanceof YamlError) throw unrecognized(expected, error.message, bytes);
    throw error;
  }
}

/** How Go prints the type that only tells kind and apiVersion. */
export const TYPE_META = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeValue(
  input: ParsedJson | JsonValue,
  expected: Expected,
  strict: string[],
  validation: FieldValidation,
  warn: (text: string) => void,
  bytes: Buffer,
): KubeObject {
  const value = isParsed(input) ? input.value : input;
  if (!isObject(value)) {
    if (value === null) return decodeValue({}, expected, strict, validation, warn, bytes);
    throw unrecognized(
      expected,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type ${TYPE_META}`,
      bytes,
    );
  }
  const gvk = checkKind(value, expected, bytes, validation);
  let object: KubeObject;
  try {
    const decoded = decodeExpected(expected, input, { strict: validation !== 'Ignore' });
    object = asObject(decoded.object);
    for (const text of decoded.strictErrors) strict.push(text);
  } catch (error) {
    if (error instanceof DecodingError) throw cannotHandle(gvk, expected, error.message);
    throw error;
  }
  if (strict.length > 0) {
    if (validation === 'Strict') throw cannotHandle(gvk, expected, `strict decoding error: ${strict.join(', ')}`);
    for (const text of strict) warnStrict(text, warn);
  }
  return complete(object, gvk, expected);
}

function isParsed(input: ParsedJson | JsonValue): input is ParsedJson {
  return input instanceof ParsedJson;
}

/** Former versions that are taken for the one that an endpoint expects (Go: rest.GroupVersionAcceptor). */
const ALIKE: Readonly<Record<string, string>> = { 'policy/v1 Eviction': 'policy/v1beta1' };

/** Fills in defaults and the kind, and refuses other versions (Go: scope.AcceptsGroupVersion). */
function complete(object: KubeObject, gvk: GroupVersionKind, expected: Expected): KubeObject {
  const given = apiVersionOf(gvk);
  const wanted = apiVersionOf(expected.gvk);
  if (given !== wanted && ALIKE[`${wanted} ${gvk.kind}`] !== given) {
    throw badRequest(`the API version in the data (${given}) does not match the expected API version (${wanted})`);
  }
  object.kind = expected.custom ? gvk.kind : expected.gvk.kind;
  object.apiVersion = wanted;
  try {
    return fillDefaults(expected, object);
  } catch (error) {
    // Annotations that stand for fields are read here.
    if (error instanceof DecodingError) throw cannotHandle(gvk, expected, error.message);
    throw error;
  }
}

/** Faults of YAML come many in one text, and become a warning each (Go: parseYAMLWarnings). */
function warnStrict(text: string, warn: (text: string) => void): void {
  if (!text.startsWith(YAML_FAULTS)) warn(text);
  else for (const line of text.slice(YAML_FAULTS.length).split('\n')) warn(line.trim());
}

const YAML_FAULTS = 'yaml: unmarshal errors:\n';

/** Reads a value in the way of the expected type. Throws DecodingError. */
export function decodeExpected(expected: Expected, input: ParsedJson | JsonValue, options: DecodeOptions): Decoded {
  return expected.codec === undefined ? decodeObject(expected.type, input, options) : expected.codec.decode(input, options);
}

/** Fills in literal and computed defaults. */
export function fillDefaults(expected: Expected, object: KubeObject): KubeObject {
  if (expected.codec !== undefined) return asObject(expected.codec.complete(asJson(object)));
  applyLiteralDefaults(expected.type, asJson(object));
  expected.defaults?.(object);
  return object;
}

/** Works out what the body says it is, and refuses what can't become the expected kind. */
function checkKind(value: JsonObject, expected: Expected, bytes: Buffer, validation?: FieldValidation): GroupVersionKind {
  // Go leaves a string as it was when it meets a null.
  const kind = value['kind'] ?? '';
  const apiVersion = value['apiVersion'] ?? '';
  const target = expected.gvk;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
    const [name, wrong] = typeof apiVersion !== 'string' ? (['apiVersion', apiVersion] as const) : (['kind', kind] as const);
    throw unrecognized(
      expected,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(wrong)} into Go struct field .${name} of type string`,
      bytes,
    );
  }
  const gv = parseApiVersion(apiVersion);
  if (gv === undefined) throw unrecognized(expected, `unexpected GroupVersion string: ${apiVersion}`, bytes);
  if (expected.custom) {
    const shown = bytes.length > 0 || Object.keys(value).length === 0 ? bytes.toString('utf8') : JSON.stringify(value);
    if (kind === '') {
      const why = `Object 'Kind' is missing in '${shown}'`;
      // The decoder that isn't strict takes it for what is expected.
      throw validation === 'Ignore' ? cannotHandle(target, expected, why) : unrecognized(expected, why, bytes);
    }
    return { ...gv, kind };
  }
  const gvk: GroupVersionKind = {
    kind: kind === '' ? target.kind : kind,
    group: apiVersion === '' ? target.group : gv.group,
    version: gv.version === '' ? target.version : gv.version,
  };
  if (gvk.kind === target.kind && gvk.group === target.group && gvk.version === target.version) return gvk;
  if (expected.otherKind !== undefined) throw badRequest(expected.otherKind);
  if (!schemeKnows(gvk, target)) {
    throw cannotHandle(gvk, expected, unregistered(gvk, target));
  }
  if (gvk.kind !== target.kind) throw cannotHandle(gvk, expected, faultOfOther(gvk, value) ?? unconvertible(gvk, target));
  return gvk;
}

/** Another kind is read as what it says it is before it turns out to be of no use. */
function faultOfOther(gvk: GroupVersionKind, value: JsonObject): string | undefined {
  const type = typeRegistry().typeOf(gvk);
  if (type === undefined) return undefined;
  try {
    decodeObject(type, value);
    return undefined;
  } catch (error) {
    if (error instanceof DecodingError) return error.message;
    throw error;
  }
}

/** A value's type as Go's decoder names it. */
export function jsonType(value: JsonValue | undefined): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function decodeProtobufBody(bytes: Buffer, expected: Expected): KubeObject {
  try {
    const unknown = unwrapUnknown(bytes);
    const value: JsonObject = { kind: unknown.kind, apiVersion: unknown.apiVersion };
    const gvk = checkKind(value, expected, bytes);
    return complete(asObject(decodeProtobuf(expected.type, unknown.raw)), gvk, expected);
  } catch (error) {
    if (error instanceof ProtobufError) throw unrecognized(expected, error.message, bytes);
    throw error;
  }
}

function cannotHandle(gvk: GroupVersionKind, expected: Expected, why: string): Error {
  return badRequest(`${gvk.kind} in version "${gvk.version}" cannot be handled as a ${expected.gvk.kind}: ${why}`);
}

function unrecognized(expected: Expected, why: string, body: Buffer): Error {
  return badRequest(`the object provided is unrecognized (must be of type ${expected.gvk.kind}): ${why} (${summarize(body)})`);
}

const SUMMARY = 30;

/** The beginning of a body, as text if it looks like JSON, else in hexadecimal (Go: summarizeData). */
function summarize(body: Buffer): string {
  if (body.length === 0) return '<empty>';
  const head = body.subarray(0, SUMMARY);
  const text = head[0] === 0x7b ? head.toString('utf8') : head.toString('hex');
  return body.length > SUMMARY ? `${text} ...` : text;
}
