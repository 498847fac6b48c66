import { setOwn } from './set-own.js';

/** Order of UTF-8 bytes, in which Go sorts the keys of maps. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Surrogates stand for characters beyond all others, though their code units aren't the largest.
    const leftFirst = left >= 0xd800 && left <= 0xdfff;
    const rightFirst = right >= 0xd800 && right <= 0xdfff;
    if (leftFirst !== rightFirst) return leftFirst ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}

/** A copy with its keys in Go's order. (JavaScript puts keys such as `10` first all the same.) */
export function sortKeys<T>(object: { [key: string]: T }): { [key: string]: T } {
  const out: { [key: string]: T } = {};
  for (const key of Object.keys(object).sort(compareKeys)) setOwn(out, key, object[key] as T);
  return out;
}
