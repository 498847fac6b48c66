import type { Clock } from '../apimachinery/clock.js';
import { invalid } from '../apimachinery/field-error.js';
import { FieldPath } from '../apimachinery/field-path.js';
import type { GroupResource } from '../apimachinery/group-version.js';
import { generateName } from '../apimachinery/names.js';
import type { Random } from '../apimachinery/random.js';
import { conflict, invalidObject, isStatus, plainError } from '../apimachinery/status.js';
import { parseUint64 } from '../apimachinery/strconv.js';
import { formatTime } from '../apimachinery/time.js';
import { nameIsDnsSubdomain, nameIsPathSegment, type ValidateName } from '../apimachinery/validation/names.js';
import { validateObjectMeta, validateObjectMetaUpdate } from '../apimachinery/validation/object-meta.js';
import { isLostRace, StorageError, type Key, type Storage, type Stored } from '../storage/storage.js';
import { beforeDelete, deletionFinalizers, markAsDeleting } from './deletion.js';
import { keepUnchanged } from './no-change.js';
import { withOwnMetadata, type KubeObject } from './object.js';
import { noSuchObject, Refusals } from './refusals.js';
import type { RequestContext } from './request.js';
import type { StoreForm } from './resource.js';
import type { DeleteOptions, Finish, Strategy } from './strategy.js';

/** Checks that run after a strategy's own: validating admission and late authorization. */
export type ValidateCreate = (object: KubeObject) => Promise<void> | void;
export type ValidateUpdate = (object: KubeObject, old: KubeObject) => Promise<void> | void;

/** How an update gets its new object (Go: rest.UpdatedObjectInfo). */
export interface UpdateInfo {
  /** The uid in the request's object; another uid in storage is a conflict. */
  readonly uid?: string | undefined;
  /** Makes the new version, which the store then owns; may run again after a lost race. */
  updated(existing: KubeObject | undefined): Promise<KubeObject> | KubeObject;
  readonly validateCreate?: ValidateCreate | undefined;
  readonly validateUpdate?: ValidateUpdate | undefined;
  /** Server-side apply creates what is missing, whatever the strategy says. */
  readonly forceAllowCreate?: boolean | undefined;
}

/** One version of an object on its way out: stored, or made up by a dry run. */
export interface Outcome {
  readonly object: KubeObject;
  /** Present if this very version is stored (its encodings are kept). */
  readonly stored?: Stored<KubeObject> | undefined;
}

export interface UpdateOutcome extends Outcome {
  readonly created: boolean;
}

export interface DeleteOutcome extends Outcome {
  /** False if the object stays for now (grace period, finalizers). */
  readonly deleted: boolean;
}

/** What all stores of a server share. */
export interface StoreEnvironment {
  readonly storage: Storage<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Which resource a store keeps. */
export interface StoreResource extends GroupResource {
  /** The kind of the stored version, as errors name it. */
  readonly kind: string;
  readonly namespaced: boolean;
  /** DELETE answers with the object instead of a Status (Go: ReturnDeletedObject). */
  readonly returnsDeleted?: boolean | undefined;
  /** Objects of no other namespace-scoped resource may depend on it (no garbage collection finalizers). */
  readonly garbageCollected?: boolean | undefined;
  /** What being written and read back does to an object. */
  readonly storedForm?: ((object: KubeObject) => void) | undefined;
  /** The object with its fields in the order in which they are printed. */
  readonly orderedForm?: ((object: KubeObject) => KubeObject) | undefined;
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';
const GENERATE_NAME_TRIES = 8;

/**
 * The generic algorithm of writing one resource: create, update, delete with
 * their hooks in one fixed order (Go: registry/generic/registry.Store).
 * Reads are in `Reader`; patches come in as updates.
 */
export class Store {
  /** `<group>/<resource>` in storage. */
  readonly bucket: string;
  readonly refusals: Refusals;

