import { forbidden, invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isConfigMapKey } from '../../../apimachinery/validation/identifiers.js';
import { nameIsDnsSubdomain, validateNamespaceName } from '../../../apimachinery/validation/names.js';
import type { ConfigMapNodeConfigSource, NodeConfigSource, NodeConfigStatus } from '../../../schema/generated/core-v1.js';

/** Where kubelets once got their configuration from. The feature is gone; objects that have it are still checked. */

const ONE = 'exactly one reference subfield must be non-nil';

export function configSourceErrors({ configMap }: NodeConfigSource, path: FieldPath): FieldError[] {
  if (configMap === undefined) return [invalid(path, { ConfigMap: null }, ONE)];
  const at = path.child('configMap');
  const errors: FieldError[] = [];
  if (configMap.uid) errors.push(forbidden(at.child('uid'), 'uid must not be set in spec'));
  if (configMap.resourceVersion) errors.push(forbidden(at.child('resourceVersion'), 'resourceVersion must not be set in spec'));
  return [...errors, ...configMapErrors(configMap, at)];
}

export function configStatusErrors({ assigned, active, lastKnownGood }: NodeConfigStatus, path: FieldPath): FieldError[] {
  return [
    ...(assigned === undefined ? [] : statusSourceErrors(assigned, path.child('assigned'))),
    ...(active === undefined ? [] : statusSourceErrors(active, path.child('active'))),
    ...(lastKnownGood === undefined ? [] : statusSourceErrors(lastKnownGood, path.child('lastKnownGood'))),
  ];
}

function statusSourceErrors({ configMap }: NodeConfigSource, path: FieldPath): FieldError[] {
  if (configMap === undefined) return [invalid(path, { ConfigMap: null }, ONE)];
  const at = path.child('configMap');
  const errors: FieldError[] = [];
  if (!configMap.uid) errors.push(required(at.child('uid')));
  if (!configMap.resourceVersion) errors.push(required(at.child('resourceVersion')));
  return [...errors, ...configMapErrors(configMap, at)];
}

function configMapErrors({ namespace = '', name = '', kubeletConfigKey = '' }: ConfigMapNodeConfigSource, path: FieldPath): FieldError[] {
  const check = (field: string, value: string, messages: readonly string[]): FieldError[] => {
    const at = path.child(field);
    return value === '' ? [required(at)] : messages.map((text) => invalid(at, value, text));
  };
  return [
    ...check('namespace', namespace, validateNamespaceName(namespace, false)),
    ...check('name', name, nameIsDnsSubdomain(name, false)),
    ...check('kubeletConfigKey', kubeletConfigKey, isConfigMapKey(kubeletConfigKey)),
  ];
}
