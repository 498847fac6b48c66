import type { JsonValue } from '../../../schema/type.js';
import { GoNumber, isInt } from './node.js';

type Basic = { readonly kind: 'bool' | 'int' | 'float'; readonly value: number } | { readonly kind: 'string'; readonly value: string };

/**
 * Compares as Go's text/template does: only values of one basic kind, and an
 * integer is not of the kind of a fraction. Undefined where Go reports an error.
 */
export function compareValues(left: JsonValue | GoNumber, operator: string, right: JsonValue | GoNumber): boolean | undefined {
  const a = basic(left);
  const b = basic(right);
  if (a === undefined || b?.kind !== a.kind) return undefined;
  if (operator === '==') return a.value === b.value;
  if (operator === '!=') return a.value !== b.value;
  if (a.kind === 'bool') return undefined;
  switch (operator) {
    case '<':
      return a.value < b.value;
    case '<=':
      return a.value <= b.value;
    case '>':
      return a.value > b.value;
    case '>=':
      return a.value >= b.value;
    default:
      return undefined;
  }
}

function basic(value: JsonValue | GoNumber): Basic | undefined {
  if (value instanceof GoNumber) return value;
  switch (typeof value) {
    case 'boolean':
      return { kind: 'bool', value: Number(value) };
    case 'number':
      return { kind: isInt(value) ? 'int' : 'float', value };
    case 'string':
      return { kind: 'string', value };
    default:
      return undefined;
  }
}
