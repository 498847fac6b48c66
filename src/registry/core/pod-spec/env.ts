import { invalid, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import { isConfigMapKey, isRelaxedEnvVarName } from '../../../apimachinery/validation/identifiers.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type {
  ConfigMapKeySelector,
  EnvFromSource,
  EnvVar,
  FileKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../../../schema/generated/core-v1.js';
import { addMessages, checkDnsLabel, checkPresent, checkQualifiedName } from './checks.js';
import { checkNoBacksteps } from './file-paths.js';

/** Environment variables (Go: ValidateEnv). */
export function checkEnv(variables: readonly EnvVar[], path: FieldPath, errors: FieldError[]): void {
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i];
    if (variable === undefined) continue;
    const at = path.index(i);
    if (!variable.name) errors.push(required(at.child('name')));
    else addMessages(at.child('name'), variable.name, isRelaxedEnvVarName(variable.name), errors);
    if (variable.valueFrom !== undefined) checkValueFrom(variable, at.child('valueFrom'), errors);
  }
}

const ENV_FIELDS: ReadonlySet<string> = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

function checkValueFrom(variable: EnvVar, path: FieldPath, errors: FieldError[]): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = variable.valueFrom ?? {};
  let sources = 0;
  if (fieldRef !== undefined) {
    sources++;
    checkFieldRef(fieldRef, ENV_FIELDS, path.child('fieldRef'), errors);
  }
  if (resourceFieldRef !== undefined) {
    sources++;
    checkResourceFieldRef(resourceFieldRef, path.child('resourceFieldRef'), false, errors);
  }
  if (configMapKeyRef !== undefined) {
    sources++;
    checkKeyRef(configMapKeyRef, path.child('configMapKeyRef'), errors);
  }
  if (secretKeyRef !== undefined) {
    sources++;
    checkKeyRef(secretKeyRef, path.child('secretKeyRef'), errors);
  }
  if (fileKeyRef !== undefined) {
    sources++;
    checkFileKeyRef(fileKeyRef, path.child('fileKeyRef'), errors);
  }
  if (sources === 0)
    errors.push(
      invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
    );
  else if (variable.value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

/** What the downward API can name at all (Go: ConvertDownwardAPIFieldLabel). */
const POD_FIELDS: ReadonlySet<string> = new Set([
  ...ENV_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);

/** A field of the pod, perhaps one key of its labels or annotations (Go: validateObjectFieldSelector). */
export function checkFieldRef(selector: ObjectFieldSelector, allowed: ReadonlySet<string>, path: FieldPath, errors: FieldError[]): void {
  const { apiVersion, fieldPath } = selector;
  if (!checkPresent(apiVersion, path.child('apiVersion'), errors)) return;
  if (!checkPresent(fieldPath, path.child('fieldPath'), errors)) return;
  const subscripted = splitSubscript(fieldPath);
  const fault = conversionFault(apiVersion, fieldPath, subscripted?.path);
  if (fault !== undefined) {
    errors.push(invalid(path.child('fieldPath'), fieldPath, `error converting fieldPath: ${fault}`));
    return;
  }
  if (subscripted !== undefined) {
    const { path: owner, subscript } = subscripted;
    checkQualifiedName(owner === 'metadata.annotations' ? subscript.toLowerCase() : subscript, path, errors);
    return;
  }
  const converted = fieldPath === 'spec.host' ? 'spec.nodeName' : fieldPath;
  if (!allowed.has(converted)) errors.push(notSupported(path.child('fieldPath'), converted, allowed));
}

function conversionFault(apiVersion: string, fieldPath: string, subscriptedPath: string | undefined): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  if (subscriptedPath !== undefined) {
    return subscriptedPath === 'metadata.annotations' || subscriptedPath === 'metadata.labels'
      ? undefined
      : `field label does not support subscript: ${fieldPath}`;
  }
  return POD_FIELDS.has(fieldPath) || fieldPath === 'spec.host' ? undefined : `field label not supported: ${fieldPath}`;
}

/** Splits `metadata.labels['app']` (Go: fieldpath.SplitMaybeSubscriptedPath). */
function splitSubscript(text: string): { readonly path: string; readonly subscript: string } | undefined {
  if (!text.endsWith("']")) return undefined;
  const inner = text.slice(0, -2);
  const start = inner.indexOf("['");
  return start <= 0 ? undefined : { path: inner.slice(0, start), subscript: inner.slice(start + 2) };
}

const RESOURCE_FIELDS: ReadonlySet<string> = new Set([
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
]);

function isHugePagesField(field: string): boolean {
  return field.startsWith('requests.hugepages-') || field.startsWith('limits.hugepages-');
}

/** A request or limit of a container; in volumes the container must be named (Go: validateContainerResourceFieldSelector). */
export function checkResourceFieldRef(selector: ResourceFieldSelector, path: FieldPath, inVolume: boolean, errors: FieldError[]): void {
  const { containerName, resource = '', divisor } = selector;
  if (inVolume && !containerName) errors.push(required(path.child('containerName')));
  else if (resource === '') errors.push(required(path.child('resource')));
  else if (!RESOURCE_FIELDS.has(resource) && !isHugePagesField(resource))
    errors.push(notSupported(path.child('resource'), resource, RESOURCE_FIELDS));
  if (divisor !== undefined && !parseQuantityJson(divisor).isZero()) checkDivisor(resource, divisor, path.child('divisor'), errors);
}

const CPU_DIVISORS: ReadonlySet<string> = new Set(['1m', '1']);
const BYTE_DIVISORS: ReadonlySet<string> = new Set(['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']);
const BYTE_DIVISORS_TEXT = [...BYTE_DIVISORS].join(', ');

function checkDivisor(resource: string, divisor: string, path: FieldPath, errors: FieldError[]): void {
  const kind = resource.slice(resource.indexOf('.') + 1);
  if (RESOURCE_FIELDS.has(resource) && kind === 'cpu') {
    if (!CPU_DIVISORS.has(divisor))
      errors.push(invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource"));
    return;
  }
  const what = isHugePagesField(resource) ? 'hugepages' : RESOURCE_FIELDS.has(resource) ? BYTE_RESOURCES[kind] : undefined;
  if (what !== undefined && !BYTE_DIVISORS.has(divisor)) {
    errors.push(invalid(path, resource, `only divisor's values ${BYTE_DIVISORS_TEXT} are supported with the ${what} resource`));
  }
}

const BYTE_RESOURCES: Readonly<Record<string, string>> = { memory: 'memory', 'ephemeral-storage': 'local ephemeral storage' };

/** A key of a ConfigMap or a Secret. */
function checkKeyRef(selector: ConfigMapKeySelector, path: FieldPath, errors: FieldError[]): void {
  const { name = '', key = '' } = selector;
  addMessages(path.child('name'), name, nameIsDnsSubdomain(name, false), errors);
  if (key === '') errors.push(required(path.child('key')));
  else addMessages(path.child('key'), key, isConfigMapKey(key), errors);
}

function checkFileKeyRef(selector: FileKeySelector, path: FieldPath, errors: FieldError[]): void {
  const { key, volumeName, path: file } = selector;
  if (checkPresent(key, path.child('key'), errors)) addMessages(path.child('key'), key, isRelaxedEnvVarName(key), errors);
  if (checkPresent(volumeName, path.child('volumeName'), errors)) checkDnsLabel(volumeName, path.child('volumeName'), errors);
  if (checkPresent(file, path.child('path'), errors)) checkNoBacksteps(file, path.child('path'), errors);
}

/** Whole ConfigMaps and Secrets as environment (Go: ValidateEnvFrom). */
export function checkEnvFrom(sources: readonly EnvFromSource[], path: FieldPath, errors: FieldError[]): void {
  sources.forEach((source, i) => {
    const at = path.index(i);
    const { prefix, configMapRef, secretRef } = source;
    if (prefix) addMessages(at.child('prefix'), prefix, isRelaxedEnvVarName(prefix), errors);
    if (configMapRef !== undefined) checkSourceName(configMapRef.name, at.child('configMapRef', 'name'), errors);
    if (secretRef !== undefined) checkSourceName(secretRef.name, at.child('secretRef', 'name'), errors);
    if (configMapRef === undefined && secretRef === undefined)
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef !== undefined && secretRef !== undefined)
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  });
}

function checkSourceName(name: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (checkPresent(name, path, errors)) addMessages(path, name, nameIsDnsSubdomain(name, true), errors);
}
