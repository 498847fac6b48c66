import { goQuote } from '../../apimachinery/field-error.js';
import { asGiven } from '../../schema/given-empty.js';
import type { Json, JsonObject } from '../../schema/type.js';
import { parseFieldsV1, toFieldsV1 } from './fields-v1.js';
import { equalJson, isList, isObject, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { emptyManaged, type Managed, managerId, type Operation, Owned } from './managers.js';
import { compareText } from './order.js';
import { PathElementError } from './path-element.js';

/** managedFields that cannot be understood; the message is the API server's. */
export class ManagedFieldsError extends Error {
  override readonly name = 'ManagedFieldsError';
}

/**
 * What a list of entries says is kept at the list, where no encoder or
 * comparison sees it: a WeakMap costs more than all else that a small write
 * does. `isFinal` marks lists that were written here, not sent by a client.
 */
const CONTENT: unique symbol = Symbol('content of managedFields');

interface Content extends Managed {
  readonly isFinal: boolean;
  readonly length: number;
}

type Entries = readonly Json[] & { readonly [CONTENT]?: Content };

const descriptor: PropertyDescriptor = { value: undefined, enumerable: false, configurable: true };

function remember(entries: Entries, content: Content): void {
  if (!Object.isExtensible(entries)) return;
  descriptor.value = content;
  Object.defineProperty(entries, CONTENT, descriptor);
  descriptor.value = undefined;
}

/** What is known of a list, unless somebody has added or removed entries in place. */
function contentOf(entries: Entries): Content | undefined {
  const content = entries[CONTENT];
  return content === undefined || content.length === entries.length ? content : undefined;
}

/**
 * Reads metadata.managedFields (Go: internal.DecodeManagedFields). Throws a
 * `ManagedFieldsError`. The owners may be changed by the caller.
 */
export function decodeManagedFields(entries: Json | undefined): Managed {
  if (!isList(entries) || entries.length === 0) return emptyManaged();
  let managed: Managed | undefined = contentOf(entries);
  if (managed === undefined) {
    managed = readEntries(entries);
    remember(entries, { ...managed, isFinal: false, length: entries.length });
  }
  return { owners: new Map(managed.owners), times: new Map(managed.times) };
}

function readEntries(entries: readonly Json[]): Managed {
  const managed = emptyManaged();
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as Json;
    const owned = readEntry(isObject(entry) ? entry : {}, i);
    managed.owners.set(owned.id.key, owned);
    managed.times.set(owned.id.key, isObject(entry) ? readTime(entry['time']) : undefined);
  }
  return managed;
}

function readEntry(entry: ReadonlyJsonObject, index: number): Owned {
  const operation = text(entry['operation']);
  if (operation !== 'Apply' && operation !== 'Update') throw new ManagedFieldsError('operation must be `Apply` or `Update`');
  const apiVersion = text(entry['apiVersion']);
  if (apiVersion === '') throw new ManagedFieldsError('apiVersion must not be empty');
  const fieldsType = text(entry['fieldsType']);
  if (fieldsType === '') throw new ManagedFieldsError(`missing fieldsType in managed fields entry ${index}`);
  if (fieldsType !== 'FieldsV1') throw new ManagedFieldsError(`invalid fieldsType ${goQuote(fieldsType)} in managed fields entry ${index}`);
  const id = managerId(text(entry['manager']), operation, apiVersion, text(entry['subresource']));
  return new Owned(id, readSet(entry), apiVersion, operation === 'Apply');
}

