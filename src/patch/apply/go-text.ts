import { goQuote } from '../../apimachinery/field-error.js';
import type { Json } from '../../schema/type.js';
import { isList, MAX_DEPTH, member, NestingError, type ReadonlyJsonObject } from './json.js';
import { compareText } from './order.js';

/**
 * Values as Go's package fmt prints them, where a text of server-side apply
 * shows one. Every number is a float64 there: applied YAML and the keys inside
 * managedFields are decoded that way.
 */

/** A float64 as `%v` prints it: with an exponent below 1e-4 and from 1e6 on. */
export function goFloat(value: number): string {
  if (value === 0) return '0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A decoded JSON value as `%v` prints it: `map[a:1 b:[x <nil>]]`. */
export function goPlain(value: Json, depth = 0): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return goFloat(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value))
    return `[${itemsOf(value, depth)
      .map((item) => goPlain(item, depth + 1))
      .join(' ')}]`;
  return `map[${entriesOf(value, depth)
    .map(([name, item]) => `${name}:${goPlain(item, depth + 1)}`)
    .join(' ')}]`;
}

/** A decoded JSON value as `%#v` prints it: `map[string]interface {}{"a":1}`. */
export function goSyntax(value: Json, depth = 0): string {
  if (value === null) return 'interface {}(nil)';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goFloat(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value))
    return `[]interface {}{${itemsOf(value, depth)
      .map((item) => goSyntax(item, depth + 1))
      .join(', ')}}`;
  return `map[string]interface {}{${entriesOf(value, depth)
    .map(([name, item]) => `${goQuote(name)}:${goSyntax(item, depth + 1)}`)
    .join(', ')}}`;
}

/** The Go type of a decoded JSON value, as `%T` prints it. */
export function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return isList(value) ? '[]interface {}' : 'map[string]interface {}';
}

/** A value inside a path, such as the key of a list element (Go: value.ToString). */
export function pathText(value: Json, depth = 0): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return goFloat(value);
  if (typeof value === 'boolean') return String(value);
  if (isList(value))
    return `[${itemsOf(value, depth)
      .map((item) => pathText(item, depth + 1))
      .join(',')}]`;
  return entriesOf(value, depth)
    .map(([name, item]) => `${name}=${pathText(item, depth + 1)}`)
    .join('');
}

function itemsOf(list: readonly Json[], depth: number): readonly Json[] {
  if (depth > MAX_DEPTH) throw new NestingError();
  return list;
}

function entriesOf(object: ReadonlyJsonObject, depth: number): [string, Json][] {
  if (depth > MAX_DEPTH) throw new NestingError();
  const entries: [string, Json][] = [];
  for (const name of Object.keys(object).sort(compareText)) {
    const value = member(object, name);
    if (value !== undefined) entries.push([name, value]);
  }
  return entries;
}
