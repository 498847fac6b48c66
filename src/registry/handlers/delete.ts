import { invalidObject, isStatus, methodNotSupported } from '../../apimachinery/status.js';
import {
  deleteOptionsFromObject,
  parseDeleteOptions,
  validateDeleteOptions,
  type ParsedDeleteOptions,
} from '../../apimachinery/options.js';
import type { KubeObject } from '../object.js';
import { listObjects, type ListRequest } from '../reader.js';
import type { DeleteOptions } from '../strategy.js';
import type { ValidateCreate } from '../store.js';
import type { HandlerEnvironment, ResourceRequest, ResourceResult } from './api-request.js';
import { parseListRequest } from './read.js';
import { readOptionsBody } from './options-body.js';
import { attributesOf } from './write.js';

/** A DELETE's options come from its body, or from the query if there is none (never both). */
async function deleteOptions(request: ResourceRequest): Promise<ParsedDeleteOptions> {
  const given = await bodyOptions(request);
  const options = given ?? parseDeleteOptions(request.query);
  const faults = validateDeleteOptions(options);
  if (faults.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', faults);
  return options;
}

async function bodyOptions({ body, context }: ResourceRequest): Promise<ParsedDeleteOptions | undefined> {
  if (body === undefined) return undefined;
  if ('object' in body) return deleteOptionsFromObject(body.object as unknown as Record<string, unknown>);
  if (body.bytes.length === 0) return undefined;
  const object = await readOptionsBody(body.bytes, body.mediaType);
  // The version in which the real server tells them is its internal one.
  context.audit?.received({ ...object, kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal' });
  return deleteOptionsFromObject(object);
}

function storeOptions(options: ParsedDeleteOptions): DeleteOptions {
  return {
    gracePeriodSeconds: options.gracePeriodSeconds,
    orphanDependents: options.orphanDependents,
    propagationPolicy: options.propagationPolicy as DeleteOptions['propagationPolicy'],
    preconditions: options.preconditions,
    dryRun: options.dryRun.length > 0,
  };
}

function warnOfOptions({ definition, context }: ResourceRequest, options: ParsedDeleteOptions): void {
  for (const text of definition.strategy.warningsOnDelete?.(storeOptions(options)) ?? []) context.warn(text);
}

/** DELETE of one object (Go: DeleteResource). */
export async function deleteResource(request: ResourceRequest, environment: HandlerEnvironment): Promise<ResourceResult> {
  const { definition, context } = request;
  const options = await deleteOptions(request);
  const { store } = definition;
  if (store === undefined) throw methodNotSupported(definition, 'delete');
  warnOfOptions(request, options);
  const outcome = await store.delete(
    context.namespace,
    context.name,
    storeOptions(options),
    context,
    admissionOf(request, environment, options, context.name),
  );
  const status = !outcome.deleted && options.orphanDependents === false ? 202 : 200;
  const gvk = { group: definition.group, version: definition.version, kind: definition.kind };
  if (
    store.resource.returnsDeleted === true ||
    (!outcome.deleted && outcome.object.metadata.deletionTimestamp !== undefined && returnsPending(outcome.object))
  ) {
    return { kind: 'object', status, object: outcome.object, stored: outcome.stored, gvk };
  }
  return {
    kind: 'status',
    status,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: outcome.object.metadata.name,
        ...(definition.group === '' ? {} : { group: definition.group }),
        kind: definition.resource,
        uid: outcome.object.metadata.uid,
      },
    },
  };
}

/** An object that stays for its finalizers or its grace period is shown as it now is. */
function returnsPending(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

function admissionOf(request: ResourceRequest, environment: HandlerEnvironment, options: object, name: string): ValidateCreate {
  const { definition } = request;
  return async (old) => {
    const kind = { group: definition.group, version: definition.version, kind: definition.kind };
    const before = definition.conversion === undefined ? old : definition.conversion.fromStorage(old);
    const attributes = attributesOf(
      request,
      kind,
      'DELETE',
      undefined,
      before,
      (options as ParsedDeleteOptions).dryRun.length > 0,
      options,
      name,
    );
    await environment.admission.admit(attributes);
    await environment.admission.validate(attributes);
  };
}

/** The real server lists what it deletes in pages, which show exactly the version that was asked for. */
function inPages(list: ListRequest): ListRequest {
  const { resourceVersion, resourceVersionMatch } = list;
  return resourceVersion === '' || resourceVersion === '0' || resourceVersionMatch !== ''
    ? list
    : { ...list, resourceVersionMatch: 'Exact' };
}

/** DELETE of a collection: every selected object, one after the other (Go: Store.DeleteCollection). */
export async function deleteCollection(request: ResourceRequest, environment: HandlerEnvironment): Promise<ResourceResult> {
  const { definition, context } = request;
  const { store } = definition;
  const list = inPages(parseListRequest(request).list);
  const options = await deleteOptions(request);
  if (store === undefined) throw methodNotSupported(definition, 'deletecollection');
  warnOfOptions(request, options);
  const found = await listObjects(store, list);
  for (const item of found.items) {
    const { name } = item.key;
    try {
      await store.delete(item.key.namespace, name, storeOptions(options), context, admissionOf(request, environment, options, ''));
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
  return {
    kind: 'list',
    items: found.items,
    revision: found.revision,
    continue: found.continue,
    remainingItemCount: found.remainingItemCount,
  };
}
