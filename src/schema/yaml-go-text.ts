import { goQuote } from '../apimachinery/field-error.js';
import { literalEntries, NumberLiteral, type LiteralObject, type LiteralValue } from './json-literal.js';

/** The shortest text that is the same float32, in Go's `g` format: how a number becomes a key. */
export function float32Text(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return rounded > 0 ? '.inf' : '-.inf';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(rounded.toPrecision(digits))) !== rounded) digits++;
  return floatText(Object.is(rounded, -0) ? -0 : Number(rounded.toPrecision(digits)));
}

/** A float in Go's shortest `g` format: with an exponent below 1e-04 and from 1e+06 on. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A value in Go's `%#v`, as go-yaml's decoder holds it. */
export function goSyntax(value: LiteralValue): string {
  return value === null ? '<nil>' : nestedSyntax(value);
}

function nestedSyntax(value: LiteralValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (value === null) return 'interface {}(nil)';
  // Integers and floats are one here; integers are the likelier.
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof NumberLiteral) return `0x${BigInt(value.text).toString(16)}`;
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly LiteralValue[]).map(nestedSyntax).join(', ')}}`;
  const entries = literalEntries(value as LiteralObject).map(([key, item]) => `${goQuote(key)}:${nestedSyntax(item ?? null)}`);
  return `map[interface {}]interface {}{${entries.join(', ')}}`;
}
