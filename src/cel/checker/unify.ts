import type { CelType } from '../types/type.js';
import { DYN, ERROR, isDyn, listOf, mapOf, opaqueType, typeOf, type Kind } from '../types/type.js';

/** Which types were found for type parameters, by their names (Go: checker.mapping). */
export type Substitutions = Map<string, CelType>;

const NULLABLE: ReadonlySet<Kind> = new Set<Kind>(['opaque', 'struct', 'any', 'duration', 'timestamp']);

function isDynOrError(type: CelType): boolean {
  return isDyn(type) || type.kind === 'error';
}

/** The substitutions that make the types of one list fit those of another; undefined if nothing does. */
export function unifyAll(substitutions: Substitutions, from: readonly CelType[], to: readonly CelType[]): Substitutions | undefined {
  const copy = new Map(substitutions);
  return fitAll(copy, from, to) ? copy : undefined;
}

/** The substitutions that make one type fit another. */
export function unify(substitutions: Substitutions, from: CelType, to: CelType): Substitutions | undefined {
  const copy = new Map(substitutions);
  return fit(copy, from, to) ? copy : undefined;
}

function fitAll(known: Substitutions, from: readonly CelType[], to: readonly CelType[]): boolean {
  return from.length === to.length && from.every((type, i) => fit(known, type, to[i] as CelType));
}

/** Go: checker.internalIsAssignable */
function fit(known: Substitutions, from: CelType, to: CelType): boolean {
  if (to.kind === 'param') {
    const { valid, hasSubstitution } = substituteBy(known, from, to);
    if (valid || hasSubstitution) return valid;
  }
  if (from.kind === 'param') return substituteBy(known, to, from).valid;
  if (isDynOrError(from) || isDynOrError(to)) return true;
  if (from.kind === 'null') return to.kind === 'null' || NULLABLE.has(to.kind);
  if (to.kind === 'null') return NULLABLE.has(from.kind);
  switch (from.kind) {
    case 'type':
      return to.kind === 'type';
    case 'opaque':
    case 'list':
    case 'map':
      return from.kind === to.kind && from.name === to.name && fitAll(known, from.params, to.params);
    default:
      return from.kind === to.kind && from.name === to.name;
  }
}

/** Whether a type may stand for a parameter, and whether the parameter stood for one already. */
function substituteBy(known: Substitutions, type: CelType, parameter: CelType): { valid: boolean; hasSubstitution: boolean } {
  if (type.equals(parameter)) return { valid: true, hasSubstitution: true };
  const current = known.get(parameter.name);
  if (current !== undefined) {
    if (type.equals(current)) return { valid: true, hasSubstitution: true };
    if (!fit(known, type, current)) return { valid: false, hasSubstitution: true };
    const general = mostGeneral(type, current);
    if (isAbsentIn(known, parameter, general)) known.set(parameter.name, general);
    return { valid: true, hasSubstitution: true };
  }
  if (!isAbsentIn(known, parameter, type)) return { valid: false, hasSubstitution: false };
  known.set(parameter.name, type);
  return { valid: true, hasSubstitution: false };
}

/** The more general of two types that fit each other. */
export function mostGeneral(a: CelType, b: CelType): CelType {
  return isEqualOrLessSpecific(a, b) ? a : b;
}

function isEqualOrLessSpecific(a: CelType, b: CelType): boolean {
  if (isDyn(a) || a.kind === 'param') return true;
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'opaque':
    case 'list':
    case 'map':
      return (
        a.name === b.name &&
        a.params.length === b.params.length &&
        a.params.every((type, i) => isEqualOrLessSpecific(type, b.params[i] as CelType))
      );
    case 'type':
      return true;
    default:
      return a.equals(b);
  }
}

/** A parameter may not stand for a type that it is part of. */
function isAbsentIn(known: Substitutions, parameter: CelType, within: CelType): boolean {
  if (parameter.equals(within)) return false;
  if (within.kind === 'param') {
    const current = known.get(within.name);
    return current === undefined || isAbsentIn(known, parameter, current);
  }
  return within.params.every((type) => isAbsentIn(known, parameter, type));
}

/** A type with what was found for its parameters; those without become `dyn` if asked. */
export function substitute(known: Substitutions, type: CelType, paramsToDyn: boolean): CelType {
  if (type.kind === 'param') {
    const current = known.get(type.name);
    if (current !== undefined) return substitute(known, current, paramsToDyn);
    return paramsToDyn ? DYN : type;
  }
  if (type.params.length === 0) return type;
  const params = type.params.map((inner) => substitute(known, inner, paramsToDyn));
  if (params.every((inner, i) => inner === type.params[i])) return type;
  const [first = ERROR, second = ERROR] = params;
  switch (type.kind) {
    case 'list':
      return listOf(first);
    case 'map':
      return mapOf(first, second);
    case 'type':
      return typeOf(first);
    default:
      return opaqueType(type.name, ...params);
  }
}
