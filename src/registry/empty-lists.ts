import type { StructType, Type } from '../schema/type.js';

/**
 * Protobuf, in which the real server stores built-in types, can't tell an empty
 * list from none. Fields that are written even if they are nothing (no
 * `omitempty`) come back from storage as null.
 */

/** Where below a struct such fields are. */
interface Plan {
  readonly nullable: readonly string[];
  readonly below: readonly (readonly [name: string, plan: Plan])[];
}

const NOWHERE: Plan = { nullable: [], below: [] };
const plans = new WeakMap<StructType, Plan>();

/** Makes an object's empty lists and maps what they are once stored. The object must be the caller's own. */
export function nullEmptyLists(object: object, type: StructType): void {
  const plan = planOf(type);
  if (plan !== NOWHERE) follow(plan, object as Record<string, unknown>);
}

function follow(plan: Plan, object: Record<string, unknown>): void {
  for (const name of plan.nullable) {
    const value = object[name];
    if (typeof value === 'object' && value !== null && isEmpty(value)) object[name] = null;
  }
  for (const [name, below] of plan.below) {
    const value = object[name];
    if (Array.isArray(value)) {
      for (const item of value) if (isObject(item)) follow(below, item);
    } else if (isObject(value)) follow(below, value);
  }
}

function isEmpty(value: object): boolean {
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function planOf(type: StructType): Plan {
  const known = plans.get(type);
  if (known !== undefined) return known;
  // A type inside itself is taken to have none.
  plans.set(type, NOWHERE);
  const nullable: string[] = [];
  const below: [string, Plan][] = [];
  for (const [name, field] of type.byName) {
    if (field.omit === 'never' && (field.type.kind === 'list' || field.type.kind === 'map')) nullable.push(name);
    const struct = structIn(field.type);
    const plan = struct === undefined ? NOWHERE : planOf(struct);
    if (plan !== NOWHERE) below.push([name, plan]);
  }
  const plan = nullable.length === 0 && below.length === 0 ? NOWHERE : { nullable, below };
  plans.set(type, plan);
  return plan;
}

/** The struct of a field or of its list's items. Structs in maps are left alone: no built-in type has lists in them. */
function structIn(type: Type): StructType | undefined {
  if (type.kind === 'struct') return type;
  return type.kind === 'list' ? structIn(type.items) : undefined;
}
