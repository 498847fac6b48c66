import { badRequest } from '../../apimachinery/status.js';
import type { KubeObject } from '../object.js';

/** A namespace in the body must be that of the URL; an absent one is filled in (Go: EnsureObjectNamespaceMatchesRequestNamespace). */
export function ensureNamespace(object: KubeObject, namespace: string): void {
  const own = object.metadata.namespace ?? '';
  if (own === namespace) return;
  if (own === '') object.metadata.namespace = namespace;
  else if (namespace === '') delete object.metadata.namespace;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** A name in the body must be that of the URL (Go: checkName). */
export function checkName(object: KubeObject, name: string, namespace: string): void {
  const own = object.metadata.name ?? '';
  if (own === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  const space = object.metadata.namespace ?? '';
  if (namespace !== '' && space !== '' && space !== namespace) {
    throw badRequest(`the namespace of the object (${space}) does not match the namespace on the request (${namespace})`);
  }
}
