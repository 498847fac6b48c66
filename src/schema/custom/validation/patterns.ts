import type { RE2JS } from 're2js';

/** A compiled regular expression of a user; matching takes linear time. */
export interface Pattern {
  /** Whether the text has a match anywhere. */
  test(text: string): boolean;
}

type Engine = typeof RE2JS;

let engine: Engine | undefined;

/**
 * Loads the engine, which is left out of start-up. Whoever accepts patterns
 * waits for this first; those who use accepted ones find it loaded.
 */
export async function loadPatterns(): Promise<void> {
  engine ??= (await import('re2js')).RE2JS;
}

const KEPT = 1000;
const compiled = new Map<string, Pattern>();

/** Compiles a pattern in Go's syntax. Throws an error with the words of Go's regexp package. */
export function compilePattern(text: string): Pattern {
  let pattern = compiled.get(text);
  if (pattern === undefined) {
    if (engine === undefined) throw new Error('loadPatterns() comes first');
    pattern = compile(engine, text);
    // The oldest goes first; schemas are few, and keep their own patterns.
    if (compiled.size >= KEPT)
      for (const oldest of compiled.keys()) {
        compiled.delete(oldest);
        break;
      }
    compiled.set(text, pattern);
  }
  return pattern;
}

function compile(by: Engine, text: string): Pattern {
  try {
    return by.compile(text);
  } catch (error) {
    // Go shows what is wrong even where that is nothing.
    if (error instanceof Error && error.message.endsWith('trailing backslash at end of expression')) error.message += ': ``';
    throw error;
  }
}