  constructor(
    readonly resource: StoreResource,
    readonly strategy: Strategy,
    readonly environment: StoreEnvironment,
    /** The form that callers and the strategy see, where it isn't the stored one: a version of a custom resource. */
    readonly form?: StoreForm,
  ) {
    this.bucket = `${resource.group}/${resource.resource}`;
    this.refusals = new Refusals(resource, form !== undefined);
  }

  /** The same objects through another strategy, such as that of /status. */
  withStrategy(strategy: Strategy): Store {
    return new Store(this.resource, strategy, this.environment, this.form);
  }

  key(namespace: string, name: string): Key {
    return { bucket: this.bucket, namespace: this.resource.namespaced ? namespace : '', name };
  }

  /** A stored object as callers see it. */
  private open(object: KubeObject): KubeObject | Promise<KubeObject> {
    const { form } = this;
    if (form === undefined) return object;
    const waiting = form.prepare?.([object]);
    return waiting === undefined ? form.fromStorage(object) : waiting.then(() => form.fromStorage(object));
  }

  /** A caller's object as it is stored. */
  private close(object: KubeObject): KubeObject | Promise<KubeObject> {
    if (this.form !== undefined) return this.form.toStorage(object);
    return this.resource.orderedForm?.(object) ?? object;
  }

  /** An object in its stored form, which whoever asked can read as well. */
  private async outcome(object: KubeObject): Promise<Outcome> {
    const closed = await this.close(object);
    await this.form?.prepare?.([closed]);
    return { object: closed };
  }

  /** What was written, which whoever asked can read. */
  private async written(stored: Stored<KubeObject>): Promise<{ readonly object: KubeObject; readonly stored: Stored<KubeObject> }> {
    await this.form?.prepare?.([stored.value]);
    return { object: stored.value, stored };
  }

  /** Throws 404, and 400 for what can be no name. */
  async get(namespace: string, name: string): Promise<Stored<KubeObject>> {
    const stored = await this.environment.storage.get(this.key(namespace, name));
    if (stored === undefined) throw noSuchObject(this.resource, name);
    return stored;
  }

  find(namespace: string, name: string): Promise<Stored<KubeObject> | undefined> {
    return this.environment.storage.get(this.key(namespace, name));
  }

  /** Creates `object`, which the store owns from here on. */
  async create(object: KubeObject, context: RequestContext, dryRun: boolean, validate?: ValidateCreate): Promise<Outcome> {
    const meta = object.metadata;
    const generated = !meta.name && !!meta.generateName;
    if (!generated) {
      try {
        return await this.createOnce(object, context, dryRun, validate);
      } catch (error) {
        // A name that was given besides a generateName counts as a generated one.
        throw meta.generateName && isStatus(error, 'AlreadyExists') ? this.refusals.generatedNameTaken(meta.name ?? '') : error;
      }
    }
    const original = structuredClone(object);
    for (let attempt = 1; ; attempt++) {
      const candidate = attempt === 1 ? object : structuredClone(original);
      try {
        return await this.createOnce(candidate, context, dryRun, validate);
      } catch (error) {
        if (!isStatus(error, 'AlreadyExists')) throw error;
        if (attempt === GENERATE_NAME_TRIES) throw this.refusals.generatedNameTaken(candidate.metadata.name ?? '');
      }
    }
  }

  private async createOnce(object: KubeObject, context: RequestContext, dryRun: boolean, validate?: ValidateCreate): Promise<Outcome> {
    let finish: Finish | undefined;
    try {
      finish = await this.prepareCreate(object, context, dryRun);
      const checked = validate?.(object);
      if (checked) await checked;
      const outcome = await this.insert(object, dryRun);
      const done = finish;
      finish = undefined;
      await done?.(true);
      return outcome;
    } finally {
      await finish?.(false);
    }
  }

