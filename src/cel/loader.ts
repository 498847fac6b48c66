import type * as engineModule from './engine.js';
import { loadPatterns } from '../schema/custom/validation/patterns.js';

/** What engine.ts has to offer. */
type Engine = typeof engineModule;

let engine: Engine | undefined;

/**
 * Loads the engine, which is left out of start-up: most servers never meet an expression.
 * Whoever accepts objects with expressions waits for this first; those who evaluate them
 * find it loaded.
 */
export async function loadCel(): Promise<Engine> {
  await loadPatterns();
  engine ??= await import('./engine.js');
  return engine;
}

/** The engine, if it has been loaded. */
export function cel(): Engine {
  if (engine === undefined) throw new Error('loadCel() comes first');
  return engine;
}
