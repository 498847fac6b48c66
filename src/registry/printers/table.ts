import type { JsonObject, JsonValue } from '../../schema/type.js';
import type { TablePrinter } from './printer.js';

/** The versions of meta.k8s.io, which look alike. */
export type MetaVersion = 'v1' | 'v1beta1';

/** What a row carries besides its cells (metav1.IncludeObjectPolicy). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRequest {
  readonly printer: TablePrinter;
  /** In the storage version, which is what printers know. */
  readonly objects: readonly JsonObject[];
  /** Metadata of the list; for a single object its resourceVersion. */
  readonly listMeta: JsonObject;
  readonly includeObject: IncludeObject;
  /** Leaves the columns out, as a watch does after its first event. */
  readonly noHeaders?: boolean | undefined;
  readonly version: MetaVersion;
  /** Milliseconds; ages count up to here. */
  readonly now: number;
  /** Turns an object into the version that was asked for, for rows with whole objects. */
  readonly present?: ((object: JsonObject) => JsonObject) | undefined;
}

/** Marks the bookmark after the initial events of a watch; clients need to see it even without objects. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** A meta.k8s.io Table in JSON form (Go: asTable in k8s.io/apiserver/pkg/endpoints/handlers). Shares structure with the objects. */
export function tableOf(request: TableRequest): JsonObject {
  const { printer, objects, listMeta, version } = request;
  const sorted = printer.compare === undefined || objects.length < 2 ? objects : [...objects].sort(printer.compare);
  const headers = request.noHeaders !== true || printer.alwaysHeaders === true;
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: listMeta,
    columnDefinitions: headers ? (printer.columns as readonly object[] as JsonObject[]) : null,
    rows: objects.length === 0 && printer.emptyRowsAreNull === true ? null : sorted.map((object) => rowOf(object, request)),
  };
}

function rowOf(object: JsonObject, request: TableRequest): JsonObject {
  const { printer, now } = request;
  const row: JsonObject = { cells: printer.cells(object, now) };
  const conditions = printer.conditions?.(object);
  if (conditions !== undefined) row['conditions'] = conditions as readonly object[] as JsonObject[];
  row['object'] = includedObject(object, request);
  return row;
}

function includedObject(object: JsonObject, { includeObject, present, version }: TableRequest): JsonObject | null {
  if (includeObject === 'Object') return present === undefined ? object : present(object);
  if (includeObject === 'Metadata' || endsInitialEvents(object)) return partialObjectMetadata(object, version);
  return null;
}

function endsInitialEvents({ metadata }: JsonObject): boolean {
  const { annotations } = metadata as { annotations?: Record<string, string> };
  return annotations?.[INITIAL_EVENTS_END] === 'true';
}

/** An object reduced to its metadata. */
export function partialObjectMetadata(object: JsonObject, version: MetaVersion): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: internalMetadata(object) };
}

/**
 * Annotations that stand for fields of Go's internal versions. Metadata alone is
 * taken from there, so it comes without them.
 */
const FIELDS_AS_ANNOTATIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['apps/v1 DaemonSet', ['deprecated.daemonset.template.generation']],
  ['apps/v1 Deployment', ['deprecated.deployment.rollback.to']],
  [
    'autoscaling/v1 HorizontalPodAutoscaler',
    ['metrics', 'behavior', 'current-metrics', 'conditions'].map((name) => `autoscaling.alpha.kubernetes.io/${name}`),
  ],
]);

function internalMetadata({ apiVersion, kind, metadata }: JsonObject): JsonValue | undefined {
  const { annotations } = metadata as { annotations?: { [key: string]: JsonValue } };
  if (annotations === undefined || typeof kind !== 'string' || typeof apiVersion !== 'string') return metadata;
  const hidden = FIELDS_AS_ANNOTATIONS.get(`${apiVersion} ${kind}`);
  if (hidden?.some((key) => Object.hasOwn(annotations, key)) !== true) return metadata;
  const shown = Object.entries(annotations).filter(([key]) => !hidden.includes(key));
  const out = { ...(metadata as JsonObject), annotations: Object.fromEntries(shown) };
  if (shown.length === 0) Reflect.deleteProperty(out, 'annotations');
  return out;
}

/** The metadata of a list's objects; without any, Go's list stays nil and is written as null. */
export function partialObjectMetadataList(objects: readonly JsonObject[], listMeta: JsonObject, version: MetaVersion): JsonObject {
  const items: JsonValue = objects.length === 0 ? null : objects.map((object) => partialObjectMetadata(object, version));
  return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata: listMeta, items };
}
