import { forbidden, invalid, NamedString, notSupported, required, type FieldError } from './field-error.js';
import { FieldPath } from './field-path.js';
import { badRequest } from './status.js';
import { parseInt64 } from './strconv.js';
import { validateFieldManager } from './validation/object-meta.js';

/** The query of a request, parsed (`?a=1&a=2` → a: ['1', '2']). */
export type QueryParameters = ReadonlyMap<string, readonly string[]>;

/** metav1.GetOptions. */
export interface GetOptions {
  readonly resourceVersion: string;
}

/** metav1.ListOptions. Texts that aren't given are empty. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly timeoutSeconds: number | undefined;
  /** May be negative, which counts as none. */
  readonly limit: number;
  readonly continue: string;
  readonly sendInitialEvents: boolean | undefined;
}

/** metav1.CreateOptions and UpdateOptions. */
export interface WriteOptions {
  readonly dryRun: readonly string[];
  readonly fieldManager: string;
  readonly fieldValidation: string;
}

/** metav1.PatchOptions. */
export interface PatchOptions extends WriteOptions {
  readonly force: boolean | undefined;
}

/** metav1.DeleteOptions, from the query or from a body. */
export interface ParsedDeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly preconditions: { readonly uid: string | undefined; readonly resourceVersion: string | undefined } | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly propagationPolicy: string | undefined;
  readonly dryRun: readonly string[];
}

/** The first value of a parameter counts; further ones are ignored. */
function text(query: QueryParameters, name: string): string {
  return query.get(name)?.[0] ?? '';
}

/** Whatever isn't `0` or `false` is true, the empty text too (Go: Convert_Slice_string_To_bool). */
function optionalBoolean(query: QueryParameters, name: string): boolean | undefined {
  const value = query.get(name)?.[0];
  return value === undefined ? undefined : value !== '0' && value.toLowerCase() !== 'false';
}

/** Throws 400 with Go's text unless it is an int64. */
function optionalInteger(query: QueryParameters, name: string): number | undefined {
  const value = query.get(name)?.[0];
  if (value === undefined) return undefined;
  const parsed = parseInt64(value);
  if (typeof parsed === 'string') throw badRequest(parsed);
  return Number(parsed);
}

const NO_WRITE_OPTIONS: WriteOptions = Object.freeze({ dryRun: Object.freeze([]), fieldManager: '', fieldValidation: '' });
const NO_GET_OPTIONS: GetOptions = Object.freeze({ resourceVersion: '' });

/** GetOptions of a query. */
export function parseGetOptions(query: QueryParameters): GetOptions {
  return query.size === 0 ? NO_GET_OPTIONS : { resourceVersion: text(query, 'resourceVersion') };
}

/** CreateOptions of a query. */
export function parseCreateOptions(query: QueryParameters): WriteOptions {
  if (query.size === 0) return NO_WRITE_OPTIONS;
  return { dryRun: query.get('dryRun') ?? [], fieldManager: text(query, 'fieldManager'), fieldValidation: text(query, 'fieldValidation') };
}

/** UpdateOptions of a query. */
export const parseUpdateOptions: (query: QueryParameters) => WriteOptions = parseCreateOptions;

/** PatchOptions of a query. */
export function parsePatchOptions(query: QueryParameters): PatchOptions {
  return { ...parseCreateOptions(query), force: optionalBoolean(query, 'force') };
}

/**
 * ListOptions of a query, with the defaults of WatchList: a watch from no
 * revision or from 0 asks for the initial events (KEP-3157). Throws 400.
 */
