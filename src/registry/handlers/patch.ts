import { goQuote } from '../../apimachinery/field-error.js';
import { apiVersionOf, parseApiVersion, type GroupVersionKind } from '../../apimachinery/group-version.js';
import { parsePatchOptions, validatePatchOptions } from '../../apimachinery/options.js';
import { badRequest, conflict, internalError, invalidObject } from '../../apimachinery/status.js';
import { decodeJsonPatch } from '../../patch/json-patch-decode.js';
import { applyJsonPatch } from '../../patch/json-patch.js';
import { applyMergePatch } from '../../patch/merge-patch.js';
import { decodeMergePatch, decodeStrategicMergePatch } from '../../patch/patch-decode.js';
import { patchResultInvalid, strictDecodingError } from '../../patch/patch-errors.js';
import { fromUnstructured } from '../../patch/from-unstructured.js';
import { applyStrategicMergePatch, strategicMergePatchText } from '../../patch/strategic-merge.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { plainValue, type LiteralValue } from '../../schema/json-literal.js';
import { printJson } from '../../schema/json.js';
import type { JsonObject } from '../../schema/type.js';
import { asJson, asObject, type KubeObject } from '../object.js';
import { noSuchObject } from '../refusals.js';
import type { HandlerEnvironment, ResourceRequest, ResourceResult } from './api-request.js';
import { decodeExpected, fillDefaults, jsonType, TYPE_META, type FieldValidation } from './decode-body.js';
import type { PatchType } from './dispatch.js';
import { endpointOf, type Endpoint } from './endpoint.js';
import { managerOrUserAgent } from './manager.js';
import { checkName, ensureNamespace } from './names.js';
import { schemeKnows, unconvertible, unregistered } from './scheme.js';
import { directive, runUpdate } from './write.js';

