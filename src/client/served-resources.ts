import type { Client, ServedResource } from './client.js';

/** Told of resources as they come to be served and cease to be. Called in order, synchronously. */
export interface ServedResourcesListener {
  served(resource: ServedResource): void;
  gone(resource: ServedResource): void;
}

/**
 * Follows discovery: tells which resources are served, at first and as
 * CustomResourceDefinitions come and go. One that is taken away and given back
 * in the same breath, as when its definition changes, has not been away.
 */
export class ServedResources {
  private readonly known = new Map<string, ServedResource>();
  private readonly listeners = new Set<ServedResourcesListener>();
  private readonly stopFollowing: () => void;
  private isDue = false;

  constructor(private readonly client: Client) {
    this.look();
    this.stopFollowing = client.discovery.onChange(() => {
      if (this.isDue) return;
      this.isDue = true;
      queueMicrotask(() => {
        this.isDue = false;
        this.look();
      });
    });
  }

  /** Tells the listener of what is served now, and of each change from now on. Returns how to stop it. */
  follow(listener: ServedResourcesListener): () => void {
    this.listeners.add(listener);
    for (const resource of this.known.values()) listener.served(resource);
    return () => this.listeners.delete(listener);
  }

  stop(): void {
    this.stopFollowing();
    this.listeners.clear();
  }

  private look(): void {
    const now = new Map(this.client.discovery.resources().map((resource) => [keyOf(resource), resource]));
    for (const [key, resource] of this.known) {
      if (now.has(key)) continue;
      this.known.delete(key);
      for (const listener of this.listeners) listener.gone(resource);
    }
    for (const [key, resource] of now) {
      if (this.known.has(key)) continue;
      this.known.set(key, resource);
      for (const listener of this.listeners) listener.served(resource);
    }
  }
}

/** Another kind or scope under the same name is another resource. */
function keyOf({ group, version, resource, kind, namespaced }: ServedResource): string {
  return `${group}/${version}/${resource} ${kind} ${String(namespaced)}`;
}
