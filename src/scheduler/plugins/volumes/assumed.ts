import type { KubeObject } from '../../../client/client.js';
import { keyOf, type Lister } from '../../../client/informer.js';

/**
 * Objects as they will be once decisions are written (Go: volumebinding
 * AssumeCache). An assumption ends when the object is seen to have changed.
 */
export class Assumed<T extends KubeObject> {
  private readonly assumptions = new Map<string, { readonly object: T; readonly basedOn: string | undefined }>();

  constructor(private readonly lister: Lister<T>) {}

  get(namespace: string, name: string): T | undefined {
    const found = this.lister.get(namespace, name);
    return found === undefined ? undefined : this.assumed(found);
  }

  byIndex(index: string, value: string): readonly T[] {
    return this.lister.byIndex(index, value).map((object) => this.assumed(object));
  }

  /** @param object a changed copy of what the cache holds */
  assume(object: T): void {
    this.assumptions.set(keyOf(object), { object, basedOn: object.metadata.resourceVersion });
  }

  forget(object: T): void {
    this.assumptions.delete(keyOf(object));
  }

  private assumed(found: T): T {
    if (this.assumptions.size === 0) return found;
    const key = keyOf(found);
    const assumption = this.assumptions.get(key);
    if (assumption === undefined) return found;
    if (assumption.basedOn === found.metadata.resourceVersion) return assumption.object;
    this.assumptions.delete(key);
    return found;
  }
}
