import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { holdsGivenEmpty } from '../schema/given-empty.js';
import type { KubeObject, ObjectMeta } from './object.js';
import { strategyFor, type Strategy } from './strategy.js';

/** What distinguishes one spec-and-status resource from the next. */
export interface SpecStatusOptions {
  /** Counts changes of the spec in metadata.generation. Default: false. */
  readonly generation?: boolean;
  /** Fields besides spec whose changes count as a new generation. */
  readonly generationFields?: readonly string[];
  /** A list or map given as empty differs from none, so that it counts as a change too (Go: reflect.DeepEqual). Default: false. */
  readonly emptyIsChange?: boolean;
  /** The type has a status that only /status writes. Default: true. */
  readonly status?: boolean;
  /** What a new object's status is. Default: the empty one of the type. */
  readonly initialStatus?: () => unknown;
  /** /status leaves metadata alone (but for managedFields). Default: it may write it. */
  readonly statusKeepsMetadata?: boolean;
}

/** The two strategies that most resources start from: the object's own, and that of /status. */
export interface SpecStatusStrategies {
  readonly main: Strategy;
  readonly status: Strategy;
}

/**
 * Spec through the main path, status through /status, generation for changes of
 * the spec: what most strategies of upstream do alike.
 */
export function specStatus(options: SpecStatusOptions = {}): SpecStatusStrategies {
  const hasStatus = options.status !== false;
  const watched = ['spec', ...(options.generationFields ?? [])] as const;
  const isChanged = (value: unknown, old: unknown): boolean =>
    !semanticEqual(value, old) || (options.emptyIsChange === true && holdsGivenEmpty(value));
  const main: Strategy = {
    prepareForCreate(object) {
      if (hasStatus) object.status = options.initialStatus?.() ?? {};
      if (options.generation === true) object.metadata.generation = 1;
    },
    prepareForUpdate(object, old) {
      if (hasStatus) keepField(object, old, 'status');
      if (options.generation === true && watched.some((name) => isChanged(fieldOf(object, name), fieldOf(old, name)))) {
        object.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
    resetFields: hasStatus ? [['status']] : [],
  };
  const status: Strategy = {
    prepareForUpdate(object, old) {
      for (const name of Object.keys(object)) if (!KEPT.has(name)) keepField(object, old, name);
      for (const name of Object.keys(old)) if (!KEPT.has(name)) keepField(object, old, name);
      if (options.statusKeepsMetadata === true) resetMetadataForStatus(object.metadata, old.metadata);
    },
    resetFields: options.statusKeepsMetadata === true ? [['spec'], ['metadata']] : [['spec']],
  };
  return { main, status };
}

/** A strategy with some of its hooks replaced by those of one for a Go type. */
export function refined<T extends KubeObject>(base: Strategy, own: Strategy<T>): Strategy {
  return { ...base, ...strategyFor(own) };
}

const RESET = [
  'deletionTimestamp',
  'generation',
  'selfLink',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
] as const satisfies readonly (keyof ObjectMeta)[];

/** Takes back what a status update would change in metadata, but for managedFields (Go: metav1.ResetObjectMetaForStatus). */
export function resetMetadataForStatus(metadata: ObjectMeta, old: Readonly<ObjectMeta>): void {
  for (const name of RESET) {
    if (old[name] === undefined) Reflect.deleteProperty(metadata, name);
    else Reflect.set(metadata, name, old[name]);
  }
}

/** What /status may write. */
const KEPT: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function fieldOf(object: KubeObject, name: string): unknown {
  return (object as unknown as Record<string, unknown>)[name];
}

/** Takes a top-level field over from the stored object. It is shared from then on: don't change it. */
export function keepField(object: KubeObject, old: KubeObject, name: string): void {
  const target = object as unknown as Record<string, unknown>;
  const value = fieldOf(old, name);
  if (value === undefined) delete target[name];
  else target[name] = value;
}
