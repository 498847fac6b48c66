/**
 * Shell patterns (`*`, `?`, `[…]`, `\`) matched without regular expressions, in
 * time proportional to text times pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  return match(tokens(pattern), [...text]);
}

type Token = { readonly kind: 'any' } | { readonly kind: 'star' } | { readonly kind: 'one'; readonly matches: (c: string) => boolean };

function match(pattern: readonly Token[], text: readonly string[]): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const token = pattern[p];
    if (token?.kind === 'star') {
      star = p++;
      mark = t;
    } else if (token !== undefined && (token.kind === 'any' || (token.kind === 'one' && token.matches(text[t] ?? '')))) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p]?.kind === 'star') p++;
  return p === pattern.length;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[a-zA-Z]/,
  digit: /\d/,
  alnum: /[a-zA-Z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[0-9a-fA-F]/,
};

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] ?? '';
    if (c === '*') {
      if (found.at(-1)?.kind !== 'star') found.push({ kind: 'star' });
    } else if (c === '?') found.push({ kind: 'any' });
    else if (c === '[') {
      const end = closing(chars, i);
      if (end === -1) found.push(literal('['));
      else {
        found.push({ kind: 'one', matches: bracket(chars.slice(i + 1, end)) });
        i = end;
      }
    } else if (c === '\\' && i + 1 < chars.length) found.push(literal(chars[++i] ?? ''));
    else found.push(literal(c));
  }
  return found;
}

function literal(char: string): Token {
  return { kind: 'one', matches: (c) => c === char };
}

function closing(chars: readonly string[], open: number): number {
  let at = open + 1;
  if (chars[at] === '!' || chars[at] === '^') at++;
  if (chars[at] === ']') at++;
  while (at < chars.length && chars[at] !== ']') {
    if (chars[at] === '[' && chars[at + 1] === ':') {
      const end = chars.indexOf(']', at + 2);
      if (end === -1) return -1;
      at = end;
    }
    at++;
  }
  return at < chars.length ? at : -1;
}

function bracket(inside: readonly string[]): (c: string) => boolean {
  const negated = inside[0] === '!' || inside[0] === '^';
  const items = negated ? inside.slice(1) : inside;
  const tests: ((c: string) => boolean)[] = [];
  for (let i = 0; i < items.length; i++) {
    const c = items[i] ?? '';
    if (c === '[' && items[i + 1] === ':') {
      const end = items.indexOf(']', i);
      const type = CLASSES[items.slice(i + 2, end - 1).join('')];
      if (type !== undefined) tests.push((char) => type.test(char));
      i = end;
    } else if (items[i + 1] === '-' && i + 2 < items.length) {
      const last = items[i + 2] ?? '';
      tests.push((char) => char >= c && char <= last);
      i += 2;
    } else {
      const wanted = c === '\\' ? (items[++i] ?? '\\') : c;
      tests.push((char) => char === wanted);
    }
  }
  return (c) => tests.some((test) => test(c)) !== negated;
}

/** Whether a pattern is more than plain text. */
export function isPattern(text: string): boolean {
  return /[*?[\\]/.test(text);
}

/** Plain text as a pattern that matches only itself. */
export function quotePattern(text: string): string {
  return text.replace(/[*?[\]\\!^-]/g, '\\$&');
}

/** What is left when a pattern is taken from an end: the shortest match, or the longest if `greedy`. */
export function removePattern(text: string, pattern: string, side: 'prefix' | 'suffix', greedy: boolean): string {
  const chars = [...text];
  const parsed = tokens(pattern);
  const lengths = Array.from({ length: chars.length + 1 }, (_, i) => i);
  for (const length of greedy ? lengths.reverse() : lengths) {
    const part = side === 'prefix' ? chars.slice(0, length) : chars.slice(chars.length - length);
    if (match(parsed, part)) return (side === 'prefix' ? chars.slice(length) : chars.slice(0, chars.length - length)).join('');
  }
  return text;
}

/** `${text/pattern/by}`; a pattern that matches nothing changes nothing. */
export function replacePattern(text: string, pattern: string, by: string, all: boolean, anchor: 'start' | 'end' | null): string {
  const chars = [...text];
  const parsed = tokens(pattern);
  let out = '';
  for (let at = 0; at < chars.length;) {
    const length = anchor === 'start' && at > 0 ? 0 : longest(parsed, chars, at, anchor === 'end');
    if (length === 0) {
      out += chars[at++] ?? '';
      continue;
    }
    out += by;
    at += length;
    if (!all) return out + chars.slice(at).join('');
  }
  return out;
}

/** Characters that a pattern takes at a place; 0 for none. */
function longest(parsed: readonly Token[], chars: readonly string[], at: number, toEnd: boolean): number {
  for (let length = chars.length - at; length > 0; length--) {
    if (match(parsed, chars.slice(at, at + length))) return length;
    if (toEnd) return 0;
  }
  return 0;
}
