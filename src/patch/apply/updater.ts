import type { JsonObject } from '../../schema/type.js';
import { compare, type Comparison } from './compare.js';
import { type Conflict, ConflictsError } from './conflicts.js';
import { difference, EMPTY_SET, type FieldSet, intersection, union } from './field-set.js';
import type { FieldFilter } from './filters.js';
import { equalJson, isObject } from './json.js';
import { type ManagerId, Owned, type Owners } from './managers.js';
import { merge } from './merge.js';
import { withNamedFields } from './named-fields.js';
import { ownedFields } from './owned-fields.js';
import { reconcile } from './reconcile.js';
import { removeItems } from './remove.js';
import { MissingVersionError, type TypedConverter, type TypedObject } from './typed-object.js';

/** The outcome of an apply. */
export interface Applied {
  /** The merged object; undefined if it equals the live one. */
  readonly object: TypedObject | undefined;
  readonly owners: Owners;
}

/**
 * Who owns what after a write, and what an applied configuration makes of the
 * live object (structured-merge-diff, package merge; KEP-555).
 */
export class Updater {
  constructor(
    private readonly converter: TypedConverter,
    /** Fields that do not count, by API version. */
    private readonly filters: ReadonlyMap<string, FieldFilter>,
  ) {}

  /**
   * The owners after an update from one object to the other, which takes what it
   * changes from whoever owned it. `owners` is given up.
   */
  update(live: TypedObject, updated: TypedObject, owners: Owners, id: ManagerId): Owners {
    const current = this.reconcileAll(live, owners);
    const changes = this.settle(live, updated, current, id.key, true);
    const before = current.get(id.key)?.set ?? EMPTY_SET;
    const set = this.filter(updated.apiVersion, union(union(difference(before, changes.removed), changes.modified), changes.added));
    if (set.isEmpty()) current.delete(id.key);
    else current.set(id.key, new Owned(id, set, updated.apiVersion, false));
    return current;
  }

  /**
   * Merges a configuration into the live object. What the manager applied before
   * and does not any more is removed, unless someone else owns it. Throws
   * `ConflictsError` where it would change others' fields, unless forced.
   */
  apply(live: TypedObject, config: TypedObject, owners: Owners, id: ManagerId, force: boolean): Applied {
    const current = this.reconcileAll(live, owners);
    const merged = wrapping('failed to merge config', () => merge(live.shape, live.value, config.value));
    const last = current.get(id.key);
    const set = this.filter(config.apiVersion, ownedFields(config.shape, config.value));
    const owned = new Owned(id, set, config.apiVersion, true);
    current.set(id.key, owned);
    const mergedObject: TypedObject = { ...config, value: isObject(merged) ? merged : {} };
    const object = wrapping('failed to prune fields', () => this.prune(mergedObject, current, owned, last));
    this.settle(live, object, current, id.key, force);
    return { object: equalJson(live.value, object.value) ? undefined : object, owners: current };
  }

  /** Takes changed fields from all other owners; without force that is a conflict. */
  private settle(before: TypedObject, after: TypedObject, owners: Owners, self: string, force: boolean): Comparison {
    const changes = this.filterAll(after.apiVersion, compare(after.shape, before.value, after.value));
    const byVersion = new Map([[after.apiVersion, changes]]);
    const conflicts = new Map<string, FieldSet>();
    const removed = new Map<string, FieldSet>();
    for (const [key, owned] of owners) {
      if (key === self) continue;
      const seen = this.changesIn(owned.apiVersion, before, after, byVersion);
      if (seen === undefined) {
        owners.delete(key);
        continue;
      }
      const conflict = intersection(owned.set, union(seen.modified, seen.added));
      if (!conflict.isEmpty()) conflicts.set(key, conflict);
      if (!seen.removed.isEmpty()) removed.set(key, seen.removed);
    }
    if (!force && conflicts.size > 0) throw new ConflictsError(listConflicts(owners, conflicts));
    for (const [key, taken] of conflicts) take(owners, key, taken);
    for (const [key, taken] of removed) take(owners, key, taken);
    for (const [key, owned] of owners) if (owned.set.isEmpty()) owners.delete(key);
    return changes;
  }

  /** The changes as an owner sees them that uses another version; undefined if that version is gone. */
  private changesIn(apiVersion: string, before: TypedObject, after: TypedObject, known: Map<string, Comparison>): Comparison | undefined {
    let changes = known.get(apiVersion);
    if (changes === undefined) {
      const from = this.convertIfKnown('failed to convert old object', before, apiVersion);
      const to = from === undefined ? undefined : this.convertIfKnown('failed to convert new object', after, apiVersion);
      if (from === undefined || to === undefined) return undefined;
      changes = this.filterAll(apiVersion, compare(to.shape, from.value, to.value));
      known.set(apiVersion, changes);
    }
    return changes;
  }

  private convertIfKnown(doing: string, object: TypedObject, apiVersion: string): TypedObject | undefined {
    if (object.apiVersion === apiVersion) return object;
    try {
      return this.converter.convert(object, apiVersion);
    } catch (error) {
      if (error instanceof MissingVersionError) return undefined;
      throw wrapped(doing, error);
    }
  }

