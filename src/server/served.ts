import { CUSTOM_PRIORITIES, type ServedGroupVersion } from '../discovery/served.js';
import type { Catalog } from '../registry/catalog.js';
import type { ResourceDefinition } from '../registry/resource.js';
import type { ResourceFacts } from '../schema/registry.js';
import { typeRegistry } from '../schema/types.js';
import type { RemoteGroupVersions } from './options.js';

/** The group versions that a catalog serves, as discovery wants them; made anew only after a change. */
export class ServedGroupVersions {
  private made: { readonly version: number; readonly list: readonly ServedGroupVersion[] } | undefined;

  constructor(
    private readonly catalog: Catalog,
    private readonly remote: RemoteGroupVersions,
  ) {}

  /** Grows with every change. */
  get version(): number {
    return this.catalog.version + this.remote.changes;
  }

  list(): readonly ServedGroupVersion[] {
    if (this.made?.version !== this.version) this.made = { version: this.version, list: this.make() };
    return this.made.list;
  }

  private make(): ServedGroupVersion[] {
    const own = [...typeRegistry().groupVersions, ...customGroupVersions(this.catalog)];
    const remote = this.remote.list().map((groupVersion) => ({ ...groupVersion, qualifiedKinds: true }));
    return [...own.filter(({ group, version }) => !this.remote.has(group, version)), ...remote];
  }
}

function customGroupVersions(catalog: Catalog): ServedGroupVersion[] {
  const found = new Map<string, { group: string; version: string; resources: ResourceFacts[] }>();
  for (const definition of catalog.all()) {
    if (definition.custom !== true || definition.listedVerbs?.length === 0) continue;
    const key = `${definition.group}/${definition.version}`;
    const entry = found.get(key) ?? { group: definition.group, version: definition.version, resources: [] };
    entry.resources.push(factsOf(definition));
    found.set(key, entry);
  }
  return [...found.values()].map(({ group, version, resources }) => ({
    group,
    version,
    resources,
    ...CUSTOM_PRIORITIES,
    qualifiedKinds: true,
  }));
}

function factsOf(definition: ResourceDefinition): ResourceFacts {
  const { group, version, resource, singular, kind, namespaced, verbs, shortNames, categories, storageVersionHash } = definition;
  const subresources = [...definition.subresources].map(([name, spec]) => ({
    name,
    verbs: spec.verbs,
    kind: spec.form === 'view' ? { group, version, kind } : spec.gvk,
  }));
  return {
    group,
    version,
    resource,
    singular,
    kind,
    namespaced,
    verbs: definition.listedVerbs ?? verbs,
    shortNames,
    categories,
    storageVersionHash,
    subresources,
  };
}
