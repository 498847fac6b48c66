import { readsAsText } from './yaml-resolve.js';

/** How a text may be written in YAML. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

/**
 * The style that go-yaml v2 gives to a text outside of brackets. A simple key
 * has to stay on one line.
 */
export function chooseStyle(text: string, isSimpleKey: boolean): ScalarStyle {
  const wish = text.includes('\n') ? 'literal' : readsAsText(text) ? 'plain' : 'double';
  const found = analyze(text);
  if (wish === 'double' || (isSimpleKey && found.multiline)) return 'double';
  if (wish === 'literal') return isSimpleKey || !found.literal ? 'double' : 'literal';
  if (found.plain) return 'plain';
  return found.single ? 'single' : 'double';
}

/** Which styles can hold a text. */
interface Analysis {
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
  readonly multiline: boolean;
}

function analyze(text: string): Analysis {
  const special = hasSpecial(text);
  const multiline = BREAK.test(text);
  const breakSpace = /[\n\u2028\u2029] /.test(text);
  const spaceBreak = / [\n\u2028\u2029]/.test(text);
  const trailingSpace = text.endsWith(' ');
  const plain = !special && !multiline && !text.startsWith(' ') && !trailingSpace && !hasIndicator(text);
  return {
    plain,
    single: !special && !breakSpace && !spaceBreak,
    literal: !special && !spaceBreak && !trailingSpace && text !== '',
    multiline,
  };
}

const BREAK = /[\n\r\x85\u2028\u2029]/;

/** Characters that only double quotes can hold: what go-yaml calls unprintable, everything beyond U+FFFF among it. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

function hasSpecial(text: string): boolean {
  return SPECIAL.test(text);
}

/** True for a character that go-yaml would escape in double quotes. */
export function mustEscape(character: string): boolean {
  return character === '"' || character === '\\' || BREAK.test(character) || SPECIAL.test(character);
}

/** Something that would be taken for more than text. */
function hasIndicator(text: string): boolean {
  return (
    /^(?:---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](?:[ \t]|$)/.test(text) ||
    /.:(?:[ \t]|$)/.test(text) ||
    /[ \t\x85\u2028\u2029]#/.test(text)
  );
}
