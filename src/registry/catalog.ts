import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { ResourceDefinition } from './resource.js';

/**
 * All resources that are served right now: the built-in ones, and those of
 * CustomResourceDefinitions as they come and go.
 */
export class Catalog {
  private readonly byPath = new Map<string, ResourceDefinition>();
  private readonly byKind = new Map<string, ResourceDefinition>();
  private readonly listeners = new Set<() => void>();
  private generation = 0;

  /** Grows with every change; caches of derived documents compare it. */
  get version(): number {
    return this.generation;
  }

  add(definition: ResourceDefinition): void {
    this.byPath.set(`${definition.group}/${definition.version}/${definition.resource}`, definition);
    this.byKind.set(`${definition.group}/${definition.version}/${definition.kind}`, definition);
    this.changed();
  }

  remove(definition: ResourceDefinition): void {
    const path = `${definition.group}/${definition.version}/${definition.resource}`;
    if (this.byPath.get(path) !== definition) return;
    this.byPath.delete(path);
    this.byKind.delete(`${definition.group}/${definition.version}/${definition.kind}`);
    this.changed();
  }

  find(group: string, version: string, resource: string): ResourceDefinition | undefined {
    return this.byPath.get(`${group}/${version}/${resource}`);
  }

  findKind(gvk: GroupVersionKind): ResourceDefinition | undefined {
    return this.byKind.get(`${gvk.group}/${gvk.version}/${gvk.kind}`);
  }

  /** Any served version of a resource; the storage version if it is served. */
  findResource(group: string, resource: string): ResourceDefinition | undefined {
    let found: ResourceDefinition | undefined;
    for (const definition of this.byPath.values()) {
      if (definition.group !== group || definition.resource !== resource) continue;
      if (definition.conversion === undefined) return definition;
      found ??= definition;
    }
    return found;
  }

  /** All served versions of a resource. */
  versionsOf(group: string, resource: string): readonly ResourceDefinition[] {
    return [...this.byPath.values()].filter((definition) => definition.group === group && definition.resource === resource);
  }

  all(): Iterable<ResourceDefinition> {
    return this.byPath.values();
  }

  /** Calls `listener` after each change; returns how to stop it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private changed(): void {
    this.generation++;
    for (const listener of this.listeners) listener();
  }
}