/** PATCH of any kind (Go: PatchResource). */
export async function patchResource(
  request: ResourceRequest,
  patchType: PatchType,
  environment: HandlerEnvironment,
): Promise<ResourceResult> {
  const { definition, context } = request;
  const options = parsePatchOptions(request.query);
  const faults = validatePatchOptions(options, patchType === 'apply');
  if (faults.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', faults);
  const endpoint = endpointOf(request);
  const validation = directive(options.fieldValidation);
  const bytes = request.body !== undefined && 'bytes' in request.body ? request.body.bytes : Buffer.alloc(0);
  context.audit?.receivedPatch(bytes);
  const manager = managerOrUserAgent(options.fieldManager, context.userAgent);
  const warn = (text: string): void => {
    context.warn(text);
  };

  const patched = (existing: KubeObject | undefined): Promise<KubeObject> | KubeObject => {
    if (patchType === 'apply')
      return applyConfiguration(endpoint, existing, bytes, options.fieldManager, options.force === true, validation, warn);
    if (existing === undefined) throw noSuchObject(definition, context.name);
    const object =
      patchType === 'strategic'
        ? strategicMerge(endpoint, existing, bytes, validation, warn)
        : jsonOrMerge(endpoint, existing, bytes, patchType, validation, warn);
    return endpoint.managing(() => endpoint.fieldManager().update(existing, object, manager));
  };

  const result = await runUpdate(request, environment, endpoint, {
    dryRun: options.dryRun.length > 0,
    options,
    uid: undefined,
    // Subresources never create.
    forceAllowCreate: patchType === 'apply' && request.subresource === undefined,
    next: async (existing) => {
      const object = await patched(existing);
      if (existing === undefined && object.metadata.uid) {
        throw conflict(
          definition,
          context.name,
          `uid mismatch: the provided object specified uid ${object.metadata.uid}, and no existing object was found`,
        );
      }
      ensureNamespace(object, definition.namespaced ? context.namespace : '');
      checkName(object, context.name, context.namespace);
      return object;
    },
  });
  return { kind: 'object', status: result.created ? 201 : 200, object: result.object, stored: result.stored, gvk: endpoint.gvk };
}

type Warn = (text: string) => void;

/** JSON patch and merge patch: patch the JSON, then read the result as a body would be. */
function jsonOrMerge(
  endpoint: Endpoint,
  existing: KubeObject,
  bytes: Buffer,
  patchType: 'json' | 'merge',
  validation: FieldValidation,
  warn: Warn,
): KubeObject {
  let result: LiteralValue;
  let strict: readonly string[];
  const current = asJson(existing);
  if (patchType === 'json') {
    const decoded = decodeJsonPatch(bytes, validation);
    strict = decoded.strictErrors;
    result = applyJsonPatch(current as LiteralValue, decoded.patch);
  } else {
    const decoded = decodeMergePatch(bytes, validation);
    strict = decoded.strictErrors;
    result = applyMergePatch(current as LiteralValue, decoded.patch);
  }
  return readResult(endpoint, plainValue(result) as JsonObject, () => printJson(result), strict, validation, warn, true);
}

function strategicMerge(endpoint: Endpoint, existing: KubeObject, bytes: Buffer, validation: FieldValidation, warn: Warn): KubeObject {
  const { patch, strictErrors } = decodeStrategicMergePatch(bytes, validation);
  const current = asJson(existing);
  const result = applyStrategicMergePatch(endpoint.type, current, patch);
  const shown = (): string => strategicMergePatchText(endpoint.type, current, patch);
  if (endpoint.custom) return readResult(endpoint, result, shown, strictErrors, validation, warn, false);
  const { object, error, unknown } = fromUnstructured(endpoint.type, result);
  if (error !== undefined) throw patchResultInvalid(shown(), error);
  // The faults of the result are known now, in the words of that step.
  const strict = validation === 'Ignore' ? strictErrors : [...strictErrors, ...unknown];
  tellStrict(strict, shown, validation, warn);
  return readResult(endpoint, object, shown, [], 'Ignore', warn, false);
}

/** Decodes what a patch left, with its strict faults refused or warned of. */
function readResult(
  endpoint: Endpoint,
  value: JsonObject,
  shown: () => string,
  strictErrors: readonly string[],
  validation: FieldValidation,
  warn: Warn,
  checkKind: boolean,
): KubeObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value;
    const before = endpoint.custom ? UNREADABLE_KIND : '';
    throw patchResultInvalid(shown(), `${before}json: cannot unmarshal ${what} into Go value of type ${TYPE_META}`);
  }
  if (endpoint.custom) requireKind(value, shown);
  else if (checkKind) {
    requireTextualKind(value, shown);
    refuseOtherKind(endpoint, value, shown);
    if (!value['apiVersion']) return readWithoutVersion(value, shown, strictErrors, validation, warn);
  }
  try {
    const { object, strictErrors: unknown } = decodeExpected(endpoint, value, { strict: validation !== 'Ignore' });
    tellStrict([...strictErrors, ...unknown], shown, validation, warn);
    const result = asObject(object);
    if (!endpoint.custom) {
      result.kind = endpoint.gvk.kind;
      result.apiVersion = apiVersionOf(endpoint.gvk);
    } else if (!result.apiVersion) throw internalError("Object 'apiVersion' is missing in 'object has no apiVersion field'");
    return fillDefaults(endpoint, result);
  } catch (error) {
    if (error instanceof DecodingError) throw patchResultInvalid(shown(), error.message);
    throw error;
  }
}

/** Without a version Go has no type to decode into: every field is unknown, and what is left has no name. */
function readWithoutVersion(
  value: JsonObject,
  shown: () => string,
  strictErrors: readonly string[],
  validation: FieldValidation,
  warn: Warn,
): KubeObject {
  const fields = Object.keys(value).filter((key) => key !== 'kind' && key !== 'apiVersion');
  const unknown = fields.sort().map((key) => `unknown field ${goQuote(key)}`);
  tellStrict(validation === 'Ignore' ? strictErrors : [...strictErrors, ...unknown], shown, validation, warn);
  return { kind: '', apiVersion: '', metadata: {} };
}

