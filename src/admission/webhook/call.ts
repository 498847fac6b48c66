import { goQuote } from '../../apimachinery/field-error.js';
import { badRequest, internalError, StatusError, type Status, type StatusReason } from '../../apimachinery/status.js';
import type { Status as ResultStatus } from '../../schema/generated/meta-v1.js';
import type { AdmissionResponse } from '../../schema/generated/admission-v1.js';
import type { Destination } from '../../webhook/destination.js';
import type { Answer } from '../../webhook/https-client.js';
import { CallError, goErrorText } from '../../webhook/go-errors.js';
import type { Attributes } from '../admission.js';
import type { RejectionCause, WebhookEnvironment } from './environment.js';
import { questionOf, responseIn, reviewVersionOf } from './review.js';
import type { Invocation } from './selection.js';
import type { ObjectPair } from '../matching/versioned.js';
import type { Webhook } from './webhook.js';

/** A webhook could not be asked, or made no sense; its failure policy decides what follows. */
export class CallingError extends Error {
  constructor(
    { name }: Webhook,
    why: string,
    /** For metrics. */
    readonly code: number,
  ) {
    super(`failed calling webhook ${goQuote(name)}: ${why}`);
  }
}

/** A webhook said no. */
export class Rejection extends StatusError {}

/** Nothing that fits an object is near this size. */
const MAX_ANSWER = 16 * 1024 * 1024;
const NO_SIDE_EFFECTS: ReadonlySet<string | undefined> = new Set(['None', 'NoneOnDryRun']);

/** Asks one webhook. Throws CallingError, Rejection, or a StatusError that ends the request whatever the policy. */
export async function callWebhook(
  environment: WebhookEnvironment,
  invocation: Invocation,
  attributes: Attributes,
  objects: ObjectPair,
): Promise<AdmissionResponse> {
  const { webhook } = invocation;
  if (attributes.dryRun && !NO_SIDE_EFFECTS.has(webhook.sideEffects)) {
    if (webhook.sideEffects === undefined) throw new CallingError(webhook, 'Webhook SideEffects is nil', 400);
    throw badRequest(`admission webhook ${goQuote(webhook.name)} does not support dry run`);
  }
  const version = reviewVersionOf(webhook.reviewVersions);
  if (version === undefined) {
    const why = 'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)';
    throw new CallingError(webhook, why, 400);
  }
  const { destination } = webhook;
  if (typeof destination === 'string') throw new CallingError(webhook, `could not get REST client: ${destination}`, 500);
  const question = questionOf(attributes, invocation, objects, version, environment.random);
  let response: AdmissionResponse;
  try {
    response = await responseIn(await post(environment, webhook.timeoutSeconds, destination, question.body), question, webhook.type);
  } catch (error) {
    if (error instanceof CallError) throw new CallingError(webhook, error.message, 503);
    throw error;
  }
  for (const [key, value] of Object.entries(response.auditAnnotations ?? {})) attributes.annotate(`${webhook.name}/${key}`, value);
  for (const text of response.warnings ?? []) attributes.warn(text);
  if (response.allowed !== true) throw rejectionOf(webhook, response);
  return response;
}

async function post({ client }: WebhookEnvironment, timeoutSeconds: number, destination: Destination, body: string): Promise<Answer> {
  try {
    return await client.post(destination, body, { timeoutSeconds, timeoutText: 'context deadline exceeded', maxBytes: MAX_ANSWER });
  } catch (error) {
    throw new CallError(`failed to call webhook: ${goErrorText(error)}`);
  }
}

/** HTTP knows no status beyond. */
const MAX_STATUS = 599;

/** Go: webhook/errors.ToStatusErr. */
function rejectionOf({ name }: Webhook, { status }: AdmissionResponse): Rejection {
  const { code = 0, message = '', reason = '', details, metadata }: Partial<ResultStatus> = status ?? {};
  const denied = `admission webhook ${goQuote(name)} denied the request`;
  const text = message !== '' ? `${denied}: ${message}` : reason !== '' ? `${denied}: ${reason}` : `${denied} without explanation`;
  return new Rejection({
    code: code < 400 ? 400 : Math.min(code, MAX_STATUS),
    reason: reason as StatusReason,
    message: text,
    ...(details === undefined ? {} : { details: details as Status['details'] & object }),
    ...(metadata?.continue === undefined ? {} : { continue: metadata.continue }),
  });
}

/** Tells metrics how a call ended; returns how the request goes on: undefined if it does, else what ends it. */
export function outcomeOf(
  environment: WebhookEnvironment,
  { webhook }: Invocation,
  attributes: Attributes,
  error: unknown,
  seconds: number,
): StatusError | undefined {
  const { observer } = environment;
  const { name, type, ignoresFailure } = webhook;
  const told = (code: number, rejected: boolean, why: RejectionCause): void => {
    if (rejected) observer?.rejected(name, type, attributes.operation, why, code);
    observer?.called(name, type, attributes.operation, code, rejected, seconds);
  };
  if (error === undefined) {
    observer?.called(name, type, attributes.operation, 200, false, seconds);
    return undefined;
  }
  if (error instanceof CallingError) {
    told(error.code, !ignoresFailure, 'calling_webhook_error');
    if (!ignoresFailure) return internalError(error.message);
    observer?.failedOpen(name, type);
    return undefined;
  }
  if (error instanceof Rejection) {
    told(error.status.code, true, 'no_error');
    return error;
  }
  told(0, true, 'apiserver_internal_error');
  if (error instanceof StatusError) return error;
  throw error;
}
