import { DecodingError } from '../../schema/decoding-error.js';
import { fromUnstructured } from '../from-unstructured.js';
import { badRequest, plainError, StatusError } from '../../apimachinery/status.js';
import type { Json, JsonObject, StructType } from '../../schema/type.js';
import { capUpdaters } from './cap-updaters.js';
import { ConflictsError, conflictStatus, notAllowed } from './conflicts.js';
import { difference, type FieldSet, sameSet, setOf, union } from './field-set.js';
import { excludeFields, type FieldFilter } from './filters.js';
import { isList, isObject, type ReadonlyJsonObject } from './json.js';
import { fieldsOfLastApplied, lastAppliedOf, withLastApplied } from './last-applied.js';
import { decodeManagedFields, encodeManagedFields, isReset, managedFieldsOf, preferStored, sentManagedFieldsOf } from './managed-fields.js';
import { emptyManaged, type Managed, type ManagerId, managerId, type Operation, Owned } from './managers.js';
import { describeObject, hasUid, kindText, withManagedFields } from './object-meta.js';
import { fieldPath } from './path-element.js';
import { rootShapeOf, type Shape, shapeOf } from './shape.js';
import { TypedConverter, type TypedObject, type VersionConverter } from './typed-object.js';
import { Updater, wrapped } from './updater.js';
import { checkDepth, validate } from './validate.js';
import { zeroObject } from './zero-object.js';

export interface FieldManagerOptions {
  /** The type of the whole object, apiVersion, kind and metadata included. */
  readonly type: StructType;
  /** The version of the requests, and of all objects handed over. */
  readonly apiVersion: string;
  readonly kind: string;
  /** `status`, `scale`, …; empty for the resource itself. */
  readonly subresource?: string | undefined;
  /**
   * A custom resource: its zero value is an object without fields, and values
   * may not fit the schema (which a decoder of built-in types rules out).
   */
  readonly isCustom?: boolean | undefined;
  /** Why no empty object of this kind can be had, which fails the first apply to an object that nobody keeps track of. */
  readonly noZero?: string | undefined;
  /** Fields that the strategy resets and that nobody therefore owns, by API version. */
  readonly resetFields?: ReadonlyMap<string, FieldSet> | undefined;
  /** For strategies that keep only few fields, instead of `resetFields`. */
  readonly filters?: ReadonlyMap<string, FieldFilter> | undefined;
  /** For resources with several versions; without it only `apiVersion` exists. */
  readonly versions?: VersionConverter | undefined;
  /** The time of the request: RFC 3339, UTC, whole seconds (`2026-01-02T03:04:05Z`). */
  readonly now: () => string;
  /**
   * Makes a merged object what a decoder makes of a body: coerced to the type,
   * normalised and defaulted. It must not change its argument, which shares
   * parts with the live object. Whatever it throws but a StatusError answers 500,
   * with its message after what was being done.
   */
  readonly decode: (merged: JsonObject) => JsonObject;
  /** Told of errors that cost an object its managedFields on an update; upstream logs them as "should not happen". */
  readonly report?: ((error: unknown) => void) | undefined;
}

/** Every object has these, and nobody owns them. */
const UNOWNED = setOf(
  fieldPath('apiVersion'),
  fieldPath('kind'),
  fieldPath('metadata'),
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(
    (name) => fieldPath('metadata', name),
  ),
);

/** Stands for whoever sends the current update, so that its changes can be told from what it owned before. */
const CURRENT: ManagerId = { ...managerId('', 'Update', '', ''), key: 'current-operation' };

const BEFORE_FIRST_APPLY = 'before-first-apply';
const KUBECTL = 'kubectl';

/**
 * Keeps metadata.managedFields and merges applied configurations, for one kind,
 * version and subresource (Go: apimachinery's package managedfields; KEP-555).
 *
 * What the registry does around it:
 * - create, update and every patch but apply: build the new object in the
 *   version of the request, decoded, normalised and defaulted, and call
 *   `updateNoErrors` before mutating admission and before the strategy prepares
 *   it. `live` is the stored object in the same version; undefined on create
 *   (also when a PUT creates).
 * - apply: call `apply`, then go on as with any other update (or as with a
 *   create if there was no object), starting with the checks of uid, namespace
 *   and name.
 * - before writing an update: `keepTimes`, so that a request that changes
 *   nothing but times writes nothing.
 *
 * Objects handed in are never changed; results share subtrees with them, and the
 * entries of managedFields are shared between versions of an object.
 */
export class FieldManager {
  private readonly apiVersion: string;
  private readonly shape: Shape;
  private readonly subresource: string;
  private readonly updater: Updater;
  private zero: TypedObject | undefined;

