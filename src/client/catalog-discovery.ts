import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { Catalog } from '../registry/catalog.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { Discovery, ServedResource } from './client.js';

/** Discovery of clients in process: read from what is served, without documents in between. */
export class CatalogDiscovery implements Discovery {
  constructor(private readonly catalog: Catalog) {}

  resources(): readonly ServedResource[] {
    const served: ServedResource[] = [];
    for (const definition of this.catalog.all())
      if (definition.store !== undefined && definition.conversion === undefined) served.push(servedResource(definition));
    return served;
  }

  resourceFor(kind: GroupVersionKind): ServedResource | undefined {
    const found = this.catalog.findKind(kind);
    const stored = found && this.catalog.findResource(found.group, found.resource);
    return stored?.store === undefined ? undefined : servedResource(stored);
  }

  onChange(listener: () => void): () => void {
    return this.catalog.onChange(listener);
  }
}

function servedResource({ group, version, resource, kind, namespaced, verbs, custom = false }: ResourceDefinition): ServedResource {
  return { group, version, resource, kind, namespaced, verbs, custom };
}
