import type { FieldError } from '../apimachinery/field-error.js';
import type { KubeObject } from './object.js';
import type { RequestContext } from './request.js';
import type { DeleteOutcome, Store, ValidateCreate } from './store.js';

/** What DELETE does to dependents when the request doesn't say (Go: rest.GarbageCollectionPolicy). */
export type GarbageCollectionPolicy = 'background' | 'orphan' | 'unsupported';

/** The options of a DELETE that strategies look at or complete. */
export interface DeleteOptions {
  gracePeriodSeconds?: number | undefined;
  orphanDependents?: boolean | undefined;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  preconditions?: { uid?: string | undefined; resourceVersion?: string | undefined } | undefined;
  dryRun: boolean;
}

/** Undo (`false`) or keep (`true`) what a begin hook reserved, such as an address. */
export type Finish = (success: boolean) => Promise<void> | void;

/**
 * What one resource adds to the algorithm of `Store` (Go: rest.RESTCreateStrategy
 * and its kin). All hooks are optional; the generic part (system metadata,
 * metadata validation, preconditions, finalizers) is the store's.
 *
 * Objects passed as `object` belong to the request and may be changed;
 * objects passed as `old` are stored and must not be.
 */
export interface Strategy<T extends KubeObject = KubeObject> {
  /** PUT of a missing object creates it. Default: false. */
  readonly allowCreateOnUpdate?: boolean;
  /** PUT without a resourceVersion overwrites. Default: true. */
  readonly allowUnconditionalUpdate?: boolean;
  /** Messages for a bad name; `prefix` is true for generateName. Default: DNS subdomain. */
  readonly validateName?: (name: string, prefix: boolean, object?: KubeObject) => string[];
  /** Makes a name from generateName. Default: the text and five random characters. */
  readonly generateName?: (base: string) => string;
  /** Throws 403 if the user may not write this, before anything is checked or filled in (Go: rbac's policybased storage). */
  authorizeWrite?(object: T, old: T | undefined, context: RequestContext): void;
  /** Clears and fills what clients may not decide. */
  prepareForCreate?(object: T, context: RequestContext): void;
  /** Faults beyond metadata, of which the faults so far are told. */
  validate?(object: T, context: RequestContext, sofar?: readonly FieldError[]): FieldError[];
  warningsOnCreate?(object: T, context: RequestContext): string[];
  prepareForUpdate?(object: T, old: T, context: RequestContext): void;
  validateUpdate?(object: T, old: T, context: RequestContext, sofar?: readonly FieldError[]): FieldError[];
  /**
   * `validate` and `validateUpdate` check metadata themselves, in an order of
   * their own; on creation the store's checks (`validateName`) follow only if they pass. Default: false.
   */
  readonly validatesMetadata?: boolean;
  warningsOnUpdate?(object: T, old: T, context: RequestContext): string[];
  canonicalize?(object: T): void;
  /** Warnings about the options of a DELETE, of an object or a collection. */
  warningsOnDelete?(options: DeleteOptions): string[];
  /** Default: background. */
  readonly garbageCollection?: GarbageCollectionPolicy | ((context: RequestContext) => GarbageCollectionPolicy);
  /** Whether deletion is graceful; fills in `options.gracePeriodSeconds` if so. Default: at once. */
  checkGracefulDelete?(object: T, options: DeleteOptions): boolean;
  /** Deletes in a way of its own (Go: a REST's own Delete); undefined leaves it to the store. */
  delete?(
    store: Store,
    name: string,
    options: DeleteOptions,
    context: RequestContext,
    validate?: ValidateCreate,
  ): Promise<DeleteOutcome | undefined>;
  /** Reserves what create or update needs (addresses, ports); the store calls the result exactly once. */
  beginCreate?(object: T, context: RequestContext, dryRun: boolean): Promise<Finish> | Finish;
  beginUpdate?(object: T, old: T, context: RequestContext, dryRun: boolean): Promise<Finish> | Finish;
  afterDelete?(object: T, dryRun: boolean): Promise<void> | void;
  /** Completes an object on its way out, such as defaults of fields that older versions lacked. */
  decorate?(object: T): T;
  /** Whether reading filled in more of an object than was stored, so that even an update without changes is a write. */
  completedByReading?(old: T): boolean;
  /** Whether an update that leaves no finalizers on a deleted object removes it. Default: true. */
  shouldDeleteDuringUpdate?(object: T, old: T): boolean;
  /** Field paths that writes through this endpoint can't change, for server-side apply. */
  readonly resetFields?: readonly (readonly string[])[];
}

/**
 * A strategy for one Go type, erased for the registry. The cast is sound because
 * the store of a resource only ever hands it objects decoded as that type.
 */
export function strategyFor<T extends KubeObject>(strategy: Strategy<T>): Strategy {
  return strategy as unknown as Strategy;
}