/** Refuses strict faults, or warns of them. */
function tellStrict(faults: readonly string[], shown: () => string, validation: FieldValidation, warn: Warn): void {
  if (faults.length === 0) return;
  if (validation === 'Strict') throw patchResultInvalid(shown(), strictDecodingError(faults));
  if (validation === 'Warn') faults.forEach(warn);
}

const UNREADABLE_KIND = "couldn't get version/kind; json parse error: ";

/** A custom resource says what it is; whether that is what it has to be is left to validation. */
function requireKind(value: JsonObject, shown: () => string): void {
  requireTextualKind(value, shown);
  const { kind, apiVersion } = value;
  if (typeof apiVersion === 'string' && parseApiVersion(apiVersion) === undefined) {
    throw patchResultInvalid(shown(), `unexpected GroupVersion string: ${apiVersion}`);
  }
  if (!kind) throw patchResultInvalid(shown(), `Object 'Kind' is missing in '${shown()}'`);
}

function requireTextualKind({ kind, apiVersion }: JsonObject, shown: () => string): void {
  for (const [name, value] of [
    ['apiVersion', apiVersion],
    ['kind', kind],
  ] as const) {
    if (value === undefined || value === null || typeof value === 'string') continue;
    throw patchResultInvalid(
      shown(),
      `${UNREADABLE_KIND}json: cannot unmarshal ${jsonType(value)} into Go struct field .${name} of type string`,
    );
  }
}

function refuseOtherKind(endpoint: Endpoint, value: JsonObject, shown: () => string): void {
  // What is empty is taken for the endpoint's own.
  const kind = value['kind'] || undefined;
  const apiVersion = value['apiVersion'] || undefined;
  const given = typeof apiVersion === 'string' ? parseApiVersion(apiVersion) : undefined;
  const { gvk } = endpoint;
  if ((kind === undefined || kind === gvk.kind) && (given === undefined || (given.group === gvk.group && given.version === gvk.version)))
    return;
  const from = {
    group: given?.group ?? gvk.group,
    version: given?.version ?? gvk.version,
    kind: typeof kind === 'string' ? kind : gvk.kind,
  };
  // The same kind in another version that the scheme has is as good.
  if (from.kind === gvk.kind && from.group === gvk.group && schemeKnows(from, gvk)) return;
  throw patchResultInvalid(shown(), mismatch(endpoint, from));
}

/** A kind that the scheme knows can't become the endpoint's; another one isn't known at all. */
function mismatch({ gvk }: Endpoint, from: GroupVersionKind): string {
  return schemeKnows(from, gvk) ? unconvertible(from, gvk) : unregistered(from, gvk);
}

/** Server-side apply of a configuration in YAML or JSON. */
async function applyConfiguration(
  endpoint: Endpoint,
  existing: KubeObject | undefined,
  bytes: Buffer,
  manager: string,
  force: boolean,
  validation: FieldValidation,
  warn: Warn,
): Promise<KubeObject> {
  const { parseYaml, YamlError } = await import('../../schema/yaml.js');
  let config: JsonObject;
  let duplicates: readonly string[];
  try {
    const parsed = await parseYaml(bytes.toString('utf8'));
    const value = parsed.value ?? {};
    if (typeof value !== 'object' || Array.isArray(value)) {
      const why = `json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`;
      throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${why}`);
    }
    config = value;
    duplicates = parsed.duplicates;
  } catch (error) {
    if (error instanceof YamlError) throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.message}`);
    throw error;
  }
  const object = await endpoint.managing(() => endpoint.fieldManager().apply(existing, config, manager, force));
  if (duplicates.length > 0 && validation !== 'Ignore') {
    const text = `yaml: unmarshal errors:\n${duplicates.map((line) => `  ${line}`).join('\n')}`;
    if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`);
    duplicates.forEach(warn);
  }
  return object;
}
