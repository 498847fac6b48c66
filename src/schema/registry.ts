import type { GroupVersion, GroupVersionKind, GroupVersionResource } from '../apimachinery/group-version.js';
import { FactsStruct, parseType, type FactsScope } from './facts-type.js';
import { Facts, type FileEntry, type ResourceEntry } from './facts.js';
import type { ListType, MapType, ScalarType, StructType, Type } from './type.js';

/** A subresource as discovery lists it: `status` of pods, with the kind that its body has. */
export interface SubresourceFacts {
  readonly name: string;
  readonly kind: GroupVersionKind;
  readonly verbs: readonly string[];
}

/** A built-in resource, from discovery. */
export interface ResourceFacts extends GroupVersionResource {
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly storageVersionHash?: string | undefined;
  /** OpenAPI says that DELETE answers with the object, not with a Status. */
  readonly returnsDeleted?: boolean | undefined;
  readonly subresources: readonly SubresourceFacts[];
}

/** A served group version; priorities as in its APIService (higher comes first). apiregistration.k8s.io has none, and is above all others. */
export interface GroupVersionFacts extends GroupVersion {
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly resources: readonly ResourceFacts[];
}

const STANDARD_VERBS: readonly string[] = Object.freeze([
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]);
const NONE: readonly string[] = Object.freeze([]);

/**
 * The built-in API types and resources. What discovery needs is in memory at
 * once; the types of a group version are read when the first of them is used.
 * Everything handed out is shared and must not be changed.
 */
export class TypeRegistry {
  readonly facts: Facts;
  readonly groupVersions: readonly GroupVersionFacts[];
  readonly #scopes = new Map<string, FileScope>();
  readonly #byDefinitions = new Map<string, FileScope>();
  readonly #byGroupVersion = new Map<string, FileScope>();
  readonly #resources = new Map<string, ResourceFacts>();
  readonly #kinds = new Map<string, StructType>();

  constructor(facts: Facts = new Facts()) {
    this.facts = facts;
    const served: GroupVersionFacts[] = [];
    for (const entry of facts.index.files) {
      const scope = new FileScope(entry, this);
      this.#scopes.set(entry.file, scope);
      this.#byDefinitions.set(entry.definitions, scope);
      if (entry.group === undefined || entry.version === undefined) continue;
      this.#byGroupVersion.set(`${entry.group}/${entry.version}`, scope);
      if (entry.resources !== undefined) served.push(this.#groupVersion(entry, { group: entry.group, version: entry.version }));
    }
    this.groupVersions = Object.freeze(served);
  }

  /** The facts of a served resource (no subresources: they are within). */
  resource(gvr: GroupVersionResource): ResourceFacts | undefined {
    return this.#resources.get(`${gvr.group}/${gvr.version}/${gvr.resource}`);
  }

  /** A struct by its OpenAPI name: `io.k8s.api.core.v1.Pod`. */
  typeByName(name: string): StructType | undefined {
    const dot = name.lastIndexOf('.');
    return this.#byDefinitions.get(name.slice(0, dot))?.struct(name.slice(dot + 1));
  }

  /** The struct of a kind, including List kinds and the options and meta kinds that several group versions share. */
  typeOf(gvk: GroupVersionKind): StructType | undefined {
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
    let type = this.#kinds.get(key);
    if (type === undefined) {
      type = this.#findKind(gvk);
      if (type !== undefined) this.#kinds.set(key, type);
    }
    return type;
  }

  /** The struct of `<Kind>List`. */
  listTypeOf(gvk: GroupVersionKind): StructType | undefined {
    return this.typeOf({ group: gvk.group, version: gvk.version, kind: `${gvk.kind}List` });
  }

  /**
   * The kinds that OpenAPI marks a struct with (x-kubernetes-group-version-kind). Those that
   * every group version has are told for the whole scheme; documents of one group version narrow them.
   */
  kindsOf(type: StructType): readonly GroupVersionKind[] {
    const scope = this.#byDefinitions.get(type.name.slice(0, -type.goName.length - 1));
    if (scope === undefined) return [];
    const { file, group, version, kinds } = scope.entry;
    const kind = type.goName;
    if (kinds.core?.includes(kind)) return [{ group: '', version: 'v1', kind }];
    if (kinds.registered?.includes(kind)) return this.registeredGroupVersions().map((gv) => ({ ...gv, kind }));
    if (!kinds.own?.includes(kind) || group === undefined || version === undefined) return [];
    return this.facts.file(file).types[kind]?._?.gvk === 'none' ? [] : [{ group, version, kind }];
  }

  /** Every group version of the scheme, served or not, in OpenAPI's order. */
  registeredGroupVersions(): readonly GroupVersion[] {
    return Object.entries(this.facts.index.registered).flatMap(([group, versions]) => versions.map((version) => ({ group, version })));
  }

  /** A type by its name in the facts: `core.v1.Pod`, `core.v1.ResourceList`. */
  resolve(reference: string): Type {
    const dot = reference.lastIndexOf('.');
    const type = this.#scopes.get(reference.slice(0, dot))?.type(reference.slice(dot + 1));
    if (type === undefined) throw new Error(`no type named ${reference} in the facts`);
    return type;
  }

  /** The protobuf package of a group version's types; undefined if they have no protobuf form. */
  protobufPackage(gv: GroupVersion): string | undefined {
    return this.#byGroupVersion.get(`${gv.group}/${gv.version}`)?.entry.protobuf;
  }

  /** True for the group versions of the scheme, served or not. */
  isRegistered(gv: GroupVersion): boolean {
    const { registered } = this.facts.index;
    return Object.hasOwn(registered, gv.group) && (registered[gv.group] ?? NONE).includes(gv.version);
  }

  #findKind(gvk: GroupVersionKind): StructType | undefined {
    const own = this.#byGroupVersion.get(`${gvk.group}/${gvk.version}`);
    if (own?.entry.kinds.own?.includes(gvk.kind)) return own.struct(gvk.kind);
    const meta = this.#scopes.get('meta.v1');
    if (meta === undefined) return undefined;
    const { core, registered } = meta.entry.kinds;
    if (gvk.group === '' && gvk.version === 'v1' && core?.includes(gvk.kind)) return meta.struct(gvk.kind);
    return registered?.includes(gvk.kind) && this.isRegistered(gvk) ? meta.struct(gvk.kind) : undefined;
  }

