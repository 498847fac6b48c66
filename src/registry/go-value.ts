import { asGiven } from '../schema/given-empty.js';

/**
 * Refused values as the real server prints them. Its internal types have no
 * JSON names: whole structs appear with Go's field names and zero values.
 */

/** How one Go struct is printed: Go's field names in order, each with its JSON name and its zero value or the struct below. */
export type GoShape = Readonly<Record<string, readonly [json: string, zero: null | '' | 0 | false | GoShape]>>;

/** A value of a struct (or a list of them) as Go would print it; nothing is null. */
export function goValue(value: unknown, shape: GoShape): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => goValue(item, shape));
  const source = value as Readonly<Record<string, unknown>>;
  const out: Record<string, unknown> = {};
  for (const [go, [json, zero]] of Object.entries(shape)) {
    const field = asGiven(source, json);
    out[go] = typeof zero === 'object' && zero !== null ? goValue(field, zero) : (field ?? zero);
  }
  return out;
}