  /** Go: rest.FillObjectMetaSystemFields, BeginCreate and rest.BeforeCreate, in this order. */
  private async prepareCreate(object: KubeObject, context: RequestContext, dryRun: boolean): Promise<Finish | undefined> {
    const { clock, random } = this.environment;
    const { strategy, resource } = this;
    strategy.authorizeWrite?.(object, undefined, context);
    const meta = object.metadata;
    meta.creationTimestamp = formatTime(clock.now());
    meta.uid = random.uuid();
    delete meta.deletionTimestamp;
    delete meta.deletionGracePeriodSeconds;
    delete meta.selfLink;
    if (meta.generateName && !meta.name) meta.name = strategy.generateName?.(meta.generateName) ?? generateName(meta.generateName, random);

    const begun = strategy.beginCreate?.(object, context, dryRun);
    const finish = begun instanceof Promise ? await begun : begun;
    try {
      if (resource.namespaced) meta.namespace = context.namespace;
      else delete meta.namespace;
      strategy.prepareForCreate?.(object, context);
      const errors = validateObjectMeta(meta, resource.namespaced, namesOf(strategy, object), METADATA);
      const own = strategy.validate?.(object, context, errors);
      if (own !== undefined && own.length > 0) {
        if (strategy.validatesMetadata === true) throw invalidObject(resource, meta.name ?? '', own);
        errors.push(...own);
      }
      if (errors.length > 0) throw this.refusals.invalid(object, errors);
      for (const text of strategy.warningsOnCreate?.(object, context) ?? []) context.warn(text);
      strategy.canonicalize?.(object);
      return finish;
    } catch (error) {
      await finish?.(false);
      throw error;
    }
  }

  private async insert(object: KubeObject, dryRun: boolean): Promise<Outcome> {
    const { storage } = this.environment;
    const name = object.metadata.name ?? '';
    const key = this.key(object.metadata.namespace ?? '', name);
    this.resource.storedForm?.(object);
    if (dryRun) {
      const current = await storage.get(key);
      if (current !== undefined) throw this.refusals.exists(name, current.value);
      return await this.outcome(object);
    }
    if (/^0*[1-9][0-9]*$/.test(object.metadata.resourceVersion ?? ''))
      throw plainError(500, 'resourceVersion should not be set on objects to be created');
    // The storage fills it in, at its place.
    object.metadata.resourceVersion = '';
    const closed = await this.close(object);
    try {
      return await this.written(await storage.create(key, closed));
    } catch (error) {
      if (error instanceof StorageError && error.code === 'KeyExists') throw this.refusals.exists(name, (await storage.get(key))?.value);
      throw error;
    }
  }

  /**
   * Read, make the new version, check, compare-and-swap; again if somebody was
   * quicker (Go: Store.Update in GuaranteedUpdate).
   */
  async update(namespace: string, name: string, info: UpdateInfo, context: RequestContext, dryRun: boolean): Promise<UpdateOutcome> {
    const key = this.key(namespace, name);
    const { storage } = this.environment;
    for (;;) {
      const existing = await storage.get(key);
      try {
        if (existing === undefined) {
          if (this.strategy.allowCreateOnUpdate !== true && info.forceAllowCreate !== true) throw noSuchObject(this.resource, name);
          return await this.createByUpdate(info, context, dryRun, name);
        }
        return await this.replace(existing, name, info, context, dryRun);
      } catch (error) {
        if (!isLostRace(error) && !(error instanceof StorageError && error.code === 'KeyExists')) throw error;
      }
    }
  }

  private async createByUpdate(info: UpdateInfo, context: RequestContext, dryRun: boolean, name: string): Promise<UpdateOutcome> {
    if (info.uid)
      throw this.refusals.preconditionFailed(context.namespace, name, `UID in precondition: ${info.uid}, UID in object meta: `, dryRun);
    const object = await info.updated(undefined);
    delete object.metadata.resourceVersion;
    let finish: Finish | undefined;
    try {
      finish = await this.prepareCreate(object, context, dryRun);
      const checked = info.validateCreate?.(object);
      if (checked) await checked;
      const outcome = await this.insert(object, dryRun);
      const done = finish;
      finish = undefined;
      await done?.(true);
      return { ...outcome, created: true };
    } finally {
      await finish?.(false);
    }
  }

