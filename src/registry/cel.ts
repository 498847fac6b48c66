import { loadCel } from '../cel/loader.js';
import type { KubeObject } from './object.js';
import type { Finish, Strategy } from './strategy.js';

/** Nothing was reserved. */
export const NOTHING_RESERVED: Finish = () => undefined;

/** Loads the CEL engine if an object has expressions: validation can't wait for it. A begin hook. */
export async function readyCel(needed: boolean): Promise<Finish> {
  if (needed) await loadCel();
  return NOTHING_RESERVED;
}

/** Begin hooks for objects that may have CEL expressions. */
export function withCel<T extends KubeObject>(hasExpressions: (object: T) => boolean): Pick<Strategy<T>, 'beginCreate' | 'beginUpdate'> {
  const begin = (object: T): Promise<Finish> | Finish => (hasExpressions(object) ? readyCel(true) : NOTHING_RESERVED);
  return { beginCreate: begin, beginUpdate: begin };
}
