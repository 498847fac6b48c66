import { goJson } from '../../../apimachinery/field-error.js';
import type { JsonValue } from '../../../schema/type.js';
import { GoNumber, isInt } from './node.js';

/** A found value as text (Go: jsonpath.PrintResults): JSON for objects and lists, bare otherwise. */
export function printFound(value: JsonValue | GoNumber): string {
  if (value instanceof GoNumber) return value.kind === 'int' ? printInt(value.value) : printFloat(value.value);
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return isInt(value) ? printInt(value) : printFloat(value);
    case 'boolean':
      return String(value);
    default:
      return value === null ? '<no value>' : sortedJson(value);
  }
}

/** The ends of int64 in full, as JavaScript would round them. */
function printInt(value: number): string {
  return Math.abs(value) === 2 ** 63 ? (value > 0 ? '9223372036854775807' : '-9223372036854775808') : String(value);
}

/** Go's `%v` of a float64: the shortest digits, with an exponent below 1e-4 and from 1e6 on. */
function printFloat(value: number): string {
  if (value === 0) return '0';
  const exponential = value.toExponential();
  const mark = exponential.indexOf('e');
  const exponent = Number(exponential.slice(mark + 1));
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${exponential.slice(0, mark)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** What is still to be written: text as it is, or a value. */
type Pending = string | { readonly value: JsonValue };

/** JSON as Go's encoder writes maps: keys sorted, and what is special in HTML escaped. Without recursion, as objects may be deep. */
function sortedJson(root: JsonValue): string {
  let out = '';
  const stack: Pending[] = [{ value: root }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') out += next;
    else if (typeof next.value === 'object' && next.value !== null) for (const part of expand(next.value).reverse()) stack.push(part);
    else out += goJson(next.value);
  }
  return out;
}

function expand(value: JsonValue[] | { [key: string]: JsonValue | undefined }): Pending[] {
  if (Array.isArray(value)) {
    const items = value.flatMap<Pending>((item, index) => (index === 0 ? [{ value: item }] : [',', { value: item }]));
    return ['[', ...items, ']'];
  }
  const parts: Pending[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    parts.push(`${parts.length === 0 ? '' : ','}${goJson(key)}:`, { value: member });
  }
  return ['{', ...parts, '}'];
}
