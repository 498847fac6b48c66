import { invalid, NamedString, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isConfigMapKey } from '../../apimachinery/validation/identifiers.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { parseJson } from '../../schema/json.js';
import { DecodingError } from '../../schema/decoding-error.js';
import { setOwn } from '../../schema/set-own.js';
import { sortKeys } from '../../schema/sort-keys.js';
import type { BehaviourFactory } from '../behaviour.js';
import { fieldAt } from '../matcher.js';
import { deepEqual, type KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { decodedSize, immutableErrors, MAX_DATA_SIZE } from './configmaps.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { metadataErrors } from './metadata.js';
import { tlsPairFault } from './tls-pair.js';

interface Secret extends KubeObject {
  immutable?: boolean | undefined;
  /** Base64. */
  data?: Record<string, string> | undefined;
  stringData?: Record<string, string> | undefined;
  type?: string | undefined;
}

const DATA = FieldPath.of('data');
const ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** `stringData` is for writing only: it becomes part of `data` (Go: the conversion of Secret). */
function mergeStringData(secret: Secret): void {
  const { stringData } = secret;
  delete secret.stringData;
  if (stringData === undefined || Object.keys(stringData).length === 0) return;
  const data = { ...secret.data };
  for (const [key, value] of Object.entries(stringData)) setOwn(data, key, Buffer.from(value).toString('base64'));
  secret.data = sortKeys(data);
}

function bytesAt({ data }: Secret, key: string): Buffer | undefined {
  const value = data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
  return value === undefined ? undefined : Buffer.from(value, 'base64');
}

/** The key must be there, and hold a JSON object. The content isn't told. */
function jsonErrors(secret: Secret, key: string): FieldError[] {
  const bytes = bytesAt(secret, key);
  if (bytes === undefined) return [required(DATA.key(key))];
  const fault = jsonObjectFault(bytes);
  return fault === undefined ? [] : [invalid(DATA.key(key), '<secret contents redacted>', fault)];
}

function jsonObjectFault(bytes: Buffer): string | undefined {
  try {
    const { value } = parseJson(bytes);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const what = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${what} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof DecodingError) return error.message;
    throw error;
  }
}

/** Faults if none of the keys is there. */
function presenceErrors(secret: Secret, keys: readonly string[], all: boolean): FieldError[] {
  const missing = keys.filter((key) => bytesAt(secret, key) === undefined);
  return all || missing.length === keys.length ? missing.map((key) => required(DATA.key(key))) : [];
}

const BY_TYPE: ReadonlyMap<string, (secret: Secret) => FieldError[]> = new Map([
  [
    'kubernetes.io/service-account-token',
    ({ metadata }: Secret) =>
      metadata.annotations?.[ACCOUNT_NAME] ? [] : [required(FieldPath.of('metadata', 'annotations').key(ACCOUNT_NAME))],
  ],
  ['kubernetes.io/dockercfg', (secret: Secret) => jsonErrors(secret, '.dockercfg')],
  ['kubernetes.io/dockerconfigjson', (secret: Secret) => jsonErrors(secret, '.dockerconfigjson')],
  ['kubernetes.io/basic-auth', (secret: Secret) => presenceErrors(secret, ['username', 'password'], false)],
  ['kubernetes.io/ssh-auth', (secret: Secret) => (secret.data?.['ssh-privatekey'] ? [] : [required(DATA.key('ssh-privatekey'))])],
  ['kubernetes.io/tls', (secret: Secret) => presenceErrors(secret, ['tls.crt', 'tls.key'], true)],
]);

function contentErrors(secret: Secret): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(secret.data ?? {})) {
    for (const text of isConfigMapKey(key)) errors.push(invalid(DATA.key(key), key, text));
    size += decodedSize(value);
  }
  if (size > MAX_DATA_SIZE) errors.push(tooLong(DATA, MAX_DATA_SIZE));
  errors.push(...(BY_TYPE.get(secret.type ?? '')?.(secret) ?? []));
  return errors;
}

function warnings(secret: Secret): string[] {
  if (secret.type !== 'kubernetes.io/tls') return [];
  const empty = Buffer.alloc(0);
  const fault = tlsPairFault(bytesAt(secret, 'tls.crt') ?? empty, bytesAt(secret, 'tls.key') ?? empty);
  return fault === undefined ? [] : [fault];
}

const strategy: Strategy<Secret> = {
  validate: (secret) => [...kubeFinalizerErrors(secret.metadata), ...contentErrors(secret)],
  validateUpdate: (secret, old) => [
    ...kubeFinalizerErrors(secret.metadata),
    ...(secret.type === old.type ? [] : [invalid(FieldPath.of('type'), new NamedString(secret.type ?? ''), 'field is immutable')]),
    ...immutableErrors(secret.immutable === true, old.immutable === true, { data: !deepEqual(secret.data, old.data) }),
    ...metadataErrors(secret.metadata, true, nameIsDnsSubdomain),
    ...contentErrors(secret),
  ],
  warningsOnCreate: warnings,
  warningsOnUpdate: warnings,
};

/** Secrets: what each type must hold, a bound on the size, immutability. */
export const secrets: BehaviourFactory = () => ({
  strategy: strategyFor(strategy),
  defaults(object) {
    const secret = object as Secret;
    secret.type ||= 'Opaque';
    mergeStringData(secret);
  },
  fieldLabels: { type: fieldAt('type') },
});
