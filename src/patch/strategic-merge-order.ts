import type { JsonValue } from '../schema/type.js';
import { badType, keyOf } from './strategic-merge-directives.js';
import { patchBroken } from './patch-errors.js';
import { isObject, member } from './patch-members.js';

/**
 * Puts a merged list into the order of the real server. Elements that `wanted`
 * names come in its order, all others in the order of the live list; where both
 * have a place in the live list, that decides between them, and what is new comes
 * before the live elements that are left (Go: strategicpatch, the proposal
 * preserve-order-in-strategic-merge-patch).
 */
export function orderElements(
  merged: readonly JsonValue[],
  wanted: readonly JsonValue[],
  live: readonly JsonValue[],
  mergeKey: string,
): JsonValue[] {
  const keys = merged.map((element) => identity(element, mergeKey));
  if (mergeKey !== '') checkWanted(keys, wanted, mergeKey);
  const wantedRank = ranks(wanted, mergeKey);
  const liveRank = ranks(live, mergeKey);
  const named: Ranked[] = [];
  const others: Ranked[] = [];
  merged.forEach((element, i) => {
    const key = keys[i] ?? null;
    const ranked = { element, wanted: wantedRank.get(key) ?? -1, live: liveRank.get(key) ?? -1 };
    (ranked.wanted === -1 ? others : named).push(ranked);
  });
  named.sort((a, b) => a.wanted - b.wanted);
  sortLive(others);
  return interleave(others, named);
}

/** What is no object may stand in the wanted order only where no search gets to it. */
function checkWanted(keys: readonly JsonValue[], wanted: readonly JsonValue[], mergeKey: string): void {
  const broken = wanted.findIndex((item) => !isObject(item));
  if (broken === -1) return;
  const before = new Set(wanted.slice(0, broken).map((item) => (isObject(item) ? member(item, mergeKey) : undefined)));
  if (keys.some((key) => !before.has(key))) throw patchBroken(`value for key ${String(broken)} is not a map`);
}

interface Ranked {
  readonly element: JsonValue;
  /** The first place in the wanted order, or -1. */
  readonly wanted: number;
  /** The first place in the live list, or -1. */
  readonly live: number;
}

/** What two elements are compared by: the merge key's value, or the element itself. */
function identity(element: JsonValue, mergeKey: string): JsonValue {
  if (mergeKey === '') return element;
  if (!isObject(element)) throw badType({}, element);
  return keyOf(element, mergeKey);
}

function ranks(list: readonly JsonValue[], mergeKey: string): Map<JsonValue, number> {
  const result = new Map<JsonValue, number>();
  for (let i = 0; i < list.length; i++) {
    const key = identity(list[i] ?? null, mergeKey);
    if (!result.has(key)) result.set(key, i);
  }
  return result;
}

/** Sorts by live rank. What the live list doesn't have can be here only if an empty order was given. */
function sortLive(elements: Ranked[]): void {
  if (elements.every((element) => element.live !== -1)) elements.sort((a, b) => a.live - b.live);
  else if (elements.length <= MOST_FOR_INSERTION) insertionSort(elements);
  else elements.sort((a, b) => (a.live === -1 || b.live === -1 ? (b.live === -1 ? 1 : 0) - (a.live === -1 ? 1 : 0) : a.live - b.live));
}

/** Up to this length the real server's stable sort is a plain insertion sort. */
const MOST_FOR_INSERTION = 20;

/**
 * The real comparison calls an element without a live place smaller than
 * whatever it meets, and larger ones likewise; only the very same insertion sort
 * gives the same result.
 */
function insertionSort(elements: Ranked[]): void {
  for (let i = 1; i < elements.length; i++) {
    for (let j = i; j > 0; j--) {
      const left = elements[j - 1];
      const right = elements[j];
      if (left === undefined || right === undefined) break;
      const smaller = right.live !== -1 && left.live !== -1 ? right.live < left.live : true;
      if (!smaller) break;
      elements[j - 1] = right;
      elements[j] = left;
    }
  }
}

/** Merges two ordered lists; a live-only element comes first only if it stood before the other in the live list. */
function interleave(others: readonly Ranked[], named: readonly Ranked[]): JsonValue[] {
  const result: JsonValue[] = [];
  let i = 0;
  for (const next of named) {
    for (let other = others[i]; other !== undefined && other.live !== -1 && other.live < next.live; other = others[i]) {
      result.push(other.element);
      i++;
    }
    result.push(next.element);
  }
  for (; i < others.length; i++) {
    const other = others[i];
    if (other !== undefined) result.push(other.element);
  }
  return result;
}
