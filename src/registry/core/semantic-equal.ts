import { parseQuantityJson, Quantity, QuantityError } from '../../apimachinery/quantity.js';
import { deepEqual } from '../object.js';

const ONE = Quantity.of(1);

/** Fields of pod specs that hold amounts by name, or one amount. */
const AMOUNT_MAPS: ReadonlySet<string> = new Set(['limits', 'requests', 'overhead']);
const AMOUNTS: ReadonlySet<string> = new Set(['sizeLimit', 'divisor']);

/**
 * Whether two pod specs, or parts of them, mean the same: amounts are compared
 * by value, so that `1Ki` is `1024` (Go: apiequality.Semantic.DeepEqual).
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  return deepEqual(a, b) || deepEqual(plainAmounts(a), plainAmounts(b));
}

/** A copy with every amount as a plain decimal. */
function plainAmounts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainAmounts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => {
      if (AMOUNTS.has(key)) return [key, plain(field)];
      if (!AMOUNT_MAPS.has(key) || typeof field !== 'object' || field === null) return [key, plainAmounts(field)];
      return [key, Object.fromEntries(Object.entries(field).map(([name, amount]: [string, unknown]) => [name, plain(amount)]))];
    }),
  );
}

function plain(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    // One more than the amount: a sum is written in the format of its first part.
    return ONE.add(parseQuantityJson(value)).toString();
  } catch (error) {
    if (error instanceof QuantityError) return value;
    throw error;
  }
}
