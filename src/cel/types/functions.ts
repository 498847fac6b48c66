import type { CelValue } from '../values/value.js';
import type { CelType } from './type.js';

/** What a function does; it gets values that fit its overload, none of them an error, and returns one or an error. */
export type Implementation = (...args: CelValue[]) => CelValue;

/** One signature of a function. The first argument of a member is what it is called on. */
export interface Overload {
  readonly id: string;
  readonly member: boolean;
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** Names of type parameters in the signature. */
  readonly params: readonly string[];
  /** Absent where the planner knows by itself what to do. */
  readonly run: Implementation | undefined;
}

/** All signatures that share a name. */
export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
  /** Does the work of all overloads, whatever the types, if present: operators find out by themselves. */
  readonly singleton?: Implementation | undefined;
}

/** `name(args)` */
export function free(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, member: false, args, result, params: paramsOf([result, ...args]), run };
}

/** `args[0].name(…)` */
export function member(id: string, args: readonly CelType[], result: CelType, run?: Implementation): Overload {
  return { id, member: true, args, result, params: paramsOf([result, ...args]), run };
}

function paramsOf(types: readonly CelType[]): string[] {
  const names = new Set<string>();
  const visit = (type: CelType): void => {
    if (type.kind === 'param') names.add(type.name);
    for (const inner of type.params) visit(inner);
  };
  types.forEach(visit);
  return [...names];
}

/** A library: overloads by the function's name. */
export type Library = Readonly<Record<string, readonly Overload[]>>;

/** Puts libraries together; later overloads of one name come after the earlier ones. */
export function declare(
  libraries: readonly Library[],
  singletons: Readonly<Record<string, Implementation>>,
): ReadonlyMap<string, FunctionDeclaration> {
  const overloads = new Map<string, Overload[]>();
  for (const library of libraries)
    for (const [name, added] of Object.entries(library)) overloads.set(name, [...(overloads.get(name) ?? []), ...added]);
  return new Map(
    [...overloads].map(([name, list]) => [
      name,
      { name, overloads: list, singleton: Object.hasOwn(singletons, name) ? singletons[name] : undefined },
    ]),
  );
}
