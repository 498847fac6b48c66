import { Quantity } from '../../apimachinery/quantity.js';
import type { Amounts } from '../aggregate-resources.js';
import type { ResourceList } from '../../schema/generated/core-v1.js';
import { sortKeys } from '../../schema/sort-keys.js';

/** Arithmetic of resource lists (Go: apiserver/pkg/quota/v1). */

export const ONE = Quantity.of(1);

/** `a + b` by name. */
export function plus(a: Amounts, b: Amounts): Amounts {
  const sum: Amounts = new Map(a);
  for (const [name, amount] of b) {
    const own = sum.get(name);
    sum.set(name, own === undefined ? amount : own.add(amount));
  }
  return sum;
}

/** `a - b` by name, but never below zero. */
export function minus(a: Amounts, b: Amounts): Amounts {
  const difference: Amounts = new Map();
  for (const [name, amount] of a) {
    const other = b.get(name);
    const left = other === undefined ? amount : amount.sub(other);
    difference.set(name, left.sign() > 0 ? left : Quantity.ZERO);
  }
  for (const name of b.keys()) if (!difference.has(name)) difference.set(name, Quantity.ZERO);
  return difference;
}

/** Only these names. */
export function only(amounts: Amounts, names: Iterable<string>): Amounts {
  const wanted = new Set(names);
  return new Map([...amounts].filter(([name]) => wanted.has(name)));
}

/** What is more than nothing. */
export function withoutZeros(amounts: Amounts): Amounts {
  return new Map([...amounts].filter(([, amount]) => !amount.isZero()));
}

/** `cpu=1,memory=1Gi`, in order. */
export function amountsText(amounts: Amounts): string {
  return [...amounts.keys()]
    .sort()
    .map((name) => `${name}=${amounts.get(name)?.toString() ?? '0'}`)
    .join(',');
}

export function resourceListOf(amounts: Amounts): ResourceList {
  return sortKeys(Object.fromEntries(Array.from(amounts, ([name, amount]) => [name, amount.toString()])));
}
