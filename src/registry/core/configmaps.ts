import { forbidden, invalid, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath, NAMELESS } from '../../apimachinery/field-path.js';
import { isConfigMapKey } from '../../apimachinery/validation/identifiers.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import type { BehaviourFactory } from '../behaviour.js';
import { deepEqual, type KubeObject } from '../object.js';
import { strategyFor } from '../strategy.js';
import { kubeFinalizerErrors } from './finalizers.js';
import { metadataErrors } from './metadata.js';

interface ConfigMap extends KubeObject {
  immutable?: boolean | undefined;
  data?: Record<string, string> | undefined;
  /** Base64. */
  binaryData?: Record<string, string> | undefined;
}

/** All values together, in bytes; Secrets have the same bound. */
export const MAX_DATA_SIZE = 1024 * 1024;

/** What `immutable` forbids to change (KEP-1412). */
export function immutableErrors(isImmutable: boolean, wasImmutable: boolean, changed: Readonly<Record<string, boolean>>): FieldError[] {
  if (!wasImmutable) return [];
  const fields = [...(isImmutable ? [] : ['immutable']), ...Object.keys(changed).filter((name) => changed[name])];
  return fields.map((name) => forbidden(FieldPath.of(name), 'field is immutable when `immutable` is set'));
}

/** Bytes that base64 stands for. */
export function decodedSize(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}

function contentErrors({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    for (const text of isConfigMapKey(key)) errors.push(invalid(FieldPath.of('data').key(key), key, text));
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(FieldPath.of('data').key(key), key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    for (const text of isConfigMapKey(key)) errors.push(invalid(FieldPath.of('binaryData').key(key), key, text));
    size += decodedSize(value);
  }
  if (size > MAX_DATA_SIZE) errors.push(tooLong(NAMELESS, MAX_DATA_SIZE));
  return errors;
}

/** ConfigMaps: keys that are file names, a bound on the size, immutability. */
export const configMaps: BehaviourFactory = () => ({
  strategy: strategyFor<ConfigMap>({
    validate: (object) => [...kubeFinalizerErrors(object.metadata), ...contentErrors(object)],
    validateUpdate: (object, old) => [
      ...kubeFinalizerErrors(object.metadata),
      ...immutableErrors(object.immutable === true, old.immutable === true, {
        data: !deepEqual(object.data ?? {}, old.data ?? {}),
        binaryData: !deepEqual(object.binaryData, old.binaryData),
      }),
      ...metadataErrors(object.metadata, true, nameIsDnsSubdomain),
      ...contentErrors(object),
    ],
  }),
});
