import { Reinvocation, type Attributes, type Operation } from '../../admission/admission.js';
import { invalidObject, methodNotSupported } from '../../apimachinery/status.js';
import type { GroupVersionKind } from '../../apimachinery/group-version.js';
import {
  parseCreateOptions,
  parseUpdateOptions,
  validateCreateOptions,
  validateUpdateOptions,
  type WriteOptions,
} from '../../apimachinery/options.js';
import { managedFieldsFault } from '../../patch/apply/managed-fields.js';
import type { Json } from '../../schema/type.js';
import type { KubeObject } from '../object.js';
import type { Store, UpdateInfo, ValidateCreate } from '../store.js';
import type { HandlerEnvironment, ResourceRequest, ResourceResult } from './api-request.js';
import { decodeBody, type FieldValidation } from './decode-body.js';
import { endpointOf, type Endpoint } from './endpoint.js';
import { managerOrUserAgent } from './manager.js';
import { checkName, ensureNamespace } from './names.js';
import { dedupOwnerReferences } from './owner-references.js';
import { Undo } from './undo.js';

const META_GROUP = 'meta.k8s.io';

/** Go: fieldValidation(): absent means Warn. */
export function directive(given: string): FieldValidation {
  return given === 'Ignore' || given === 'Strict' ? given : 'Warn';
}

/** Subresources whose POST keeps what the body says in metadata, such as the uid that is meant (Go: SubresourceObjectMetaPreserver). */
const KEEPS_METADATA: ReadonlySet<string> = new Set(['binding', 'token']);

/** POST of a new object (Go: createHandler). */
export async function createResource(request: ResourceRequest, environment: HandlerEnvironment): Promise<ResourceResult> {
  const { definition, context, subresource } = request;
  const options = parseCreateOptions(request.query);
  const faults = validateCreateOptions(options);
  if (faults.length > 0) throw invalidObject({ group: META_GROUP, kind: 'CreateOptions' }, '', faults);
  const endpoint = endpointOf(request);
  const object = await decodeBody(request.body, endpoint, directive(options.fieldValidation), warn(request));
  context.audit?.received(object);
  const dryRun = options.dryRun.length > 0;

  const meta = object.metadata;
  if (!KEEPS_METADATA.has(subresource?.name ?? '')) {
    delete meta.uid;
    delete meta.creationTimestamp;
    delete meta.deletionTimestamp;
    delete meta.deletionGracePeriodSeconds;
    delete meta.selfLink;
  }
  ensureNamespace(object, definition.namespaced ? context.namespace : '');
  dedupOwnerReferences(object, context, false);
  const tracked = endpoint.fieldManager().update(undefined, object, managerOrUserAgent(options.fieldManager, context.userAgent));
  const attributes = attributesOf(
    request,
    endpoint.gvk,
    'CREATE',
    tracked,
    undefined,
    dryRun,
    options,
    context.name !== '' ? context.name : (meta.name ?? ''),
  );
  await admit(environment, attributes, tracked);
  ensureNamespace(tracked, definition.namespaced ? context.namespace : '');
  dedupOwnerReferences(tracked, context, true);
  const validate: ValidateCreate = (final) => environment.admission.validate({ ...attributes, object: final });
  if (subresource?.spec.form === 'action') {
    const { status, object: answer } = await subresource.spec.action(tracked, context, { dryRun, validate });
    if (answer.kind === 'Status') return { kind: 'status', status, body: answer as unknown as Record<string, unknown> };
    return { kind: 'object', status, object: answer as KubeObject, stored: undefined, gvk: endpoint.gvk };
  }
  if (definition.create !== undefined) {
    const completed = await definition.create(tracked, context, { dryRun, validate });
    if (completed.kind === 'Status') return { kind: 'status', status: 201, body: completed as unknown as Record<string, unknown> };
    return { kind: 'object', status: 201, object: completed, stored: undefined, gvk: endpoint.gvk };
  }
  const store = storeOf(endpoint, request, 'create');
  const stored = await endpoint.toStorage(tracked);
  const undo = new Undo();
  const check: ValidateCreate = async (final) => {
    await undo.now();
    const object = endpoint.fromStorage(final);
    await environment.admission.validate({ ...attributes, object, name: final.metadata.name ?? '', ifRefused: undo.add });
  };
  const outcome = await undo.unless(store.create(stored, context, dryRun, check));
  return { kind: 'object', status: 201, object: outcome.object, stored: outcome.stored, gvk: endpoint.gvk };
}

