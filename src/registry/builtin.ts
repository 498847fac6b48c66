import type { GroupVersionKind } from '../apimachinery/group-version.js';
import { decodeObject } from '../schema/decode.js';
import type { ResourceFacts } from '../schema/registry.js';
import { inFieldOrder } from '../schema/field-order.js';
import { typeRegistry } from '../schema/types.js';
import type { StructType } from '../schema/type.js';
import { BuiltinVersions, conversionKey } from './builtin-versions.js';
import type { BehaviourEnvironment, BehaviourFactory, ResourceBehaviour } from './behaviour.js';
import { behaviourFactories } from './behaviours.js';
import type { Catalog } from './catalog.js';
import { connects } from './core/connect.js';
import { nullEmptyLists } from './empty-lists.js';
import { asJson, asObject, type KubeObject } from './object.js';
import type { Connect, ResourceDefinition, Subresource } from './resource.js';
import { scaleProjection } from './scale.js';
import { specStatus } from './spec-status.js';
import { Store } from './store.js';
import type { Strategy } from './strategy.js';

/** Where several versions of a resource are served, the one that is stored; elsewhere it is the only one. */
const STORED_VERSIONS: Readonly<Record<string, GroupVersionKind>> = {
  'autoscaling/horizontalpodautoscalers': { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler' },
  'events.k8s.io/events': { group: '', version: 'v1', kind: 'Event' },
};

const standard: BehaviourFactory = () => {
  const { main, status } = specStatus({ status: false });
  return { strategy: main, status };
};

/** Puts every resource that facts declare into the catalog, with the behaviour that is particular to it. */
export function addBuiltinResources(catalog: Catalog, environment: BehaviourEnvironment): void {
  const stores = new Map<string, Store>();
  const behaviours = new Map<string, ResourceBehaviour>();
  const connections = connects(environment);
  for (const groupVersion of typeRegistry().groupVersions) {
    for (const facts of groupVersion.resources) {
      const home = STORED_VERSIONS[`${facts.group}/${facts.resource}`];
      const key = `${home?.group ?? facts.group}/${facts.resource}`;
      let behaviour = behaviours.get(key);
      if (behaviour === undefined) {
        behaviour = (behaviourFactories[key] ?? standard)(environment);
        behaviours.set(key, behaviour);
      }
      let store = stores.get(key);
      if (store === undefined && facts.verbs.includes('list')) {
        const resource = {
          group: home?.group ?? facts.group,
          resource: facts.resource,
          kind: facts.kind,
          namespaced: facts.namespaced,
          returnsDeleted: behaviour.returnsDeleted,
          storedForm: storedFormOf(home ?? facts),
          orderedForm: orderedFormOf(home ?? facts),
        };
        store = new Store(resource, withZeroStatus(behaviour.strategy, home ?? facts), environment);
        stores.set(key, store);
      }
      catalog.add(new BuiltinResource(facts, behaviour, store, home ?? facts, connections[key]));
    }
  }
}

/** A resource made from facts and behaviour. Its type is read on first use: start-up is a feature. */
class BuiltinResource implements ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly strategy: Strategy;
  readonly defaults: ResourceDefinition['defaults'];
  readonly conversion: ResourceDefinition['conversion'];
  readonly fieldLabels: ResourceDefinition['fieldLabels'];
  readonly fieldLabelAliases: ResourceDefinition['fieldLabelAliases'];
  readonly namespaceFieldLabel: boolean | undefined;
  readonly unsupportedFieldLabel: ResourceDefinition['unsupportedFieldLabel'];
  readonly warnings: readonly string[] | undefined;
  readonly computed: ResourceDefinition['computed'];
  readonly create: ResourceDefinition['create'];
  readonly store: Store | undefined;
  readonly apiVersions: readonly string[] | undefined;
  readonly versionConverter: ResourceDefinition['versionConverter'];
  private readonly facts: ResourceFacts;
  private readonly behaviour: ResourceBehaviour;
  private loadedType: StructType | undefined;
  private loadedSubresources: ReadonlyMap<string, Subresource> | undefined;

  constructor(
    facts: ResourceFacts,
    behaviour: ResourceBehaviour,
    store: Store | undefined,
    home: GroupVersionKind,
    private readonly connections: Readonly<Record<string, Connect>> | undefined,
  ) {
    this.facts = facts;
    this.behaviour = behaviour;
    this.store = store;
    this.group = facts.group;
    this.version = facts.version;
    this.resource = facts.resource;
    this.singular = facts.singular;
    this.kind = facts.kind;
    this.listKind = `${facts.kind}List`;
    this.namespaced = facts.namespaced;
    this.shortNames = facts.shortNames;
    this.categories = facts.categories;
    this.verbs = facts.verbs;
    this.strategy = store?.strategy ?? behaviour.strategy;
    const { defaults } = behaviour;
    this.defaults =
      defaults === undefined
        ? undefined
        : (object) => {
            defaults(object, facts.version);
          };
    const versionKey = conversionKey(home, facts);
    this.conversion = behaviour.conversions?.[versionKey];
    const versions = new BuiltinVersions(home, behaviour.conversions ?? {});
    if (facts.group === home.group && versions.apiVersions.length > 1) {
      this.apiVersions = versions.apiVersions;
      this.versionConverter = () => versions;
    }
    this.fieldLabels = behaviour.versionFieldLabels?.[versionKey] ?? behaviour.fieldLabels;
    this.warnings = behaviour.warnings;
    this.fieldLabelAliases = behaviour.fieldLabelAliases;
    this.namespaceFieldLabel = behaviour.namespaceFieldLabel;
    this.unsupportedFieldLabel = behaviour.unsupportedFieldLabel;
    this.computed = behaviour.computed;
    this.create = behaviour.create;
  }

  get type(): StructType {
    this.loadedType ??= requireType(this.facts, this.facts.kind);
    return this.loadedType;
  }

  get subresources(): ReadonlyMap<string, Subresource> {
    this.loadedSubresources ??= new Map(
      this.facts.subresources.map((facts) => [facts.name, this.subresource(facts.name, facts.verbs, facts.kind)]),
    );
    return this.loadedSubresources;
  }

  private subresource(name: string, verbs: readonly string[], gvk: { group: string; version: string; kind: string }): Subresource {
    const { behaviour } = this;
    const action = behaviour.actions?.[name];
    if (action !== undefined)
      return { form: 'action', gvk, verbs, action, defaults: behaviour.actionDefaults?.[name], type: requireType(gvk, gvk.kind) };
    if (name === 'scale')
      return { form: 'projection', gvk, verbs, type: requireType(gvk, gvk.kind), projection: scaleProjection(this, behaviour.scale) };
    const view = behaviour.views?.[name] ?? (name === 'status' ? (behaviour.status ?? specStatus().status) : undefined);
    if (view !== undefined && gvk.kind === this.kind) return { form: 'view', strategy: view, verbs };
    return { form: 'connect', gvk, verbs, connect: this.connections?.[name] };
  }
}

