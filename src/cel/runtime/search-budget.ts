/**
 * Characters that all searches of one evaluation may look at. The real costs of
 * `findAll` don't tell how far it looks for each match, which may be to the end
 * of the text; so this is ours, far beyond what any sensible expression needs.
 */
const CHARACTERS = 20_000_000;

let left = CHARACTERS;

/** At the beginning of an evaluation; evaluations never overlap. */
export function renewSearches(): void {
  left = CHARACTERS;
}

/** Whether a search may look at so many characters. */
export function maySearch(characters: number): boolean {
  left -= characters;
  return left >= 0;
}
