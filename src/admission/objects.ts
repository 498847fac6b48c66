import type { GroupResource } from '../apimachinery/group-version.js';
import { goQuote } from '../apimachinery/field-error.js';
import { isPathSegmentName } from '../apimachinery/validation/paths.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { KubeObject } from '../registry/object.js';
import type { Attributes, Operation } from './admission.js';

/** What plug-ins read of other objects: as stored, never to be changed. */
export class StoredObjects<T extends KubeObject = KubeObject> {
  private readonly bucket: string;

  constructor(
    private readonly environment: Pick<BehaviourEnvironment, 'storage'>,
    resource: GroupResource,
  ) {
    this.bucket = `${resource.group}/${resource.resource}`;
  }

  /** The namespace is empty for cluster-scoped objects. */
  async get(namespace: string, name: string): Promise<T | undefined> {
    return (await this.environment.storage.get({ bucket: this.bucket, namespace, name }))?.value as T | undefined;
  }

  /** All objects of a namespace, or with an empty one all cluster-scoped ones, in the order of their names. */
  async list(namespace: string): Promise<readonly T[]> {
    if (this.environment.storage.count(this.bucket) === 0) return NONE;
    const { items } = await this.environment.storage.list(this.bucket, { namespace });
    return items.map(({ value }) => value as T);
  }
}

const NONE: readonly never[] = [];

/** What a client says of a name that can't stand in a URL, before it asks for anything (Go: rest.Request.Name). */
export function invalidNameFault(name: string): string | undefined {
  const messages = isPathSegmentName(name);
  return messages.length === 0 ? undefined : `invalid resource name ${goQuote(name)}: [${messages.join(' ')}]`;
}

/** Whether a request is for this resource of the core group itself or, if one is named, for that subresource. */
export function isCore({ resource, subresource }: Attributes, name: string, below = ''): boolean {
  return resource.resource === name && subresource === below && resource.group === '';
}

/** Operations that a plug-in cares about. */
export function on(...operations: readonly Operation[]): (operation: Operation) => boolean {
  return (operation) => operations.includes(operation);
}

/** Of several defaults the newest, then the first by name. */
export function newest<T extends KubeObject>(objects: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const object of objects) if (best === undefined || isBefore(object, best)) best = object;
  return best;
}

function isBefore(a: KubeObject, b: KubeObject): boolean {
  const left = a.metadata.creationTimestamp ?? '';
  const right = b.metadata.creationTimestamp ?? '';
  if (left !== right) return left > right;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '');
}
