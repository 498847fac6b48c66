import { isStatus } from '../apimachinery/status.js';
import type { KubeObject } from '../registry/object.js';
import type { Client, Target } from './client.js';

/** An object by its name; undefined if there is none. */
export async function find<T extends KubeObject = KubeObject>(client: Client, target: Target, name: string): Promise<T | undefined> {
  try {
    return await client.get<T>(target, name);
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined;
    throw error;
  }
}
