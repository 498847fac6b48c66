import { alreadyExists, badRequest, conflict, notFoundError } from '../../../../apimachinery/status.js';
import { formatTime } from '../../../../apimachinery/time.js';
import type { KubeObject } from '../../../../client/client.js';
import type { Machine } from '../../process/machine.js';
import { GROUP, type WardleResource } from './wardle.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** Which objects a request is about. */
export type Selection = (object: KubeObject) => boolean;

/** The objects of the sample API server's resources, as long as its process lives. */
export class WardleStore {
  private readonly objects = new Map<string, KubeObject>();
  private readonly watchers = new Set<(resource: WardleResource, event: WatchEvent) => void>();
  private lastRevision = 1;

  constructor(private readonly machine: Pick<Machine, 'clock' | 'random'>) {}

  get revision(): string {
    return String(this.lastRevision);
  }

  /** Throws 404. */
  get(resource: WardleResource, namespace: string | undefined, name: string): KubeObject {
    const found = this.objects.get(keyOf(resource, namespace, name));
    if (found === undefined) throw notFoundError({ group: GROUP, resource: resource.name }, name);
    return found;
  }

  list(resource: WardleResource, isSelected: Selection): readonly KubeObject[] {
    return [...this.objects]
      .filter(([key, object]) => key.startsWith(`${resource.name}/`) && isSelected(object))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Throws 409 for a name that is taken, 400 if there is none. */
  create(resource: WardleResource, namespace: string | undefined, given: KubeObject): KubeObject {
    const { random, clock } = this.machine;
    const { generateName = '', name = generateName === '' ? '' : generateName + random.alphanumeric(5) } = given.metadata;
    if (name === '') throw badRequest('name or generateName is required');
    const key = keyOf(resource, namespace, name);
    if (this.objects.has(key)) throw alreadyExists({ group: GROUP, resource: resource.name }, name);
    const own = { name, ...(namespace === undefined ? {} : { namespace }), uid: random.uuid(), creationTimestamp: formatTime(clock.now()) };
    return this.keep(resource, key, 'ADDED', { ...given, metadata: { ...given.metadata, ...own } });
  }

  /** Throws 404, and 409 if the object has another revision than the given one. */
  update(resource: WardleResource, namespace: string | undefined, name: string, given: KubeObject): KubeObject {
    const before = this.get(resource, namespace, name).metadata;
    const { resourceVersion } = given.metadata;
    if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== before.resourceVersion)
      throw conflict(
        { group: GROUP, resource: resource.name },
        name,
        'the object has been modified; please apply your changes to the latest version and try again',
      );
    const { uid, creationTimestamp } = before;
    const metadata = { ...given.metadata, name, ...(namespace === undefined ? {} : { namespace }), uid, creationTimestamp };
    return this.keep(resource, keyOf(resource, namespace, name), 'MODIFIED', { ...given, metadata });
  }

  /** Throws 404. */
  delete(resource: WardleResource, namespace: string | undefined, name: string): KubeObject {
    const found = this.get(resource, namespace, name);
    this.objects.delete(keyOf(resource, namespace, name));
    this.tell(resource, { type: 'DELETED', object: this.stamped(found) });
    return found;
  }

  /** Tells of changes until the result is called. */
  watch(resource: WardleResource, isSelected: Selection, tell: (event: WatchEvent) => void): () => void {
    const watcher = (changed: WardleResource, event: WatchEvent): void => {
      if (changed === resource && isSelected(event.object)) tell(event);
    };
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private keep(resource: WardleResource, key: string, type: WatchEvent['type'], object: KubeObject): KubeObject {
    const stored = this.stamped(object);
    this.objects.set(key, stored);
    this.tell(resource, { type, object: stored });
    return stored;
  }

  private stamped(object: KubeObject): KubeObject {
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.lastRevision) } };
  }

  private tell(resource: WardleResource, event: WatchEvent): void {
    for (const watcher of this.watchers) watcher(resource, event);
  }
}

function keyOf({ name: resource }: WardleResource, namespace: string | undefined, name: string): string {
  return `${resource}/${namespace ?? ''}/${name}`;
}
