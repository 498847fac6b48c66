import type { FileSystem } from '../fs/file-system.js';
import { isPattern, matchesPattern } from './pattern.js';

/** Paths that one pattern may stand for. */
const MAX_MATCHES = 10_000;

/** The paths that a pattern matches, sorted; none if nothing does. */
export function expandGlob(fs: FileSystem, pattern: string, resolve: (path: string) => string): string[] {
  const absolute = pattern.startsWith('/');
  let found = [absolute ? '/' : ''];
  for (const part of pattern.split('/').filter((piece) => piece !== '')) {
    const next: string[] = [];
    for (const base of found) {
      const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
      if (!isPattern(part)) {
        const path = prefix + part;
        if (fs.tryLookup(resolve(path), false) !== undefined) next.push(path);
        continue;
      }
      for (const name of namesIn(fs, resolve(base === '' ? '.' : base))) {
        if (name.startsWith('.') && !part.startsWith('.')) continue;
        if (matchesPattern(part, name)) next.push(prefix + name);
        if (next.length > MAX_MATCHES) return [];
      }
    }
    found = next;
  }
  return pattern.endsWith('/') ? found.map((path) => `${path}/`) : found;
}

function namesIn(fs: FileSystem, path: string): string[] {
  try {
    return fs.list(path);
  } catch {
    return [];
  }
}
