/** Lines `[a, a + size)` of the one text are lines `[b, b + size)` of the other. */
interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/** From so many lines on, lines that are very common don't begin a match. */
const LONG = 200;

/**
 * What two lists of lines have in common, as Python's difflib finds it (Ratcliff and Obershelp: the longest
 * match, then those before and after it), which Go's servers use too. The last match is empty and at the ends.
 */
export function matchingBlocks(a: readonly string[], b: readonly string[]): readonly Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const search = (alo: number, ahi: number, blo: number, bhi: number): void => {
    const match = longestMatch(a, b, places, alo, ahi, blo, bhi);
    if (match.size === 0) return;
    if (alo < match.a && blo < match.b) search(alo, match.a, blo, match.b);
    found.push(match);
    if (match.a + match.size < ahi && match.b + match.size < bhi) search(match.a + match.size, ahi, match.b + match.size, bhi);
  };
  search(0, a.length, 0, b.length);
  return [...merged(found), { a: a.length, b: b.length, size: 0 }];
}

/** Where each line is; without those that are too common in a long text. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, i) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [i]);
    else known.push(i);
  });
  const limit = Math.floor(lines.length / 100) + 1;
  if (lines.length >= LONG) for (const [line, found] of places) if (found.length > limit) places.delete(line);
  return places;
}

/** The longest match within the bounds; of several the first. */
function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  alo: number,
  ahi: number,
  blo: number,
  bhi: number,
): Match {
  let best: Match = { a: alo, b: blo, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = alo; i < ahi; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < blo) continue;
      if (j >= bhi) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  return extended(a, b, best, alo, ahi, blo, bhi);
}

/** A match with the common lines around it that could not begin one. */
function extended(a: readonly string[], b: readonly string[], match: Match, alo: number, ahi: number, blo: number, bhi: number): Match {
  let { a: i, b: j, size } = match;
  while (i > alo && j > blo && a[i - 1] === b[j - 1]) {
    i--;
    j--;
    size++;
  }
  while (i + size < ahi && j + size < bhi && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

/** Neighbouring matches as one. */
function merged(matches: readonly Match[]): Match[] {
  const out: Match[] = [];
  for (const match of matches) {
    const last = out.at(-1);
    if (last !== undefined && last.a + last.size === match.a && last.b + last.size === match.b)
      out[out.length - 1] = { ...last, size: last.size + match.size };
    else out.push(match);
  }
  return out;
}