/** Groups whose objects the real server stores as JSON. */
const STORED_AS_JSON: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

function storedFormOf(gvk: GroupVersionKind): ((object: KubeObject) => void) | undefined {
  if (STORED_AS_JSON.has(gvk.group)) return undefined;
  let type: StructType | undefined;
  return (object) => {
    type ??= requireType(gvk, gvk.kind);
    nullEmptyLists(object, type);
  };
}

/** Objects are kept with their fields in Go's order, so that they are printed in it. */
function orderedFormOf(gvk: GroupVersionKind): (object: KubeObject) => KubeObject {
  let type: StructType | undefined;
  return (object) => {
    type ??= requireType(gvk, gvk.kind);
    return asObject(inFieldOrder(type, asJson(object)));
  };
}

function requireType(gv: { readonly group: string; readonly version: string }, kind: string): StructType {
  const type = typeRegistry().typeOf({ group: gv.group, version: gv.version, kind });
  if (type === undefined) throw new Error(`the facts lack ${gv.group}/${gv.version} ${kind}`);
  return type;
}

/** New objects get the status that an empty Go struct has, not just `{}`. */
function withZeroStatus(strategy: Strategy, home: { readonly group: string; readonly version: string; readonly kind: string }): Strategy {
  const { prepareForCreate } = strategy;
  if (prepareForCreate === undefined) return strategy;
  return {
    ...strategy,
    prepareForCreate(object, context) {
      prepareForCreate.call(strategy, object, context);
      if (isEmpty(object.status)) object.status = zeroStatus(home);
    },
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function zeroStatus(gvk: { readonly group: string; readonly version: string; readonly kind: string }): unknown {
  const status = requireType(gvk, gvk.kind).byName.get('status');
  if (status?.type.kind !== 'struct') return {};
  return decodeObject(status.type, {}).object;
}
