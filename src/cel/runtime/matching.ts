import type { FunctionDeclaration, Overload } from '../types/functions.js';
import { isDyn, type CelType } from '../types/type.js';
import { CelError, typeOfValue, type CelValue } from '../values/value.js';

/** Whether a value is of a type, as far as values know theirs: what lists hold isn't looked at. */
function isOf(value: CelValue, type: CelType): boolean {
  if (isDyn(type) || type.kind === 'param') return true;
  const own = typeOfValue(value);
  return own.kind === type.kind && (own.kind === 'list' || own.kind === 'map' || own.name === type.name);
}

/** The overload that fits the values; undefined if none does. */
export function matching(overloads: readonly Overload[], args: readonly CelValue[]): Overload | undefined {
  return overloads.find(({ args: types }) => types.length === args.length && types.every((type, i) => isOf(args[i] as CelValue, type)));
}

/** Functions whose arguments are not looked at before they are called, which shows in their errors. */
const UNGUARDED: ReadonlySet<string> = new Set(['contains', 'endsWith', 'startsWith', 'matches']);

export function refusal({ name }: FunctionDeclaration, args: readonly CelValue[]): CelError {
  if (UNGUARDED.has(name)) return new CelError('no such overload');
  if (name === 'size') return new CelError('no such overload: size');
  return new CelError(`no such overload: ${name}(${args.map((value) => typeOfValue(value).name).join(', ')})`);
}

/** Calls an overload, if there is one for the arguments. */
export function run(overload: Overload | undefined, declaration: FunctionDeclaration, args: readonly CelValue[]): CelValue {
  const result = overload?.run?.(...args);
  return result === undefined ? refusal(declaration, args) : result;
}
