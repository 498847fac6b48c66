/**
 * Go leaves an empty list or map out of JSON, and so do our decoded objects; its messages tell `[]` and `{}` from `null` all the same.
 * What a body gave as empty is therefore remembered beside the object that was decoded from it.
 */
const given = new WeakMap<object, Map<string, 'list' | 'map'>>();

/** Remembers that a field of a decoded struct was given as an empty list or map, and left out. */
export function rememberEmpty(struct: object, field: string, kind: 'list' | 'map'): void {
  const known = given.get(struct);
  if (known === undefined) given.set(struct, new Map([[field, kind]]));
  else known.set(field, kind);
}

/** Whether Go's nil check finds a list or map of a decoded struct: what is there, and what was given as empty. */
export function wasGiven<T extends object>(struct: T, field: keyof T & string): boolean {
  return (struct[field] ?? undefined) !== undefined || given.get(struct)?.has(field) === true;
}

/** Whether a decoded value holds, at any depth, a list or map that was given as empty; stored ones never do. */
export function holdsGivenEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const struct = value as Readonly<Record<string, unknown>>;
  for (const field of given.get(value)?.keys() ?? []) if (struct[field] === undefined) return true;
  return Object.values(struct).some(holdsGivenEmpty);
}

/** A list or map of a decoded struct as Go prints it in a message: nothing is null, what was given as empty is empty. */
export function asGiven<T extends object, K extends keyof T & string>(struct: T, field: K): NonNullable<T[K]> | null {
  const value = struct[field];
  if (value !== undefined && value !== null) return value;
  const kind = given.get(struct)?.get(field);
  if (kind === undefined) return null;
  return (kind === 'list' ? [] : {}) as unknown as NonNullable<T[K]>;
}