export function parseListOptions(query: QueryParameters): ListOptions {
  const timeoutSeconds = optionalInteger(query, 'timeoutSeconds');
  const limit = optionalInteger(query, 'limit') ?? 0;
  const watch = optionalBoolean(query, 'watch') ?? false;
  const resourceVersion = text(query, 'resourceVersion');
  const match = text(query, 'resourceVersionMatch');
  const sendInitialEvents = optionalBoolean(query, 'sendInitialEvents');
  const fromNow = watch && sendInitialEvents === undefined && match === '' && (resourceVersion === '' || resourceVersion === '0');
  return {
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
    watch,
    allowWatchBookmarks: optionalBoolean(query, 'allowWatchBookmarks') ?? false,
    resourceVersion,
    resourceVersionMatch: fromNow ? NOT_OLDER_THAN : match,
    timeoutSeconds,
    limit,
    continue: text(query, 'continue'),
    sendInitialEvents: fromNow ? true : sendInitialEvents,
  };
}

/** DeleteOptions of a query. Throws 400. */
export function parseDeleteOptions(query: QueryParameters): ParsedDeleteOptions {
  const uid = text(query, 'uid');
  const resourceVersion = text(query, 'resourceVersion');
  return {
    gracePeriodSeconds: optionalInteger(query, 'gracePeriodSeconds'),
    preconditions:
      uid === '' && resourceVersion === ''
        ? undefined
        : { uid: uid === '' ? undefined : uid, resourceVersion: resourceVersion === '' ? undefined : resourceVersion },
    orphanDependents: optionalBoolean(query, 'orphanDependents'),
    propagationPolicy: query.get('propagationPolicy')?.[0],
    dryRun: query.get('dryRun') ?? [],
  };
}

/**
 * DeleteOptions of a decoded body, whose types the decoder has checked. A body
 * replaces the query; the two are never merged.
 */
export function deleteOptionsFromObject(object: Readonly<Record<string, unknown>>): ParsedDeleteOptions {
  const { gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun } = object;
  const preconditions = object['preconditions'] as { readonly uid?: unknown; readonly resourceVersion?: unknown } | null | undefined;
  return {
    gracePeriodSeconds: typeof gracePeriodSeconds === 'number' ? gracePeriodSeconds : undefined,
    preconditions:
      typeof preconditions === 'object' && preconditions !== null
        ? { uid: textOrUndefined(preconditions.uid), resourceVersion: textOrUndefined(preconditions.resourceVersion) }
        : undefined,
    orphanDependents: typeof orphanDependents === 'boolean' ? orphanDependents : undefined,
    propagationPolicy: textOrUndefined(propagationPolicy),
    dryRun: Array.isArray(dryRun) ? dryRun.map(String) : [],
  };
}

function textOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

const NOT_OLDER_THAN = 'NotOlderThan';
const EXACT = 'Exact';
const FIELD_MANAGER = FieldPath.of('fieldManager');
const MATCH = FieldPath.of('resourceVersionMatch');

/** Faults of CreateOptions (Go: metav1 validation.ValidateCreateOptions). */
export function validateCreateOptions(options: WriteOptions): FieldError[] {
  if (options === NO_WRITE_OPTIONS) return [];
  const errors = validateFieldManager(options.fieldManager, FIELD_MANAGER);
  errors.push(...validateDryRun(options.dryRun), ...validateFieldValidation(options.fieldValidation));
  return errors;
}

/** Faults of UpdateOptions. */
export const validateUpdateOptions: (options: WriteOptions) => FieldError[] = validateCreateOptions;

/** Faults of PatchOptions; apply needs a manager, and nothing else may be forced. */
export function validatePatchOptions(options: PatchOptions, apply: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (apply) {
    if (options.fieldManager === '') errors.push(required(FIELD_MANAGER, 'is required for apply patch'));
  } else if (options.force !== undefined) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  errors.push(...validateCreateOptions(options));
  return errors;
}

function validateDryRun(dryRun: readonly string[]): FieldError[] {
  return dryRun.every((value) => value === 'All') ? [] : [notSupported('dryRun', dryRun, ['All'])];
}

const FIELD_VALIDATIONS: ReadonlySet<string> = new Set(['', 'Ignore', 'Strict', 'Warn']);

