import type { GroupVersionKind } from '../apimachinery/group-version.js';
import type { VersionConverter } from '../patch/apply/typed-object.js';
import type { CustomOpenApi } from './custom-open-api.js';
import type { DecodeOptions, Decoded } from '../schema/decode.js';
import type { ParsedJson } from '../schema/json.js';
import type { JsonObject, JsonValue, StructType } from '../schema/type.js';
import type { Connection } from './connection.js';
import type { FieldGetter } from './matcher.js';
import type { KubeObject } from './object.js';
import type { TablePrinter } from './printers/printer.js';
import type { RequestContext } from './request.js';
import type { Store, ValidateCreate } from './store.js';
import type { Strategy } from './strategy.js';

/** Conversion between a served version and the one that is stored. */
export interface VersionConversion {
  /** Takes ownership of `object`. */
  toStorage(object: KubeObject): KubeObject;
  /** Must not change `object`, which may be stored. */
  fromStorage(object: KubeObject): KubeObject;
  /** Names this form among the kept encodings of an object; default: the group and version. */
  readonly name?: string | undefined;
}

/** A conversion that may take a webhook. */
export interface StoreForm extends Omit<VersionConversion, 'toStorage'> {
  /** As in `VersionConversion`; a promise where a webhook is asked, which rejects with a StatusError. */
  toStorage(object: KubeObject): KubeObject | Promise<KubeObject>;
  /**
   * Present if reading takes a webhook, or may fail: `fromStorage` may be called for these
   * objects once it has resolved, or if it gives undefined. Throws, or rejects with, a StatusError.
   */
  readonly prepare?: ((objects: readonly KubeObject[]) => Promise<void> | undefined) | undefined;
}

/** How bodies become objects where the type doesn't say all of it: custom resources keep what their schema lets them. */
export interface ObjectCodec {
  /** Throws DecodingError. */
  decode(input: ParsedJson | JsonValue, options: DecodeOptions): Decoded;
  /** Fills in defaults; returns a copy where something changes. */
  complete(object: JsonObject): JsonObject;
}

/** Objects that are made when asked for. */
export interface ComputedObjects {
  list(): readonly KubeObject[];
  /** Throws 404. */
  get(name: string): KubeObject;
}

/** A resource at one version, as served below /api or /apis. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  /** Lower-case plural. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly storageVersionHash?: string | undefined;
  readonly type: StructType;
  /** Absent for virtual resources (reviews), which only have `create`. */
  readonly store?: Store | undefined;
  readonly strategy: Strategy;
  /** Reads bodies instead of the type's own decoder and defaults. */
  readonly codec?: ObjectCodec | undefined;
  /** Fills in what the type's literal defaults don't (Go: SetObjectDefaults_…). */
  readonly defaults?: ((object: KubeObject) => void) | undefined;
  /** Added to the answer of every request: the version is deprecated. */
  readonly warnings?: readonly string[] | undefined;
  /** Absent when this version is the stored one. */
  readonly conversion?: StoreForm | undefined;
  /** Runs synchronous work that may convert by `versionConverter`, again once conversions that it lacked have arrived. */
  readonly converting?: (<T>(work: () => T) => Promise<T>) | undefined;
  /** All versions whose fields the strategy resets; absent if there is one version only. */
  readonly apiVersions?: readonly string[] | undefined;
  /** How managedFields of other versions are read; absent if there is one version only. */
  readonly versionConverter?: (() => VersionConverter) | undefined;
  /** What fieldSelector takes, besides metadata.name and metadata.namespace. */
  readonly fieldLabels?: Readonly<Record<string, FieldGetter>> | undefined;
  /** False for resources that don't take metadata.namespace in a fieldSelector (nodes, namespaces). */
  readonly namespaceFieldLabel?: boolean | undefined;
  /** Field selector aliases (`spec.host` → `spec.nodeName`). */
  readonly fieldLabelAliases?: Readonly<Record<string, string>> | undefined;
  /** The words for a field label that isn't supported, where they are the type's own. */
  readonly unsupportedFieldLabel?: ((label: string) => string) | undefined;
  readonly subresources: ReadonlyMap<string, Subresource>;
  /** What discovery tells instead of `verbs`; without any it doesn't tell of the resource. */
  readonly listedVerbs?: readonly string[] | undefined;
  /** True for instances of a CustomResourceDefinition. */
  readonly custom?: boolean | undefined;
  /** How a custom resource is published in OpenAPI. */
  readonly openApi?: CustomOpenApi | undefined;
  /** Table columns of its own (custom resources); built-in ones are found by name. */
  readonly printer?: (() => TablePrinter) | undefined;
  /** Objects that are not stored. */
  readonly computed?: ComputedObjects | undefined;
  /** Answer to POST for virtual resources: gets the decoded object, returns the completed one. */
  readonly create?: ((object: KubeObject, context: RequestContext, options: ActionOptions) => Promise<KubeObject> | KubeObject) | undefined;
}

/** What lives below an object's path. */
export type Subresource =
  /** The object itself through another strategy: status, finalize, approval, resize, ephemeralcontainers. */
  | { readonly form: 'view'; readonly strategy: Strategy; readonly verbs: readonly string[] }
  /** Another kind computed from the object, such as Scale. */
  | {
      readonly form: 'projection';
      readonly gvk: GroupVersionKind;
      readonly type: StructType;
      readonly verbs: readonly string[];
      readonly projection: Projection;
    }
  /** POST of an action: binding, eviction, token. */
  | {
      readonly form: 'action';
      readonly gvk: GroupVersionKind;
      readonly type: StructType;
      readonly verbs: readonly string[];
      readonly action: Action;
      readonly defaults?: ((object: KubeObject) => void) | undefined;
    }
  /** Streams and proxies: log, exec, attach, portforward, proxy. Served by `server/` with the nodes' help. */
  | { readonly form: 'connect'; readonly gvk: GroupVersionKind; readonly verbs: readonly string[]; readonly connect?: Connect | undefined };

/** Reads and writes a projection of an object. Objects are in the stored version. */
export interface Projection {
  read(object: KubeObject): KubeObject;
  /** What GET answers, where it is stricter than the answer of a write. Default: what is read. */
  get?(object: KubeObject): KubeObject;
  /** What a write starts from, managedFields included. Default: what is read. */
  readForWrite?(object: KubeObject): KubeObject;
  /** Returns a changed copy of `object`; throws StatusError. */
  write(projected: KubeObject, object: KubeObject): KubeObject;
}

/** A request to be connected with a container, a pod, a service or a node. */
export interface ConnectRequest {
  readonly context: RequestContext;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Whether the client asks for another protocol on its connection. */
  readonly upgrade: boolean;
}

/** Throws what the real server refuses before it would dial. */
export type Connect = (request: ConnectRequest) => Promise<Connection>;

/** What a POST to a subresource answers. */
export interface ActionResult {
  readonly status: number;
  readonly object: KubeObject | Record<string, unknown>;
}

/** How a POST that stores nothing by itself is to be done. */
export interface ActionOptions {
  readonly dryRun: boolean;
  /** Validating admission; whoever acts calls it once the object is checked and complete. */
  readonly validate: ValidateCreate;
}

export type Action = (object: KubeObject, context: RequestContext, options: ActionOptions) => Promise<ActionResult>;
