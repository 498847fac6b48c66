import type { KubeObject, OwnerReference } from '../../../client/client.js';

/** Which object: what owner references say of it, and its namespace (Go: objectReference). */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
}

/** What an owner reference says, seen from a namespace. */
export function identityOf({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Identity {
  return { apiVersion, kind, name, uid, namespace };
}

/** @param apiVersion the version that is followed, which need not be the one that is stored */
export function identityOfObject({ kind, metadata: { name = '', uid = '', namespace = '' } }: KubeObject, apiVersion: string): Identity {
  return { apiVersion, kind, name, uid, namespace };
}

/** Whether a reference names the object by all that it says (Go: ownerReferenceMatchesCoordinates). */
export function matches(reference: OwnerReference, { apiVersion, kind, name, uid }: Identity): boolean {
  return reference.uid === uid && reference.name === name && reference.kind === kind && reference.apiVersion === apiVersion;
}

export function sameIdentity(a: Identity, b: Identity): boolean {
  return matches(a, b) && a.namespace === b.namespace;
}

/** As in events: `[v1/Pod, namespace: default, name: p, uid: …]`. */
export function describeIdentity({ apiVersion, kind, namespace, name, uid }: Identity): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
}

/** Kind and version weigh more than the namespace, that more than the name (Go: referenceLessThan). */
export function compareIdentities(a: Identity, b: Identity): number {
  for (const key of ['kind', 'apiVersion', 'namespace', 'name', 'uid'] as const) {
    if (a[key] !== b[key]) return a[key] < b[key] ? -1 : 1;
  }
  return 0;
}
