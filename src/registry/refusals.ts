import { groupResourceName, parseApiVersion, type GroupResource } from '../apimachinery/group-version.js';
import { goQuote, type FieldError } from '../apimachinery/field-error.js';
import { alreadyExists, badRequest, conflict, invalidObject, notFoundError, StatusError } from '../apimachinery/status.js';
import { isPathSegmentName } from '../apimachinery/validation/paths.js';
import type { KubeObject } from './object.js';
import { storagePrefix } from './storage-prefix.js';
import type { StoreResource } from './store.js';
import type { DeleteOptions } from './strategy.js';

/** 404, or 400 for what can be no name (Go: registry.NamespaceKeyFunc). */
export function noSuchObject(resource: GroupResource, name: string): StatusError {
  const faults = isPathSegmentName(name);
  return faults.length === 0 ? notFoundError(resource, name) : badRequest(`Name parameter invalid: ${goQuote(name)}: ${faults.join(';')}`);
}

/** How a store says no, in the real server's words. */
export class Refusals {
  constructor(
    private readonly resource: StoreResource,
    /** Whether the store keeps custom resources. */
    private readonly isCustom: boolean,
  ) {}

  /** 422. Untyped objects are of the kind that they say. */
  invalid(object: KubeObject, errors: readonly FieldError[]): StatusError {
    const name = object.metadata.name ?? '';
    if (!this.isCustom) return invalidObject(this.resource, name, errors);
    // What is of no fixed kind is named as it names itself.
    const group = parseApiVersion(object.apiVersion)?.group ?? this.resource.group;
    return invalidObject({ group, kind: object.kind }, name, errors);
  }

  /** 409 of a create; `current` is what is there. */
  exists(name: string, current: KubeObject | undefined): StatusError {
    const error = alreadyExists(this.resource, name);
    if (current?.metadata.deletionTimestamp === undefined) return error;
    return new StatusError({ ...error.status, message: `object is being deleted: ${error.status.message}` });
  }

  /** 409 of a create with generateName. */
  generatedNameTaken(name: string): StatusError {
    return new StatusError({
      code: 409,
      reason: 'AlreadyExists',
      message: `${groupResourceName(this.resource)} "${name}" already exists, the server was not able to generate a unique name for the object`,
      details: { name, group: this.resource.group, kind: this.resource.resource, retryAfterSeconds: 1 },
    });
  }

  /** Throws 409 for another version than the one that is meant (Go: storage.Preconditions). */
  checkPreconditions(
    existing: KubeObject,
    { preconditions, dryRun = false }: Partial<Pick<DeleteOptions, 'preconditions' | 'dryRun'>>,
  ): void {
    const { uid, resourceVersion: wanted } = preconditions ?? {};
    this.checkUid(uid, existing, dryRun);
    const { name = '', namespace = '', resourceVersion = '' } = existing.metadata;
    if (wanted === undefined || wanted === resourceVersion) return;
    const what = `ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${resourceVersion}`;
    throw this.preconditionFailed(namespace, name, what, dryRun);
  }

  /** Throws 409; no uid, or an empty one, is everybody's. */
  checkUid(uid: string | undefined, existing: KubeObject, dryRun: boolean): void {
    const { name = '', namespace = '', uid: actual = '' } = existing.metadata;
    if (uid === undefined || uid === '' || uid === actual) return;
    throw this.preconditionFailed(namespace, name, `UID in precondition: ${uid}, UID in object meta: ${actual}`, dryRun);
  }

  /** The text that etcd's storage layer gives, key included (Go: storage.NewInvalidObjError). A dry run doesn't get as far as the keys' prefix. */
  preconditionFailed(namespace: string, name: string, what: string, dryRun: boolean): StatusError {
    const scope = this.resource.namespaced ? `${namespace}/` : '';
    const key = `${dryRun ? '' : '/registry'}/${storagePrefix(this.resource, this.isCustom)}/${scope}${name}`;
    const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what}`;
    return conflict(this.resource, name, text);
  }
}