  constructor(private readonly options: FieldManagerOptions) {
    this.apiVersion = options.apiVersion;
    this.shape = rootShapeOf(options.type);
    this.subresource = options.subresource ?? '';
    this.updater = new Updater(new TypedConverter(options.versions), filtersOf(options));
  }

  /**
   * The new object with the managedFields that the write gives it. An error in
   * keeping track costs the object its managedFields, not the request.
   */
  updateNoErrors(live: ReadonlyJsonObject | undefined, object: JsonObject, manager: string): JsonObject {
    const stored = managedFieldsOf(live);
    try {
      const managed = this.decodeLiveOrNew(stored, sentManagedFieldsOf(object));
      const result = this.track(live, object, managed, manager);
      return withManagedFields(object, encodeManagedFields(result, stored));
    } catch (error) {
      this.options.report?.(error);
      return withManagedFields(object, undefined);
    }
  }

  /**
   * The live object (or a new one) with a configuration merged in. Throws a
   * StatusError: 409 with a cause per conflict, 400 for a configuration of
   * another type, 500 for one that does not fit the schema.
   */
  apply(live: ReadonlyJsonObject | undefined, config: ReadonlyJsonObject, manager: string, force: boolean): JsonObject {
    const current = live ?? this.newZero();
    const stored = managedFieldsOf(live);
    const managed = failing('failed to decode managed fields', () => decodeManagedFields(stored));
    this.checkKind(config);
    const merged = this.mergeAs(current, config, managed, manager, force);
    const object =
      manager === KUBECTL && lastAppliedOf(merged.object) !== undefined ? withLastApplied(merged.object, config) : merged.object;
    return withManagedFields(object, encodeManagedFields(merged.managed, stored), true);
  }

  /** What is sent counts if it is readable and not empty; an emptied list starts over. Subresources cannot write it. */
  private decodeLiveOrNew(stored: Json | undefined, sent: Json | undefined): Managed {
    if (this.subresource === '') {
      if (isReset(sent)) return emptyManaged();
      const managed = readable(preferStored(sent, stored));
      if (managed.owners.size > 0) return managed;
    }
    return readable(stored);
  }

  private track(live: ReadonlyJsonObject | undefined, object: JsonObject, managed: Managed, manager: string): Managed {
    // An object that nobody keeps track of stays so until somebody applies to it.
    if (managed.owners.size === 0 && live !== undefined && hasUid(live)) return managed;
    return this.trackUpdate(live === undefined ? this.zeroTyped() : this.typed(live), this.typed(object), managed, manager);
  }

  private trackUpdate(live: TypedObject, updated: TypedObject, managed: Managed, manager: string): Managed {
    if (this.options.isCustom === true) this.validateBoth(live, updated);
    const owners = wrapping(
      () => `failed to update ManagedFields (${describeObject(updated.value)})`,
      () => this.updater.update(live, updated, managed.owners, CURRENT),
    );
    const changed = owners.get(CURRENT.key);
    if (changed !== undefined) {
      owners.delete(CURRENT.key);
      const set = difference(changed.set, UNOWNED);
      if (!set.isEmpty()) {
        const id = this.idOf(manager, 'Update');
        const before = owners.get(id.key);
        owners.set(id.key, new Owned(id, before === undefined ? set : union(before.set, set), this.apiVersion, false));
        managed.times.set(id.key, this.options.now());
      }
    }
    const result = { owners, times: managed.times };
    capUpdaters(result);
    return result;
  }

  private validateBoth(live: TypedObject, updated: TypedObject): void {
    wrapping(
      () => `failed to convert new object (${describeObject(updated.value)}) to smd typed`,
      () => validate(this.shape, updated.value, { allowDuplicates: true }),
    );
    wrapping(
      () => `failed to convert live object (${describeObject(live.value)}) to smd typed`,
      () => validate(this.shape, live.value, { allowDuplicates: true, validated: updated.value }),
    );
  }

  private mergeAs(live: ReadonlyJsonObject, config: ReadonlyJsonObject, managed: Managed, manager: string, force: boolean): Merged {
    const from = managed.owners.size === 0 ? this.trackExisting(live, managed) : managed;
    const typedLive = this.typed(live);
    try {
      return this.merge(typedLive, config, from, manager, force);
    } catch (error) {
      if (!(error instanceof ConflictsError)) throw error;
      if (manager !== KUBECTL) throw conflictStatus(error.conflicts);
      const allowed = fieldsOfLastApplied(typedLive);
      const conflicts = allowed === undefined ? error.conflicts : notAllowed(error.conflicts, allowed);
      if (conflicts.length > 0) throw conflictStatus(conflicts);
      return this.merge(typedLive, config, from, manager, true);
    }
  }

