import { goQuote } from '../apimachinery/field-error.js';
import { parseUint64 } from '../apimachinery/strconv.js';
import { badRequest, expired, plainError, StatusError } from '../apimachinery/status.js';
import { StorageError, type ListResult, type Storage, type Stored } from '../storage/storage.js';
import { decodeContinue, encodeContinue } from './continue-token.js';
import type { Matcher } from './matcher.js';
import type { KubeObject } from './object.js';
import { noSuchObject } from './refusals.js';
import type { Store } from './store.js';

/** A list request after its options were checked. */
export interface ListRequest {
  /** Absent: all namespaces. */
  readonly namespace: string | undefined;
  readonly matcher: Matcher;
  /** An exact `metadata.name` in the field selector: a list of at most one. */
  readonly name?: string | undefined;
  readonly limit: number;
  readonly continue: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
}

export interface ListOutcome {
  readonly items: readonly Stored<KubeObject>[];
  readonly revision: number;
  readonly continue: string;
  /** Only for pages of unfiltered lists. */
  readonly remainingItemCount: number | undefined;
}

/** `resourceVersion` as a number; 0 for none. Throws what a get or a watch answers. */
export function parseRevision(text: string): number {
  if (text === '') return 0;
  const problem = uintProblem(text);
  if (problem !== undefined) throw plainError(500, problem);
  return Number(text);
}

/** Go: strconv.ParseUint's complaint inside a field error. */
function uintProblem(text: string): string | undefined {
  const parsed = parseUint64(text);
  return typeof parsed === 'string' ? `resourceVersion: Invalid value: ${goQuote(text)}: ${parsed}` : undefined;
}

/** Reads one object at any version not older than asked for. */
export async function readObject(store: Store, namespace: string, name: string, resourceVersion: string): Promise<Stored<KubeObject>> {
  if (resourceVersion !== '' && resourceVersion !== '0') {
    const wanted = parseRevision(resourceVersion);
    if (wanted > store.environment.storage.revision()) throw tooLarge(wanted, store.environment.storage);
  }
  const stored = await store.find(namespace, name);
  if (stored === undefined) throw noSuchObject(store.resource, name);
  await store.form?.prepare?.([stored.value]);
  return stored;
}

/** Selectors read the form of a version: where that takes a webhook, everything is converted before they look. */
async function prepareAll({ form, environment, bucket }: Store, namespace: string | undefined): Promise<void> {
  if (form?.prepare === undefined) return;
  const { items } = await environment.storage.list(bucket, { namespace });
  await form.prepare(items.map(({ value }) => value));
}

/** Go: etcd3 store.GetList with the watch cache's rules for resourceVersion. */
export async function listObjects(store: Store, request: ListRequest): Promise<ListOutcome> {
  const found = await findObjects(store, request);
  await store.form?.prepare?.(found.items.map(({ value }) => value));
  return found;
}

async function findObjects(store: Store, request: ListRequest): Promise<ListOutcome> {
  const { storage } = store.environment;
  const { matcher } = request;
  if (matcher !== undefined) await prepareAll(store, request.namespace);
  let revision: number | undefined;
  let after: { namespace: string; name: string } | undefined;
  const limit = request.resourceVersion === '0' ? 0 : request.limit;

  if (request.continue !== '') {
    const point = decodeContinue(request.continue, request.namespace);
    if (request.resourceVersion !== '' && request.resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    after = { namespace: point.namespace, name: point.name };
    if (point.revision > 0) revision = point.revision;
  } else if (request.resourceVersion !== '' && request.resourceVersion !== '0') {
    const problem = uintProblem(request.resourceVersion);
    if (problem !== undefined) throw badRequest(`invalid resource version: ${problem}`);
    const wanted = Number(request.resourceVersion);
    if (wanted > storage.revision()) throw tooLarge(wanted, storage);
    const exact = request.resourceVersionMatch === 'Exact' || (request.resourceVersionMatch === '' && request.limit > 0);
    if (exact) revision = wanted;
  }

  if (request.name !== undefined && revision === undefined) return await listOne(store, request, request.name);

  const result = await readList(storage, store, request, revision, after, limit);
  const last = result.items[result.items.length - 1];
  if (!result.more || last === undefined)
    return { items: result.items, revision: result.revision, continue: '', remainingItemCount: undefined };
  return {
    items: result.items,
    revision: result.revision,
    continue: encodeContinue(
      { revision: result.revision, namespace: last.key.namespace, name: last.key.name },
      request.namespace !== undefined,
    ),
    remainingItemCount: matcher === undefined ? result.remaining : undefined,
  };
}

async function listOne(store: Store, request: ListRequest, name: string): Promise<ListOutcome> {
  const { storage } = store.environment;
  const revision = storage.revision();
  if (request.namespace === undefined && store.resource.namespaced) {
    const all = await storage.list(store.bucket, { filter: request.matcher as (value: unknown) => boolean });
    return { items: all.items, revision: all.revision, continue: '', remainingItemCount: undefined };
  }
  const stored = await store.find(request.namespace ?? '', name);
  const items = stored !== undefined && (request.matcher === undefined || request.matcher(stored.value)) ? [stored] : [];
  return { items, revision, continue: '', remainingItemCount: undefined };
}

async function readList(
  storage: Storage<KubeObject>,
  store: Store,
  request: ListRequest,
  revision: number | undefined,
  after: { namespace: string; name: string } | undefined,
  limit: number,
): Promise<ListResult<KubeObject>> {
  try {
    return await storage.list(store.bucket, {
      namespace: store.resource.namespaced ? request.namespace : undefined,
      revision,
      after,
      limit,
      filter: request.matcher as ((value: unknown) => boolean) | undefined,
    });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'RevisionTooLarge') throw tooLarge(revision ?? 0, storage);
    if (error.code !== 'RevisionCompacted') throw error;
    if (after === undefined) throw expired(`The resourceVersion for the provided list is too old.`);
    throw continueExpired(encodeContinue({ revision: -1, ...after }, request.namespace !== undefined));
  }
}

/** 410 of an old token; it carries one that goes on inconsistently (Go: handleCompactedErrorForPaging). */
function continueExpired(token: string): StatusError {
  const error = expired(
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  return new StatusError({ ...error.status, continue: token });
}

/** 504 for a revision of the future (Go: storage.NewTooLargeResourceVersionError). */
export function tooLarge(wanted: number, storage: Storage<KubeObject>): StatusError {
  return new StatusError({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${String(wanted)}, current: ${String(storage.revision())}`,
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  });
}
