import type { Json, ScalarName, Type } from '../../schema/type.js';
import { isList, isObject, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';

const GO_INTEGERS: Partial<Record<ScalarName, string>> = { int32: 'int32', int64: 'int64', uint32: 'uint32' };

/**
 * Throws for a fraction where a type has an integer. Numbers of an applied
 * configuration are floats; the schema of server-side apply knows no integers,
 * so only their conversion finds out (Go: runtime.UnstructuredConverter).
 */
export function checkIntegers(type: Type, value: Json | undefined, depth = 0): void {
  if (value === undefined || value === null) return;
  if (depth > MAX_DEPTH) throw new NestingError();
  if (type.kind === 'scalar') {
    const goType = typeof value === 'number' && !Number.isInteger(value) ? GO_INTEGERS[type.scalar] : undefined;
    if (goType !== undefined) throw new Error(`cannot convert float64 to ${goType}`);
  } else if (type.kind === 'list') {
    if (isList(value)) for (const item of value) checkIntegers(type.items, item, depth + 1);
  } else if (isObject(value)) {
    checkMembers(type, value, depth + 1);
  }
}

function checkMembers(type: Exclude<Type, { kind: 'scalar' | 'list' }>, value: ReadonlyJsonObject, depth: number): void {
  for (const name in value) {
    const memberType = type.kind === 'map' ? type.values : type.byName.get(name)?.type;
    if (memberType !== undefined) checkIntegers(memberType, member(value, name), depth);
  }
}