  private async replace(
    existing: Stored<KubeObject>,
    name: string,
    info: UpdateInfo,
    context: RequestContext,
    dryRun: boolean,
  ): Promise<UpdateOutcome> {
    const { storage } = this.environment;
    const { strategy, resource } = this;
    const old = await this.open(existing.value);
    this.refusals.checkUid(info.uid, old, dryRun);
    const object = await info.updated(old);
    strategy.authorizeWrite?.(object, old, context);
    const meta = object.metadata;
    const given = meta.resourceVersion ?? '';
    if (given === '' || given === '0') {
      if (strategy.allowUnconditionalUpdate === false) {
        throw invalidObject({ group: resource.group, kind: resource.resource }, name, [
          invalid(METADATA.child('resourceVersion'), 0, 'must be specified for an update'),
        ]);
      }
      meta.resourceVersion = old.metadata.resourceVersion;
    } else if (given !== old.metadata.resourceVersion) {
      const parsed = parseUint64(given);
      if (typeof parsed === 'string') throw plainError(500, parsed);
      throw conflict(resource, name, MODIFIED);
    }

    const begun = strategy.beginUpdate?.(object, old, context, dryRun);
    let finish = begun instanceof Promise ? await begun : begun;
    try {
      this.prepareUpdate(object, old, context);
      resource.storedForm?.(object);
      let result = strategy.completedByReading?.(old) === true ? object : keepUnchanged(object, old);
      const checked = info.validateUpdate?.(result, old);
      if (checked) await checked;
      // What is stored has no link to itself; a dry run stores nothing, and answers the one that was sent (Go: PrepareObjectForStorage).
      if (!dryRun && result.metadata.selfLink !== undefined) {
        delete result.metadata.selfLink;
        result = keepUnchanged(result, old);
      }

      if (emptiedFinalizers(result, old) && strategy.shouldDeleteDuringUpdate?.(result, old) !== false) {
        const done = finish;
        finish = undefined;
        await done?.(true);
        return { ...(await this.removeEmptied(existing, result, dryRun)), created: false };
      }
      const closed = result === existing.value ? result : await this.close(result);
      const written = this.form === undefined ? closed : keepUnchanged(closed, existing.value);
      if (written === existing.value) {
        const done = finish;
        finish = undefined;
        await done?.(true);
        return { object: written, stored: existing, created: false };
      }
      if (dryRun) {
        await this.form?.prepare?.([written]);
        return { object: written, created: false };
      }
      const stored = await storage.update(existing.key, written, existing.revision);
      const done = finish;
      finish = undefined;
      await done?.(true);
      return { ...(await this.written(stored)), created: false };
    } finally {
      await finish?.(false);
    }
  }

  /** Go: rest.BeforeUpdate. Metadata is checked twice there, and clients see both sets of causes. */
  private prepareUpdate(object: KubeObject, old: KubeObject, context: RequestContext): void {
    const { strategy, resource } = this;
    const meta = object.metadata;
    const oldMeta = old.metadata;
    if (resource.namespaced) meta.namespace = context.namespace;
    else delete meta.namespace;
    setOrDelete(meta, 'generation', oldMeta.generation);
    strategy.prepareForUpdate?.(object, old, context);
    if (!meta.uid) meta.uid = oldMeta.uid;
    if (oldMeta.creationTimestamp !== undefined) meta.creationTimestamp = oldMeta.creationTimestamp;
    if (oldMeta.deletionTimestamp !== undefined) meta.deletionTimestamp = oldMeta.deletionTimestamp;
    if (oldMeta.deletionGracePeriodSeconds !== undefined && meta.deletionGracePeriodSeconds === undefined) {
      meta.deletionGracePeriodSeconds = oldMeta.deletionGracePeriodSeconds;
    }
    const validateName = strategy.validateName ?? nameIsDnsSubdomain;
    const errors = validateObjectMeta(meta, resource.namespaced, nameIsPathSegment, METADATA);
    const changes = validateObjectMetaUpdate(meta, oldMeta, METADATA);
    errors.push(...changes);
    if (strategy.validateUpdate === undefined) {
      if (errors.length > 0) errors.push(...validateObjectMeta(meta, resource.namespaced, validateName, METADATA), ...changes);
    } else {
      const own = strategy.validateUpdate(object, old, context, errors);
      if (errors.length > 0 && strategy.validatesMetadata !== true) errors.push(...changes);
      if (own.length > 0) errors.push(...own);
    }
    if (errors.length > 0) throw this.refusals.invalid(object, errors);
    for (const text of strategy.warningsOnUpdate?.(object, old, context) ?? []) context.warn(text);
    strategy.canonicalize?.(object);
  }

