import type { Field, JsonObject, JsonValue, StructType, Type } from '../../../src/schema/type.js';

/**
 * Paths of fields as the test of every field writes them: `spec.containers[].env[].name`, `spec.devices[].attributes{}.int`.
 * A step into a list is `[]` and one into a map `{}`, whatever its index or key.
 */
export type FieldPath = string;

/** Every field that a type declares, parents first. A struct within itself is entered once. */
export function declaredFields(type: StructType): ReadonlyMap<FieldPath, Field> {
  const found = new Map<FieldPath, Field>();
  const enter = (of: Type, path: FieldPath, open: readonly Type[]): void => {
    if (of.kind === 'list') return enter(of.items, `${path}[]`, open);
    if (of.kind === 'map') return enter(of.values, `${path}{}`, open);
    if (of.kind === 'scalar' || open.includes(of)) return;
    for (const field of of.byName.values()) {
      const at = path === '' ? field.name : `${path}.${field.name}`;
      found.set(at, field);
      enter(field.type, at, [...open, of]);
    }
  };
  enter(type, '', []);
  return found;
}

/** The declared fields that an object has set. Those of a struct within itself count where it was entered. */
export function fieldsSet(object: JsonValue, type: Type): Set<FieldPath> {
  const found = new Set<FieldPath>();
  const enter = (value: JsonValue | undefined, of: Type, path: FieldPath, open: ReadonlyMap<Type, FieldPath>): void => {
    if (typeof value !== 'object' || value === null) return;
    if (of.kind === 'list') for (const item of value as JsonValue[]) enter(item, of.items, `${path}[]`, open);
    else if (of.kind === 'map') for (const item of Object.values(value)) enter(item, of.values, `${path}{}`, open);
    else if (of.kind === 'struct') enterStruct(value as JsonObject, of, open.get(of) ?? path, open);
    // A schema where something else may stand, too.
    else if (of.schema !== undefined && !Array.isArray(value)) enter(value, of.schema, path, open);
  };
  const enterStruct = (value: JsonObject, of: StructType, path: FieldPath, open: ReadonlyMap<Type, FieldPath>): void => {
    for (const [name, inner] of Object.entries(value)) {
      const field = of.byName.get(name);
      if (field === undefined) throw new Error(`${path}.${name} is not declared`);
      const at = path === '' ? name : `${path}.${name}`;
      found.add(at);
      enter(inner, field.type, at, new Map([...open, [of, path]]));
    }
  };
  enter(object, type, '', new Map());
  return found;
}

export function parentOf(path: FieldPath): FieldPath {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0)).replace(/(?:\[\]|\{\})+$/, '');
}

/** Whether a path is the field or within it. */
export function isWithin(path: FieldPath, field: FieldPath): boolean {
  return path.startsWith(field) && /^(?:$|[.[{])/.test(path.slice(field.length));
}

/** A copy whose fields at the path become what `change` makes of them; undefined leaves the field out. Lists and maps on the way: all their elements. */
export function changeAt<T extends JsonValue | undefined>(
  value: T,
  path: FieldPath,
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): T {
  return changeSteps(value, stepsOf(path), change) as T;
}

function stepsOf(path: FieldPath): string[] {
  return path.match(/[^.[\]{}]+|\[\]|\{\}/g) ?? [];
}

function changeSteps(
  value: JsonValue | undefined,
  steps: readonly string[],
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return step === '[]' ? value.map((item) => changeSteps(item, rest, change) ?? null) : value;
  const keys = step === '{}' ? Object.keys(value) : [step];
  const out: JsonObject = { ...value };
  for (const key of keys) {
    const changed = changeSteps(out[key], rest, change);
    if (changed === undefined) delete out[key];
    else out[key] = changed;
  }
  return out;
}
