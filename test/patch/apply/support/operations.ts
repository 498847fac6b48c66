import { StatusError } from '../../../../src/apimachinery/status.js';
import { FieldManager } from '../../../../src/patch/apply/field-manager.js';
import { parseFieldsV1 } from '../../../../src/patch/apply/fields-v1.js';
import { pathToText } from '../../../../src/patch/apply/path-element.js';
import type { VersionConverter } from '../../../../src/patch/apply/typed-object.js';
import type { Json, JsonObject, Type } from '../../../../src/schema/type.js';
import { objectType } from './types.js';

/** A request that writes the spec of the one object of a case. */
export interface Operation {
  readonly by: string;
  readonly apply?: Json;
  readonly update?: Json;
  readonly force?: boolean;
  /** `v1` if absent. */
  readonly version?: string;
  /** The fields that the request fails over, as `<manager> <path>`. */
  readonly conflicts?: readonly string[];
}

/** A list of operations and what comes of them. */
export interface Case {
  readonly title: string;
  /** The type of the spec. */
  readonly type: Type;
  /** The type from this operation on: a schema that changes in between. */
  readonly then?: { readonly at: number; readonly type: Type };
  readonly operations: readonly Operation[];
  /** The spec in the end. */
  readonly spec: Json | undefined;
  /** Who owns which paths below the spec in the end; updaters with a `*`. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

const GROUP = 'example';

/** The field manager of an object with such a spec. */
export function managerOf(spec: Type, version = 'v1', versions?: VersionConverter): FieldManager {
  return new FieldManager({
    type: objectType(spec),
    apiVersion: `${GROUP}/${version}`,
    kind: 'Thing',
    isCustom: true,
    versions,
    now: () => '2026-01-01T00:00:00Z',
    decode: (merged) => merged,
  });
}

/** A request's body. */
export function thing(spec: Json | undefined, version = 'v1'): JsonObject {
  const object: JsonObject = { apiVersion: `${GROUP}/${version}`, kind: 'Thing', metadata: { name: 'one' } };
  if (spec !== undefined) object['spec'] = structuredClone(spec) as JsonObject;
  return object;
}

type Convert = (object: JsonObject, apiVersion: string) => JsonObject;

/** Runs the operations of a case one after the other. */
export function run(
  operations: readonly Operation[],
  managerAt: (index: number, version: string) => FieldManager,
  convert: Convert = keep,
): Result {
  let live: JsonObject | undefined;
  const conflicts: (readonly string[])[] = [];
  operations.forEach((operation, index) => {
    const version = operation.version ?? 'v1';
    const manager = managerAt(index, version);
    const seen = live === undefined ? undefined : convert(live, `${GROUP}/${version}`);
    const found: string[] = [];
    try {
      const written =
        operation.apply !== undefined
          ? manager.apply(seen, thing(operation.apply, version), operation.by, operation.force === true)
          : manager.updateNoErrors(seen, withUid(thing(operation.update, version), seen), operation.by);
      live = convert(withUid(written, written), `${GROUP}/v1`);
    } catch (error) {
      if (!(error instanceof StatusError) || error.status.code !== 409) throw error;
      for (const cause of error.status.details?.causes ?? [])
        found.push(`${ownerIn(cause.message)} ${cause.field?.replace(/^\.spec/, '')}`);
    }
    conflicts.push(found);
  });
  return { spec: live?.['spec'], owners: ownersOf(live), conflicts };
}

export interface Result {
  readonly spec: Json | undefined;
  readonly owners: Record<string, string[]>;
  readonly conflicts: readonly (readonly string[])[];
}

function keep(object: JsonObject): JsonObject {
  return object;
}

function withUid(object: JsonObject, live: JsonObject | undefined): JsonObject {
  return live === undefined ? object : { ...object, metadata: { ...(object['metadata'] as JsonObject), uid: 'one' } };
}

function ownerIn(message = ''): string {
  return /"(.*?)"/.exec(message)?.[1] ?? message;
}

/** Owners with their paths, those below the spec without its name. */
export function ownersOf(object: JsonObject | undefined): Record<string, string[]> {
  const owners: Record<string, string[]> = {};
  const metadata = object?.['metadata'] as { managedFields?: Entry[] } | undefined;
  for (const entry of metadata?.managedFields ?? []) {
    const name = entry.operation === 'Update' ? `${entry.manager}*` : entry.manager;
    owners[name] = parseFieldsV1(entry.fieldsV1)
      .paths()
      .map((path) => pathToText(path).replace(/^\.spec/, ''))
      .filter((path) => path !== '')
      .sort();
  }
  return owners;
}

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly fieldsV1: JsonObject;
}