  /** The first apply to an object that nobody keeps track of: all that is there gets an owner. */
  private trackExisting(live: ReadonlyJsonObject, managed: Managed): Managed {
    return failing('failed to create manager for existing fields', () => {
      if (this.options.noZero !== undefined) throw new Error(this.options.noZero);
      return this.trackUpdate(this.zeroTyped(), this.typed(live), managed, BEFORE_FIRST_APPLY);
    });
  }

  private merge(live: TypedObject, config: ReadonlyJsonObject, managed: Managed, manager: string, force: boolean): Merged {
    const typedConfig = this.typedConfig(config);
    failing(`failed to create typed live object (${describeObject(live.value)})`, () =>
      validate(this.shape, live.value, { allowDuplicates: true }),
    );
    const id = this.idOf(manager, 'Apply');
    const times = new Map(managed.times);
    const applied = this.applyOwners(live, typedConfig, managed, id, force);
    const owned = applied.owners.get(id.key);
    if (owned !== undefined) {
      const set = difference(owned.set, UNOWNED);
      const before = managed.owners.get(id.key);
      if (set.isEmpty()) applied.owners.delete(id.key);
      else applied.owners.set(id.key, before?.apiVersion === this.apiVersion && sameSet(before.set, set) ? before : owned.withSet(set));
    }
    const result = { owners: applied.owners, times };
    if (applied.object === undefined) return { object: live.value as JsonObject, managed: result };
    const merged = applied.object.value as JsonObject;
    const object = failing(`failed to convert new object (${describeObject(config)}) to proper version`, () => this.decode(merged));
    times.set(id.key, this.options.now());
    return { object, managed: result };
  }

  private decode(merged: JsonObject): JsonObject {
    const { isCustom, type, decode } = this.options;
    if (isCustom === true) return decode(merged);
    try {
      const { object, error } = fromUnstructured(type, merged);
      if (error !== undefined) throw new DecodingError(error);
      return decode(object);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      throw wrapped(`unable to convert unstructured object to ${kindText(merged)}`, error);
    }
  }

  private applyOwners(
    live: TypedObject,
    config: TypedObject,
    managed: Managed,
    id: ManagerId,
    force: boolean,
  ): ReturnType<Updater['apply']> {
    try {
      return this.updater.apply(live, config, new Map(managed.owners), id, force);
    } catch (error) {
      if (error instanceof ConflictsError || error instanceof StatusError) throw error;
      throw plainError(500, error instanceof Error ? error.message : String(error));
    }
  }

  private typedConfig(config: ReadonlyJsonObject): TypedObject {
    const metadata = config['metadata'];
    const entries = isObject(metadata) ? metadata['managedFields'] : undefined;
    if (isList(entries) && entries.every(isObject)) throw badRequest('metadata.managedFields must be nil');
    failing(`failed to create typed patch object (${describeObject(config)})`, () => {
      checkDepth(config);
      validate(shapeOf(this.options.type), config, { allowDuplicates: false });
    });
    return this.typed(config);
  }

  private checkKind(config: ReadonlyJsonObject): void {
    if (config['apiVersion'] !== this.apiVersion || config['kind'] !== this.options.kind) {
      throw badRequest(`invalid object type: ${kindText(config)}`);
    }
  }

  private idOf(manager: string, operation: Operation): ManagerId {
    return managerId(manager === '' ? 'unknown' : manager, operation, this.apiVersion, this.subresource);
  }

  private typed(value: ReadonlyJsonObject): TypedObject {
    return { apiVersion: this.apiVersion, shape: this.shape, value };
  }

  private zeroTyped(): TypedObject {
    return (this.zero ??= this.typed(this.newZero()));
  }

  private newZero(): JsonObject {
    const { type, apiVersion, kind, isCustom } = this.options;
    return isCustom === true ? { apiVersion, kind } : zeroObject(type, apiVersion, kind);
  }
}

interface Merged {
  readonly object: JsonObject;
  readonly managed: Managed;
}

function filtersOf({ resetFields, filters }: FieldManagerOptions): ReadonlyMap<string, FieldFilter> {
  const all = new Map(filters);
  for (const [apiVersion, fields] of resetFields ?? []) all.set(apiVersion, excludeFields(fields));
  return all;
}

function readable(entries: Json | undefined): Managed {
  try {
    return decodeManagedFields(entries);
  } catch {
    return emptyManaged();
  }
}

function wrapping<T>(doing: () => string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw wrapped(doing(), error);
  }
}

/** Runs a step of an apply; what it throws answers 500. */
function failing<T>(doing: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw plainError(500, `${doing}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
