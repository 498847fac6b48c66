/** How many entries a cell shows before it says how many more there are. */
const SHOWN = 3;

/** `a,b,c + 2 more...`; `empty` if there is nothing to say. */
export function shortList(entries: readonly string[], empty: string): string {
  if (entries.length > SHOWN) return withMore(entries.slice(0, SHOWN).join(','), entries.length - SHOWN);
  return entries.join(',') || empty;
}

export function withMore(text: string, more: number): string {
  return `${text} + ${String(more)} more...`;
}
