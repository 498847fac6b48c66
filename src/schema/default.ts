import type { Field, JsonObject, JsonValue, StructType, Type } from './type.js';

/**
 * Fills in the literal defaults of a decoded object, in place: `protocol: TCP`
 * of a port. What the server computes (`restartPolicy`, say) is not among them,
 * and neither are the empty structs and zero values of OpenAPI, which decoding
 * has written. Follows the functions that defaulter-gen makes: a pointer that is
 * nil and a value that is zero are filled.
 */
export function applyLiteralDefaults(type: StructType, object: JsonObject): void {
  for (const step of planOf(type)) {
    const value = object[step.name];
    if (value === undefined || value === null) {
      if (step.literal !== undefined) object[step.name] = step.literal;
    } else if (step.below !== undefined) descend(step.below, value);
    else if (!step.pointer && (value === '' || value === 0) && step.literal !== undefined) object[step.name] = step.literal;
  }
}

/** A field that has a default or holds one somewhere below. */
interface Step {
  readonly name: string;
  readonly literal: JsonValue | undefined;
  readonly pointer: boolean;
  readonly below: Type | undefined;
}

const plans = new WeakMap<StructType, readonly Step[]>();
const NOTHING: readonly Step[] = [];

function planOf(type: StructType): readonly Step[] {
  let plan = plans.get(type);
  if (plan === undefined) {
    const steps = [...type.byName.values()].map(stepOf).filter((step) => step !== undefined);
    plan = steps.length === 0 ? NOTHING : steps;
    plans.set(type, plan);
  }
  return plan;
}

function stepOf(field: Field): Step | undefined {
  const literal = literalOf(field);
  const below = holdsDefaults(field.type, new Set()) ? field.type : undefined;
  return literal === undefined && below === undefined ? undefined : { name: field.name, literal, pointer: field.pointer, below };
}

/** A default that makes a difference. */
function literalOf(field: Field): JsonValue | undefined {
  const value = field.default;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  return field.pointer || (value !== '' && value !== 0 && value) ? value : undefined;
}

function holdsDefaults(type: Type, seen: Set<Type>): boolean {
  if (type.kind === 'list') return holdsDefaults(type.items, seen);
  if (type.kind === 'map') return holdsDefaults(type.values, seen);
  if (type.kind === 'scalar' || seen.has(type)) return false;
  seen.add(type);
  for (const field of type.byName.values()) if (literalOf(field) !== undefined || holdsDefaults(field.type, seen)) return true;
  return false;
}

function descend(type: Type, value: JsonValue): void {
  if (typeof value !== 'object' || value === null || type.kind === 'scalar') return;
  if (type.kind === 'list') {
    if (Array.isArray(value)) for (const item of value) descend(type.items, item);
  } else if (Array.isArray(value)) return;
  else if (type.kind === 'struct') applyLiteralDefaults(type, value);
  else for (const item of Object.values(value)) if (item !== undefined) descend(type.values, item);
}
