import { goQuote, type FieldError } from './field-error.js';
import { groupResourceName, type GroupResource } from './group-version.js';

/** metav1.Status reasons that the API server itself gives. */
export type StatusReason =
  | ''
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'BadRequest'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable';

export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The wire form of metav1.Status. Empty strings are left out by `statusBody`. */
export interface Status {
  readonly code: number;
  readonly reason: StatusReason;
  readonly message: string;
  readonly details?: StatusDetails;
  /** metadata.continue: where to go on after an expired token. */
  readonly continue?: string;
}

/**
 * What a user did wrong, in the words of the real server. Thrown anywhere
 * below the HTTP edge; `server/` turns it into a response and nothing else does.
 */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(readonly status: Status) {
    super(status.message);
  }
}

/** True for a StatusError of this reason. */
export function isStatus(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.status.reason === reason;
}

/** True for a StatusError with a cause of this reason, such as `NamespaceTerminating` (Go: errors.HasStatusCause). */
export function hasCause(error: unknown, reason: string): error is StatusError {
  return error instanceof StatusError && error.status.details?.causes?.some((cause) => cause.reason === reason) === true;
}

/** The JSON body of a failure, in Go's field order. */
export function statusBody(status: Status): Record<string, unknown> {
  const body: Record<string, unknown> = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: status.continue === undefined ? {} : { continue: status.continue },
    status: 'Failure',
  };
  if (status.message !== '') body['message'] = status.message;
  if (status.reason !== '') body['reason'] = status.reason;
  if (status.details !== undefined) body['details'] = detailsBody(status.details);
  body['code'] = status.code;
  return body;
}

function detailsBody(details: StatusDetails): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  if (details.name) body['name'] = details.name;
  if (details.group) body['group'] = details.group;
  if (details.kind) body['kind'] = details.kind;
  if (details.uid) body['uid'] = details.uid;
  if (details.causes && details.causes.length > 0) {
    body['causes'] = details.causes.map((cause) => ({
      ...(cause.reason ? { reason: cause.reason } : {}),
      ...(cause.message ? { message: cause.message } : {}),
      ...(cause.field ? { field: cause.field } : {}),
    }));
  }
  if (details.retryAfterSeconds) body['retryAfterSeconds'] = details.retryAfterSeconds;
  return body;
}

function failure(code: number, reason: StatusReason, message: string, details?: StatusDetails): StatusError {
  return new StatusError(details === undefined ? { code, reason, message } : { code, reason, message, details });
}

function resourceDetails(gr: GroupResource, name: string): StatusDetails {
  return { name, group: gr.group, kind: gr.resource };
}

/** 400: the request can't be understood. */
export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message);
}

/** 401 with the constant body of the real server. */
export function unauthorized(): StatusError {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

/** 403: `<resource> "<name>" is forbidden: <why>`. */
export function forbiddenError(gr: GroupResource, name: string, why: string): StatusError {
  const what = groupResourceName(gr);
  const message =
    what === '' ? `forbidden: ${why}` : name === '' ? `${what} is forbidden: ${why}` : `${what} ${goQuote(name)} is forbidden: ${why}`;
  return failure(403, 'Forbidden', message, resourceDetails(gr, name));
}

/** 404 for an object of a known resource. */
export function notFoundError(gr: GroupResource, name: string): StatusError {
  return failure(404, 'NotFound', `${groupResourceName(gr)} ${goQuote(name)} not found`, resourceDetails(gr, name));
}

/** 404 of a path that is no API (Go: NewGenericServerResponse). */
export function noSuchPath(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {});
}

/** 409: create of what exists. */
export function alreadyExists(gr: GroupResource, name: string): StatusError {
  return failure(409, 'AlreadyExists', `${groupResourceName(gr)} ${goQuote(name)} already exists`, resourceDetails(gr, name));
}

/** 409: the object was changed meanwhile, or a precondition failed. */
export function conflict(gr: GroupResource, name: string, why: string): StatusError {
  return failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${groupResourceName(gr)} ${goQuote(name)}: ${why}`,
    resourceDetails(gr, name),
  );
}

/** 409 of server-side apply, one cause a conflicting field. */
export function applyConflict(message: string, causes: readonly StatusCause[]): StatusError {
  return failure(409, 'Conflict', message, { causes });
}

/** 410: the revision asked for is no longer there. */
export function expired(message: string): StatusError {
  return failure(410, 'Expired', message);
}

/** 405: the resource does not take this verb. */
export function methodNotSupported(gr: GroupResource, action: string): StatusError {
  return failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${groupResourceName(gr)}"`, {
    group: gr.group,
    kind: gr.resource,
  });
}

/** 413. */
export function requestEntityTooLarge(message: string): StatusError {
  return failure(413, 'RequestEntityTooLarge', message);
}

/** 406 / 415 with the accepted media types. */
export function notAcceptable(message: string): StatusError {
  return failure(406, 'NotAcceptable', message);
}
export function unsupportedMediaType(message: string): StatusError {
  return failure(415, 'UnsupportedMediaType', message);
}

/** 500 where the real server gives one, with its text. */
export function internalError(message: string): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** 503. */
export function serviceUnavailable(message: string): StatusError {
  return failure(503, 'ServiceUnavailable', message);
}

/** 429. */
export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return failure(429, 'TooManyRequests', message, { retryAfterSeconds });
}

/** An error without reason, as the real server gives for plain Go errors (500). */
export function plainError(code: number, message: string): StatusError {
  return failure(code, '', message);
}

/** 422 with every cause; the message joins the distinct ones. */
export function invalidObject(
  groupKind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const qualified = groupKind.group === '' ? groupKind.kind : `${groupKind.kind}.${groupKind.group}`;
  const head = `${qualified} ${goQuote(name)} is invalid`;
  const distinct = [...new Set(errors.map(String))];
  const tail = distinct.length === 0 ? '' : distinct.length === 1 ? `: ${distinct[0] ?? ''}` : `: [${distinct.join(', ')}]`;
  return failure(422, 'Invalid', head + tail, {
    group: groupKind.group,
    kind: groupKind.kind,
    name,
    causes: errors.map((error) => ({ reason: error.type, message: error.body(), field: error.field })),
  });
}
