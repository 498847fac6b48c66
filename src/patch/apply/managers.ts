import { goJson } from '../../apimachinery/field-error.js';
import type { JsonObject } from '../../schema/type.js';
import type { FieldSet } from './field-set.js';

export type Operation = 'Apply' | 'Update';

/**
 * Who owns fields: all that tells one entry of managedFields from another. An
 * applier is one and the same in every version, hence without `apiVersion`.
 */
export interface ManagerId {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource: string;
  /** The JSON of the above as the API server writes it; entries are told apart, and at times sorted, by it. */
  readonly key: string;
}

/** Makes the identity of a manager. */
export function managerId(manager: string, operation: Operation, apiVersion: string, subresource: string): ManagerId {
  const version = operation === 'Apply' ? '' : apiVersion;
  let key = '';
  if (manager !== '') key += `,"manager":${quoted(manager)}`;
  key += `,"operation":"${operation}"`;
  if (version !== '') key += `,"apiVersion":${quoted(version)}`;
  if (subresource !== '') key += `,"subresource":${quoted(subresource)}`;
  return { manager, operation, apiVersion: version, subresource, key: `{${key.slice(1)}}` };
}

const PLAIN = /^[\w ./:-]*$/;

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : goJson(text);
}

/** The fields of one manager, in the version that it used (Go: fieldpath.VersionedSet). */
export class Owned {
  /** The entry of managedFields that was last written for it; used again while its time stays. */
  entry: JsonObject | undefined = undefined;

  constructor(
    readonly id: ManagerId,
    readonly set: FieldSet,
    readonly apiVersion: string,
    readonly applied: boolean,
  ) {}

  /** The same owner with other fields. */
  withSet(set: FieldSet): Owned {
    return new Owned(this.id, set, this.apiVersion, this.applied);
  }
}

/** Owners by `ManagerId.key`. */
export type Owners = Map<string, Owned>;

/**
 * What managedFields say. Times are kept apart from the owners: a manager that
 * loses its fields and gains others within one request keeps its time.
 */
export interface Managed {
  readonly owners: Owners;
  /** RFC 3339 in whole seconds, UTC; undefined for an entry without time. */
  readonly times: Map<string, string | undefined>;
}

/** Nobody owns anything. */
export function emptyManaged(): Managed {
  return { owners: new Map(), times: new Map() };
}
