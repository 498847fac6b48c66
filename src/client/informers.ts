import type { GroupVersionResource } from '../apimachinery/group-version.js';
import type { KubeObject } from '../registry/object.js';
import type { Client } from './client.js';
import { Informer } from './informer.js';
import { ServedResources } from './served-resources.js';

/** One informer a resource, shared by all components of a process (Go: informers.SharedInformerFactory). */
export class Informers {
  private readonly informers = new Map<string, Informer>();

  private everything: ServedResources | undefined;

  constructor(private readonly client: Client) {}

  /** What is served, for components that follow all there is. Informers of resources that go end by themselves. */
  get served(): ServedResources {
    if (this.everything === undefined) {
      this.everything = new ServedResources(this.client);
      this.everything.follow({ served: () => undefined, gone: (resource) => this.forget(resource) });
    }
    return this.everything;
  }

  /** The informer of a resource at its storage version. It fills once `begin` is called, here or on it. */
  of<T extends KubeObject>(resource: GroupVersionResource): Informer<T> {
    const key = `${resource.group}/${resource.version}/${resource.resource}`;
    let informer = this.informers.get(key);
    if (informer === undefined) this.informers.set(key, (informer = new Informer(this.client, { resource })));
    // Sound as long as callers name the type that the resource has.
    return informer as unknown as Informer<T>;
  }

  /** Gives up the informer of a resource that is served no more. */
  forget({ group, version, resource }: GroupVersionResource): void {
    const key = `${group}/${version}/${resource}`;
    this.informers.get(key)?.stop();
    this.informers.delete(key);
  }

  /** Resolves when all that were asked for so far hold what is there. */
  async begin(): Promise<void> {
    for (const informer of [...this.informers.values()]) await informer.begin();
  }

  stop(): void {
    this.everything?.stop();
    for (const informer of this.informers.values()) informer.stop();
    this.informers.clear();
  }
}
