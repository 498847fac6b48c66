import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, JsonValue, Type } from '../../../src/schema/type.js';
import { isWithin, type FieldPath } from './field-paths.js';
import type { Exception } from './sample-objects.js';

/** Where an answer is not what was sent, in words; what the server adds to structs, lists and maps is not looked at. */
export function differences(
  type: Type,
  sent: JsonValue,
  got: JsonValue,
  exceptionAt: (path: FieldPath) => Exception | undefined,
): string[] {
  const compare = (want: JsonValue | undefined, have: JsonValue | undefined, of: Type, path: FieldPath): string[] => {
    if (want === undefined) return [];
    const exception = exceptionAt(path);
    if (exception !== undefined) return isMet(exception, want, have) ? [] : [`${path} is not ${exception.is}, but ${JSON.stringify(have)}`];
    const parts = partsOf(want, have, of, path);
    if (parts !== undefined) return parts.flatMap((part) => compare(...part));
    return isDeepStrictEqual(want, have) ? [] : [`${path}: ${JSON.stringify(want)} became ${JSON.stringify(have)}`];
  };
  return compare(sent, got, type, '');
}

type Part = [want: JsonValue | undefined, have: JsonValue | undefined, type: Type, path: FieldPath];

/** What to compare one by one; undefined where the two must be equal as they are. */
function partsOf(want: JsonValue, have: JsonValue | undefined, type: Type, path: FieldPath): Part[] | undefined {
  if (type.kind === 'scalar' || typeof want !== 'object' || want === null || typeof have !== 'object' || have === null) return undefined;
  if (type.kind === 'list')
    return (want as JsonValue[]).map((item, i) => [item, (have as JsonValue[])[i], type.items, `${path}[]`] satisfies Part);
  const object = have as JsonObject;
  return Object.entries(want).map(([key, value]: [string, JsonValue | undefined]): Part => {
    if (type.kind === 'map') return [value, object[key], type.values, `${path}{}`];
    const field = type.byName.get(key);
    if (field === undefined) throw new Error(`${path}.${key} is not declared`);
    return [value, object[key], field.type, path === '' ? key : `${path}.${key}`];
  });
}

function isMet(exception: Exception, sent: JsonValue, got: JsonValue | undefined): boolean {
  if (exception.is === 'dropped') return got === undefined || got === null;
  return exception.is === 'refused' || (got !== undefined && !isDeepStrictEqual(sent, got));
}

/** The exceptions of one kind, by the paths that it declares. */
export function exceptionsOf(all: readonly Exception[], kind: string, declared: Iterable<FieldPath>): ReadonlyMap<FieldPath, Exception> {
  const mine = all.filter(({ kinds }) => kinds === undefined || kinds.includes(kind));
  const found = new Map<FieldPath, Exception>();
  for (const path of declared) {
    const exception = mine.find(({ fields }) =>
      fields.some((field) => (field.startsWith('*') ? `.${path}`.endsWith(field.slice(1)) : path === field)),
    );
    const parts = [...found.keys()].some((field) => isWithin(path, field));
    if (exception !== undefined && !parts) found.set(path, exception);
  }
  for (const [path, { is }] of found) if (is === 'kept') found.delete(path);
  return found;
}