function readSet(entry: ReadonlyJsonObject): Owned['set'] {
  try {
    return parseFieldsV1(entry['fieldsV1']);
  } catch (error) {
    if (!(error instanceof PathElementError || error instanceof NestingError)) throw error;
    throw new ManagedFieldsError(`error decoding versioned set: error decoding set: ${error.message}`);
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function readTime(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.endsWith('Z') && value.length === 20) return value;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/**
 * Writes metadata.managedFields (Go: internal.encodeManagedFields): sorted by
 * operation, time in whole seconds, manager, version and subresource. Undefined
 * if nobody owns anything; the list from before if it says the same. Entries and their sets may be shared between objects
 * and must not be changed; the argument is given up to this function.
 */
export function encodeManagedFields(managed: Managed, before?: Json): JsonObject[] | undefined {
  if (managed.owners.size === 0) return undefined;
  if (isList(before) && isUnchanged(managed, before)) return before as JsonObject[];
  const entries: JsonObject[] = [];
  for (const owned of managed.owners.values()) entries.push(entryFor(owned, managed.times.get(owned.id.key)));
  if (entries.length > 1) entries.sort(compareEntries);
  remember(entries, { owners: managed.owners, times: timesOf(managed), isFinal: true, length: entries.length });
  return entries;
}

/** The times of those who own something; others' must not come back with them. */
function timesOf({ owners, times }: Managed): Managed['times'] {
  if (times.size === owners.size) return times;
  const out: Managed['times'] = new Map();
  for (const key of owners.keys()) out.set(key, times.get(key));
  return out;
}

/** True if entries that were written by us say the same. */
function isUnchanged({ owners, times }: Managed, entries: Entries): boolean {
  const before = contentOf(entries);
  if (before?.isFinal !== true || before.owners.size !== owners.size) return false;
  for (const [key, owned] of owners) {
    if (before.owners.get(key) !== owned || before.times.get(key) !== times.get(key)) return false;
  }
  return true;
}

function compareEntries(a: JsonObject, b: JsonObject): number {
  return (
    compareText(text(a['operation']), text(b['operation'])) ||
    seconds(a['time']) - seconds(b['time']) ||
    compareText(text(a['manager']), text(b['manager'])) ||
    compareText(text(a['apiVersion']), text(b['apiVersion'])) ||
    compareText(text(a['subresource']), text(b['subresource']))
  );
}

function seconds(time: Json | undefined): number {
  return typeof time === 'string' ? Date.parse(time) : 0;
}

function entryFor(owned: Owned, time: string | undefined): JsonObject {
  if (owned.entry !== undefined && owned.entry['time'] === time) return owned.entry;
  const { id } = owned;
  const operation: Operation = owned.applied ? 'Apply' : id.operation;
  const entry: JsonObject = {};
  if (id.manager !== '') entry['manager'] = id.manager;
  entry['operation'] = operation;
  if (owned.apiVersion !== '') entry['apiVersion'] = owned.apiVersion;
  if (time !== undefined) entry['time'] = time;
  entry['fieldsType'] = 'FieldsV1';
  entry['fieldsV1'] = toFieldsV1(owned.set) as JsonObject;
  if (id.subresource !== '') entry['subresource'] = id.subresource;
  owned.entry = entry;
  return entry;
}

/** The message of what is wrong with managedFields, undefined if nothing is (Go: managedfields.ValidateManagedFields). */
export function managedFieldsFault(entries: Json | undefined): string | undefined {
  try {
    decodeManagedFields(entries);
    return undefined;
  } catch (error) {
    if (error instanceof ManagedFieldsError) return error.message;
    throw error;
  }
}

/** A request resets managedFields with an empty list, or a list of one empty entry. */
export function isReset(entries: Json | undefined): boolean {
  if (!isList(entries)) return false;
  if (entries.length === 0) return true;
  const [only] = entries;
  return (
    entries.length === 1 && isObject(only) && Object.values(only).every((value) => value === undefined || value === null || value === '')
  );
}

/** metadata.managedFields as a request gave it; a decoded body leaves an empty list out, which starts over all the same. */
export function sentManagedFieldsOf(object: ReadonlyJsonObject): Json | undefined {
  const metadata = member(object, 'metadata');
  return isObject(metadata) ? (asGiven(metadata, 'managedFields') ?? undefined) : undefined;
}

/** metadata.managedFields of an object, if it has any. */
export function managedFieldsOf(object: ReadonlyJsonObject | undefined): Json | undefined {
  const metadata = object === undefined ? undefined : member(object, 'metadata');
  const entries = isObject(metadata) ? metadata['managedFields'] : undefined;
  return entries === null ? undefined : entries;
}

/**
 * The stored entries where a request sends them back unchanged, so that what is
 * known about them (the parsed sets) is found again.
 */
export function preferStored(sent: Json | undefined, stored: Json | undefined): Json | undefined {
  return sent !== stored && isList(sent) && isList(stored) && equalJson(sent, stored) ? stored : sent;
}