/** PUT (Go: UpdateResource). */
export async function updateResource(request: ResourceRequest, environment: HandlerEnvironment): Promise<ResourceResult> {
  const { definition, context } = request;
  const options = parseUpdateOptions(request.query);
  const faults = validateUpdateOptions(options);
  if (faults.length > 0) throw invalidObject({ group: META_GROUP, kind: 'UpdateOptions' }, '', faults);
  const endpoint = endpointOf(request);
  const object = await decodeBody(request.body, endpoint, directive(options.fieldValidation), warn(request));
  context.audit?.received(object);
  ensureNamespace(object, definition.namespaced ? context.namespace : '');
  checkName(object, context.name, context.namespace);
  const dryRun = options.dryRun.length > 0;
  const manager = managerOrUserAgent(options.fieldManager, context.userAgent);
  dedupOwnerReferences(object, context, false);
  let mine: KubeObject | undefined = object;
  const next = async (existing: KubeObject | undefined): Promise<KubeObject> => {
    // After a lost race the body is read again: the first object was given away.
    const given = mine ?? (await decodeBody(request.body, endpoint, 'Ignore', warn(request)));
    mine = undefined;
    return await endpoint.managing(() => endpoint.fieldManager().update(existing, given, manager));
  };
  const result = await runUpdate(request, environment, endpoint, {
    dryRun,
    options,
    uid: object.metadata.uid,
    next,
    forceAllowCreate: false,
  });
  return { kind: 'object', status: result.created ? 201 : 200, object: result.object, stored: result.stored, gvk: endpoint.gvk };
}

export interface UpdatePlan {
  readonly dryRun: boolean;
  readonly options: WriteOptions;
  readonly uid: string | undefined;
  /** The new object in the endpoint's version, from the existing one in the same version. */
  readonly next: (existing: KubeObject | undefined) => Promise<KubeObject> | KubeObject;
  readonly forceAllowCreate: boolean;
}

/** What PUT and PATCH share: admission, projections and the store's update. */
export async function runUpdate(
  request: ResourceRequest,
  environment: HandlerEnvironment,
  endpoint: Endpoint,
  plan: UpdatePlan,
): ReturnType<Store['update']> {
  const { context } = request;
  const store = storeOf(endpoint, request, 'update');
  const undo = new Undo();
  const check = async (operation: Operation, object: KubeObject, old: KubeObject | undefined): Promise<void> => {
    await undo.now();
    const attributes = attributesOf(request, endpoint.gvk, operation, endpoint.view(object), old, plan.dryRun, plan.options, context.name);
    await environment.admission.validate({ ...attributes, ifRefused: undo.add });
  };
  let allowed = false;
  const info: UpdateInfo = {
    uid: plan.uid,
    forceAllowCreate: plan.forceAllowCreate,
    updated: async (existing) => {
      const before = existing === undefined ? undefined : endpoint.viewForWrite(existing);
      const next = plan.next(before);
      const object = next instanceof Promise ? await next : next;
      const attributes = attributesOf(
        request,
        endpoint.gvk,
        existing === undefined ? 'CREATE' : 'UPDATE',
        object,
        before,
        plan.dryRun,
        plan.options,
        context.name,
      );
      await admit(environment, attributes, object);
      ensureNamespace(object, request.definition.namespaced ? context.namespace : '');
      dedupOwnerReferences(object, context, true);
      return endpoint.unview(object, existing);
    },
    validateCreate: async (object) => {
      if (!allowed) {
        await environment.authorizeCreate(request);
        allowed = true;
      }
      await check('CREATE', object, undefined);
    },
    validateUpdate: (object, old) => check('UPDATE', object, endpoint.view(old)),
  };
  const outcome = await undo.unless(store.update(context.namespace, context.name, info, context, plan.dryRun));
  if (!endpoint.projected) return outcome;
  return { object: endpoint.view(outcome.object), created: outcome.created };
}

/** Mutating admission; managedFields that it breaks are put back (Go: managedFieldsValidatingAdmissionController). */
async function admit({ admission }: HandlerEnvironment, attributes: Attributes, object: KubeObject): Promise<void> {
  const before = object.metadata.managedFields;
  await admission.admit(attributes);
  const { managedFields } = object.metadata;
  if (managedFields === before) return;
  const fault = managedFieldsFault(managedFields as unknown as Json);
  if (fault === undefined) return;
  object.metadata.managedFields = before;
  attributes.warn(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${fault}`,
  );
}

function storeOf(endpoint: Endpoint, request: ResourceRequest, action: string): Store {
  if (endpoint.store === undefined) throw methodNotSupported(request.definition, action);
  return endpoint.store;
}

function warn(request: ResourceRequest): (text: string) => void {
  return (text) => {
    request.context.warn(text);
  };
}

/** Builds what plug-ins are told. */
export function attributesOf(
  request: ResourceRequest,
  kind: GroupVersionKind,
  operation: Operation,
  object: KubeObject | undefined,
  oldObject: KubeObject | undefined,
  dryRun: boolean,
  options: object,
  name: string,
): Attributes {
  const { definition, context, subresource } = request;
  const isNamespace = definition.group === '' && definition.resource === 'namespaces';
  return {
    operation,
    object,
    oldObject,
    kind,
    resource: { group: definition.group, version: definition.version, resource: definition.resource },
    subresource: subresource?.name ?? '',
    namespace: isNamespace ? name : context.namespace,
    name,
    user: context.user,
    dryRun,
    options: options as Readonly<Record<string, unknown>>,
    reinvocation: new Reinvocation(),
    warn: context.warn.bind(context),
    annotate: context.annotate.bind(context),
  };
}
