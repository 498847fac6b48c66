import type { GroupVersionResource } from '../../../apimachinery/group-version.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { isStatus } from '../../../apimachinery/status.js';
import type { Client, KubeObject } from '../../../client/client.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether two statuses are the same to Go, where a number that is no pointer is
 * there even if JSON doesn't show its zero.
 * @param pointers fields in which zero and absent differ
 */
export function equalStatus(a: object, b: object, pointers: readonly string[] = []): boolean {
  const isEqual = (key: string): boolean => {
    const zero = pointers.includes(key) ? undefined : 0;
    return semanticEqual((a as Fields)[key] ?? zero, (b as Fields)[key] ?? zero);
  };
  return Object.keys(a).every(isEqual) && Object.keys(b).every(isEqual);
}

/**
 * Writes an object's status; if somebody else was quicker, once more over what
 * is there then, as the controllers do. Returns what is stored.
 */
export async function updateStatus<T extends KubeObject>(
  client: Client,
  resource: GroupVersionResource,
  object: T,
  status: unknown,
): Promise<T> {
  const { namespace, name = '' } = object.metadata;
  const target = { resource, namespace, subresource: 'status' };
  try {
    return await client.update<T>(target, { ...object, status });
  } catch (error) {
    if (!isStatus(error, 'Conflict')) throw error;
    const fresh = await client.get<T>({ resource, namespace }, name);
    if (fresh.metadata.uid !== object.metadata.uid) throw error;
    return await client.update<T>(target, { ...fresh, status });
  }
}

/** A condition as all workloads have it. */
export interface Condition {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
}

/** The condition of a type. */
export function findCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** The conditions without those of a type. */
export function withoutCondition<C extends Condition>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}