  #groupVersion(entry: FileEntry, gv: GroupVersion): GroupVersionFacts {
    const resources: ResourceFacts[] = [];
    const all = Object.entries(entry.resources ?? {});
    for (const [resource, facts] of all) {
      if (resource.includes('/')) continue;
      const subresources = all
        .filter(([name]) => name.startsWith(`${resource}/`))
        .map(([name, sub]) => subresource(name.slice(resource.length + 1), sub, gv));
      const made = makeResource(resource, facts, gv, subresources);
      this.#resources.set(`${gv.group}/${gv.version}/${resource}`, made);
      resources.push(made);
    }
    return Object.freeze({
      ...gv,
      groupPriority: entry.priority?.group ?? 0,
      versionPriority: entry.priority?.version ?? 0,
      resources: Object.freeze(resources),
    });
  }
}

function subresource(name: string, entry: ResourceEntry, gv: GroupVersion): SubresourceFacts {
  const kind = Object.freeze({ group: entry.group ?? gv.group, version: entry.version ?? gv.version, kind: entry.kind });
  return Object.freeze({ name, kind, verbs: entry.verbs ?? STANDARD_VERBS });
}

function makeResource(resource: string, entry: ResourceEntry, gv: GroupVersion, subresources: readonly SubresourceFacts[]): ResourceFacts {
  return Object.freeze({
    ...gv,
    resource,
    singular: entry.singular ?? '',
    kind: entry.kind,
    namespaced: entry.namespaced === true,
    verbs: entry.verbs ?? STANDARD_VERBS,
    shortNames: entry.short ?? NONE,
    categories: entry.categories ?? NONE,
    storageVersionHash: entry.hash,
    returnsDeleted: entry.returnsDeleted,
    subresources: Object.freeze(subresources),
  });
}

/** The types of one file, made on demand. */
class FileScope implements FactsScope {
  readonly entry: FileEntry;
  readonly #registry: TypeRegistry;
  readonly #types = new Map<string, Type>();

  constructor(entry: FileEntry, registry: TypeRegistry) {
    this.entry = entry;
    this.#registry = registry;
  }

  get definitions(): string {
    return this.entry.definitions;
  }

  file() {
    return this.#registry.facts.file(this.entry.file);
  }

  resolve(reference: string): Type {
    if (reference.includes('.')) return this.#registry.resolve(reference);
    const type = this.type(reference);
    if (type === undefined) throw new Error(`no type named ${reference} in ${this.entry.file}`);
    return type;
  }

  struct(name: string): StructType | undefined {
    const type = this.type(name);
    return type?.kind === 'struct' ? type : undefined;
  }

  type(name: string): Type | undefined {
    let type = this.#types.get(name);
    if (type === undefined) {
      type = this.#make(name);
      if (type !== undefined) this.#types.set(name, type);
    }
    return type;
  }

  #make(name: string): Type | undefined {
    const { names, types } = this.file();
    if (Object.hasOwn(types, name)) return new FactsStruct(name, this);
    const named = Object.hasOwn(names, name) ? names[name] : undefined;
    if (named === undefined) return undefined;
    const goName = `${this.definitions.slice(this.definitions.lastIndexOf('.') + 1)}.${name}`;
    const base = parseType(named.type, this);
    if (base.kind === 'struct') return base;
    if (base.kind === 'scalar') return Object.freeze({ ...base, goName, enum: named.enum } satisfies ScalarType);
    return Object.freeze({ ...base, goName } satisfies ListType | MapType);
  }
}
