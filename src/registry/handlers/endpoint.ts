import type { GroupVersionKind } from '../../apimachinery/group-version.js';
import { methodNotSupported } from '../../apimachinery/status.js';
import { fieldManagerFor, type ManagedWrites } from '../field-managers.js';
import type { KubeObject } from '../object.js';
import type { ResourceDefinition } from '../resource.js';
import type { Store } from '../store.js';
import type { ResourceRequest } from './api-request.js';
import type { Expected } from './decode-body.js';

/** What lives at a path: the object itself, a view of it, or a projection. */
export interface Endpoint extends Expected {
  readonly store: Store | undefined;
  /** The endpoint's objects are of another kind, made from the stored ones. */
  readonly projected: boolean;
  /** Tracks who manages which fields. */
  readonly fieldManager: () => ManagedWrites;
  /** Runs what the field manager does, which may have to wait for conversions. */
  readonly managing: <T>(work: () => T) => T | Promise<T>;
  /** A stored object as this endpoint shows it. */
  readonly view: (stored: KubeObject) => KubeObject;
  /** The same for GET. */
  readonly viewForGet: (stored: KubeObject) => KubeObject;
  /** The same as what a write starts from: with all its managedFields. */
  readonly viewForWrite: (stored: KubeObject) => KubeObject;
  /** An object of this endpoint as it is to be stored. */
  readonly unview: (object: KubeObject, stored: KubeObject | undefined) => KubeObject | Promise<KubeObject>;
  readonly toStorage: (object: KubeObject) => KubeObject | Promise<KubeObject>;
  readonly fromStorage: (object: KubeObject) => KubeObject;
}

/** The real server makes a scheme for the options of custom resources, and none for their projections. */
const UNKNOWN_TO_CUSTOM_SCHEME =
  'no kind is registered for the type v1.Scale in scheme "k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go:781"';

const same = (object: KubeObject): KubeObject => object;
const atOnce = <T>(work: () => T): T => work();

/** Finds out what a request's path leads to. */
export function endpointOf(request: ResourceRequest): Endpoint {
  const { definition, subresource } = request;
  // A store with a form of its own hands out objects of this version already.
  const conversion = definition.store?.form === undefined ? definition.conversion : undefined;
  const toStorage = conversion === undefined ? same : conversion.toStorage.bind(conversion);
  const fromStorage = conversion === undefined ? same : conversion.fromStorage.bind(conversion);
  const gvk: GroupVersionKind = { group: definition.group, version: definition.version, kind: definition.kind };
  const spec = subresource?.spec;
  if (spec === undefined || spec.form === 'view') {
    const strategy = spec?.strategy;
    return {
      gvk,
      type: definition.type,
      custom: definition.custom === true,
      defaults: definition.defaults,
      codec: definition.codec,
      store: strategy === undefined ? definition.store : viewStore(definition, strategy, subresource?.name ?? ''),
      projected: false,
      fieldManager: () => fieldManagerFor(definition, subresource?.name ?? '', strategy ?? definition.strategy),
      managing: definition.converting ?? atOnce,
      view: fromStorage,
      viewForGet: fromStorage,
      viewForWrite: fromStorage,
      unview: toStorage,
      toStorage,
      fromStorage,
    };
  }
  const name = subresource?.name ?? '';
  if (spec.form === 'connect') throw methodNotSupported(definition, 'connect');
  const projection = spec.form === 'projection' ? spec.projection : undefined;
  return {
    gvk: spec.gvk,
    type: spec.type,
    custom: false,
    otherKind: definition.custom === true ? UNKNOWN_TO_CUSTOM_SCHEME : undefined,
    defaults: spec.form === 'action' ? spec.defaults : undefined,
    store: definition.store,
    projected: true,
    fieldManager: () => fieldManagerFor(definition, name, definition.strategy, spec),
    managing: atOnce,
    view: (stored) => projection?.read(stored) ?? stored,
    viewForGet: (stored) => projection?.get?.(stored) ?? projection?.read(stored) ?? stored,
    viewForWrite: (stored) => projection?.readForWrite?.(stored) ?? projection?.read(stored) ?? stored,
    unview: (object, stored) => {
      if (projection === undefined || stored === undefined) throw methodNotSupported(definition, 'update');
      return projection.write(object, stored);
    },
    toStorage: same,
    fromStorage: same,
  };
}

const VIEWS = new WeakMap<ResourceDefinition, Map<string, Store>>();

function viewStore(definition: ResourceDefinition, strategy: ResourceDefinition['strategy'], name: string): Store | undefined {
  let views = VIEWS.get(definition);
  if (views === undefined) {
    views = new Map();
    VIEWS.set(definition, views);
  }
  let store = views.get(name);
  if (store === undefined && definition.store !== undefined) {
    store = definition.store.withStrategy(strategy);
    views.set(name, store);
  }
  return store;
}