function validateFieldValidation(value: string): FieldError[] {
  return FIELD_VALIDATIONS.has(value) ? [] : [notSupported('fieldValidation', value, FIELD_VALIDATIONS)];
}

const PROPAGATION_POLICIES = ['Foreground', 'Background', 'Orphan'];

/** Faults of DeleteOptions. */
export function validateDeleteOptions(options: ParsedDeleteOptions): FieldError[] {
  const { orphanDependents, propagationPolicy } = options;
  const errors: FieldError[] = [];
  if (propagationPolicy !== undefined) {
    const given = new NamedString(propagationPolicy);
    if (orphanDependents !== undefined) {
      errors.push(invalid('propagationPolicy', given, 'orphanDependents and deletionPropagation cannot be both set'));
    }
    if (!PROPAGATION_POLICIES.includes(propagationPolicy)) {
      errors.push(notSupported('propagationPolicy', given, [...PROPAGATION_POLICIES, 'nil']));
    }
  }
  errors.push(...validateDryRun(options.dryRun));
  return errors;
}

const WITH_CONTINUE = 'resourceVersionMatch is forbidden when continue is provided';

/** Faults of ListOptions (Go: internalversion validation.ValidateListOptions, with WatchList). */
export function validateListOptions(options: ListOptions): FieldError[] {
  return options.watch ? watchErrors(options) : listErrors(options);
}

function listErrors(options: ListOptions): FieldError[] {
  const { resourceVersionMatch: match, resourceVersion } = options;
  const errors: FieldError[] = [];
  if (match !== '') {
    if (resourceVersion === '') errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (options.continue !== '') errors.push(forbidden(MATCH, WITH_CONTINUE));
    if (match !== EXACT && match !== NOT_OLDER_THAN) errors.push(notSupported(MATCH, new NamedString(match), [EXACT, NOT_OLDER_THAN, '']));
    if (match === EXACT && resourceVersion === '0') {
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (options.sendInitialEvents !== undefined) errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return errors;
}

function watchErrors(options: ListOptions): FieldError[] {
  const { resourceVersionMatch: match, sendInitialEvents } = options;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== NOT_OLDER_THAN) {
    errors.push(forbidden(MATCH, `sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER_THAN}`));
  }
  if (match === '') return errors;
  if (sendInitialEvents === undefined)
    errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== NOT_OLDER_THAN) errors.push(notSupported(MATCH, new NamedString(match), [NOT_OLDER_THAN]));
  if (options.continue !== '') errors.push(forbidden(MATCH, WITH_CONTINUE));
  return errors;
}

/** The options as admission webhooks and policies are told: JSON of the kind, empty fields left out. */
export function writeOptionsObject(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  options: WriteOptions | PatchOptions,
): Record<string, unknown> {
  const object: Record<string, unknown> = { kind, apiVersion: 'meta.k8s.io/v1' };
  if (options.dryRun.length > 0) object['dryRun'] = [...options.dryRun];
  if ('force' in options && options.force !== undefined) object['force'] = options.force;
  if (options.fieldManager !== '') object['fieldManager'] = options.fieldManager;
  if (options.fieldValidation !== '') object['fieldValidation'] = options.fieldValidation;
  return object;
}

/** DeleteOptions as admission webhooks and policies are told. */
export function deleteOptionsObject(options: ParsedDeleteOptions): Record<string, unknown> {
  const object: Record<string, unknown> = { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1' };
  const { gracePeriodSeconds, preconditions, orphanDependents, propagationPolicy, dryRun } = options;
  if (gracePeriodSeconds !== undefined) object['gracePeriodSeconds'] = gracePeriodSeconds;
  if (preconditions !== undefined) {
    const { uid, resourceVersion } = preconditions;
    object['preconditions'] = { ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  }
  if (orphanDependents !== undefined) object['orphanDependents'] = orphanDependents;
  if (propagationPolicy !== undefined) object['propagationPolicy'] = propagationPolicy;
  if (dryRun.length > 0) object['dryRun'] = [...dryRun];
  return object;
}