  private async removeEmptied(existing: Stored<KubeObject>, object: KubeObject, dryRun: boolean): Promise<Outcome> {
    if (dryRun) return await this.outcome(object);
    await this.environment.storage.delete(existing.key, existing.revision);
    await this.strategy.afterDelete?.(object, dryRun);
    return await this.outcome(object);
  }

  /** Go: Store.Delete. */
  async delete(
    namespace: string,
    name: string,
    options: DeleteOptions,
    context: RequestContext,
    validate?: ValidateCreate,
  ): Promise<DeleteOutcome> {
    const key = this.key(namespace, name);
    const { storage, clock } = this.environment;
    const own = await this.strategy.delete?.(this, name, options, context, validate);
    if (own !== undefined) return own;
    for (;;) {
      const existing = await storage.get(key);
      if (existing === undefined) throw noSuchObject(this.resource, name);
      const request: DeleteOptions = { ...options };
      const object = withOwnMetadata(await this.open(existing.value));
      const plan = beforeDelete(this, object, request, clock.now());
      if (plan === 'pending') {
        return { object: existing.value, stored: existing, deleted: false };
      }
      this.refusals.checkPreconditions(existing.value, request);
      const checked = validate?.(existing.value);
      if (checked) await checked;
      const finalizers = deletionFinalizers(this, object, request, context);
      if (finalizers.length > 0) object.metadata.finalizers = finalizers;
      else delete object.metadata.finalizers;
      const held = finalizers.length > 0;
      if (plan === 'now' && held) markAsDeleting(object.metadata, clock.now());
      try {
        if (held || (plan === 'graceful' && (request.gracePeriodSeconds ?? 0) > 0)) {
          const result = keepUnchanged(await this.close(object), existing.value);
          if (result === existing.value) return { object: result, stored: existing, deleted: false };
          if (options.dryRun) {
            await this.form?.prepare?.([result]);
            return { object: result, deleted: false };
          }
          return { ...(await this.written(await storage.update(key, result, existing.revision))), deleted: false };
        }
        if (options.dryRun) return { ...(plan === 'graceful' ? await this.outcome(object) : { object: existing.value }), deleted: true };
        let last = existing;
        if (plan === 'graceful') last = await storage.update(key, await this.close(object), existing.revision);
        const removed = await storage.delete(key, last.revision);
        await this.strategy.afterDelete?.(removed.value, false);
        return { ...(await this.written(removed)), deleted: true };
      } catch (error) {
        if (!isLostRace(error)) throw error;
      }
    }
  }
}

const METADATA = FieldPath.of('metadata');

/** The check of a new object's name. */
function namesOf({ validateName }: Strategy, object: KubeObject): ValidateName {
  return validateName === undefined ? nameIsDnsSubdomain : (name, prefix) => validateName(name, prefix, object);
}

function setOrDelete<K extends 'generation'>(meta: KubeObject['metadata'], key: K, value: KubeObject['metadata'][K]): void {
  if (value === undefined) delete meta[key];
  else meta[key] = value;
}

/** Go: ShouldDeleteDuringUpdate: no finalizer holds the deleted object, and no grace period is left. */
function emptiedFinalizers(object: KubeObject, old: KubeObject): boolean {
  if (old.metadata.deletionTimestamp === undefined || (object.metadata.finalizers?.length ?? 0) > 0) return false;
  return (old.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}
