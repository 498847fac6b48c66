/**
 * The order of keys: that of etcd on `<bucket>/<namespace>/<name>`, byte by byte in UTF-8.
 *
 * The slash takes part: namespace `a-b` comes before `a`, because '-' sorts
 * before '/'. JavaScript compares UTF-16 code units, which is the same order
 * except where a surrogate pair meets a character from U+E000 to U+FFFF.
 */

/** Where an object stands within its bucket. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

const outOfOrder = /[\ud800-\uffff]/;

/** False if `<` orders this string against every other such string as UTF-8 does. */
export function needsByteOrder(text: string): boolean {
  return outOfOrder.test(text);
}

/** Compares as UTF-8 bytes compare. */
export function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Moves the surrogates, which stand for U+10000 and above, behind the other code units. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The part of a key before the name. */
export function namespacePrefix(namespace: string): string {
  return namespace === '' ? '' : `${namespace}/`;
}

/** Key order within a bucket. A bucket holds either cluster-scoped objects or namespaced ones; in a mixed one the former come first. */
export function compareKeys(left: Place, right: Place): number {
  return compareBytes(namespacePrefix(left.namespace), namespacePrefix(right.namespace)) || compareBytes(left.name, right.name);
}