  private filter(apiVersion: string, set: FieldSet): FieldSet {
    return this.filters.get(apiVersion)?.(set) ?? set;
  }

  private filterAll(apiVersion: string, changes: Comparison): Comparison {
    const filter = this.filters.get(apiVersion);
    if (filter === undefined) return changes;
    return { added: filter(changes.added), modified: filter(changes.modified), removed: filter(changes.removed) };
  }

  /** The owners, their sets adapted to today's schema; those of unknown versions are left out. */
  private reconcileAll(live: TypedObject, owners: Owners): Owners {
    for (const [key, owned] of owners) {
      const seen = this.convertLive(live, owned.apiVersion);
      if (seen === undefined) {
        owners.delete(key);
        continue;
      }
      const set = reconcile(owned.set, seen.shape);
      if (set !== owned.set) owners.set(key, owned.withSet(set));
    }
    return owners;
  }

  private convertLive(live: TypedObject, apiVersion: string): TypedObject | undefined {
    if (live.apiVersion === apiVersion) return live;
    try {
      return this.converter.convert(live, apiVersion);
    } catch (error) {
      if (error instanceof MissingVersionError) return undefined;
      throw error;
    }
  }

  /** Removes what the manager applied last time, not this time, and nobody else owns. */
  private prune(merged: TypedObject, owners: Owners, owned: Owned, last: Owned | undefined): TypedObject {
    if (last === undefined || last.set.isEmpty()) return merged;
    const seen = this.convertIfKnown('failed to convert merged object to last applied version', merged, last.apiVersion);
    if (seen === undefined) return merged;
    const lastSet = withNamedFields(last.set, seen.shape);
    const without = withValue(seen, removeItems(seen.shape, seen.value, lastSet) as JsonObject | null);
    const kept = wrapping('failed add back owned items', () => this.addBackOwned(seen, without, last.apiVersion, owners));
    const result = wrapping('failed add back dangling items', () => this.addBackDangling(seen, kept, last.apiVersion, lastSet));
    return this.converter.convert(result, owned.apiVersion);
  }

  /** Puts back what anyone (the applied configuration included) owns. */
  private addBackOwned(merged: TypedObject, pruned: TypedObject, firstVersion: string, owners: Owners): TypedObject {
    const byVersion = new Map<string, FieldSet>();
    for (const { apiVersion, set } of owners.values()) byVersion.set(apiVersion, union(byVersion.get(apiVersion) ?? EMPTY_SET, set));
    // The version that was pruned goes first: conversions may need what comes back with it.
    const versions = [...byVersion.keys()].sort((a, b) => Number(b === firstVersion) - Number(a === firstVersion));
    let whole = merged;
    let result = pruned;
    for (const version of versions) {
      const wholeThere = this.convertIfKnown(`failed to convert merged object at version ${version}`, whole, version);
      const resultThere = this.convertIfKnown(`failed to convert pruned object at version ${version}`, result, version);
      if (wholeThere === undefined || resultThere === undefined) continue;
      const owned = withNamedFields(byVersion.get(version) ?? EMPTY_SET, wholeThere.shape);
      const gone = difference(namedFieldsOf(wholeThere), union(namedFieldsOf(resultThere), owned));
      whole = wholeThere;
      result = withValue(wholeThere, removeItems(wholeThere.shape, wholeThere.value, gone) as JsonObject | null);
    }
    return result;
  }

  /** Puts back what the manager had never applied itself. */
  private addBackDangling(merged: TypedObject, pruned: TypedObject, version: string, lastSet: FieldSet): TypedObject {
    const there = this.convertIfKnown('failed to convert pruned object to last applied version', pruned, version);
    if (there === undefined) return merged;
    const gone = intersection(difference(namedFieldsOf(merged), namedFieldsOf(there)), lastSet);
    return withValue(merged, removeItems(merged.shape, merged.value, gone) as JsonObject | null);
  }
}

function namedFieldsOf(object: TypedObject): FieldSet {
  return withNamedFields(ownedFields(object.shape, object.value), object.shape);
}

function withValue(object: TypedObject, value: JsonObject | null): TypedObject {
  return { ...object, value: value ?? {} };
}

function take(owners: Owners, key: string, taken: FieldSet): void {
  const owned = owners.get(key);
  if (owned === undefined) return;
  const set = difference(owned.set, taken);
  if (set !== owned.set) owners.set(key, owned.withSet(set));
}

function listConflicts(owners: Owners, conflicts: ReadonlyMap<string, FieldSet>): Conflict[] {
  const out: Conflict[] = [];
  for (const [key, set] of conflicts) {
    const owned = owners.get(key);
    if (owned !== undefined) for (const path of set.paths()) out.push({ id: owned.id, path });
  }
  return out;
}

/** An error with what was being done before its message, as Go's errors are wrapped. */
export function wrapped(doing: string, error: unknown): Error {
  return new Error(`${doing}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

function wrapping<T>(doing: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw wrapped(doing, error);
  }
}
