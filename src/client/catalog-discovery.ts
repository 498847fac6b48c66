import type { GroupVersionKind } from '../apimachinery/group-version.js';
import { compareKubeVersions } from '../apimachinery/kube-version.js';
import type { Catalog } from '../registry/catalog.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { Discovery, ServedResource } from './client.js';

/** Discovery of clients in process: read from what is served, without documents in between. */
export class CatalogDiscovery implements Discovery {
  constructor(private readonly catalog: Catalog) {}

  resources(): readonly ServedResource[] {
    const served = new Map<string, ResourceDefinition>();
    for (const definition of this.catalog.all()) {
      if (!isListed(definition)) continue;
      const key = `${definition.group}/${definition.resource}`;
      const other = served.get(key);
      if (other === undefined || isPreferred(definition, other)) served.set(key, definition);
    }
    return [...served.values()].map(servedResource);
  }

  resourceFor(kind: GroupVersionKind): ServedResource | undefined {
    const found = this.catalog.findKind(kind);
    if (found?.store === undefined) return undefined;
    const stored = found.custom === true ? found : this.catalog.findResource(found.group, found.resource);
    return stored === undefined ? undefined : servedResource(stored);
  }

  onChange(listener: () => void): () => void {
    return this.catalog.onChange(listener);
  }
}

/** Built-in resources are listed at the version that is stored; custom ones convert at any. */
function isListed({ store, conversion, custom = false }: ResourceDefinition): boolean {
  return store !== undefined && (custom || conversion === undefined);
}

function isPreferred({ version }: ResourceDefinition, other: ResourceDefinition): boolean {
  return compareKubeVersions(version, other.version) < 0;
}

function servedResource({ group, version, resource, kind, namespaced, verbs, custom = false }: ResourceDefinition): ServedResource {
  return { group, version, resource, kind, namespaced, verbs, custom };
}
