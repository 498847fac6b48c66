import { goQuote } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { parseApiVersion } from '../../apimachinery/group-version.js';
import type { Random } from '../../apimachinery/random.js';
import { plainError, type StatusError } from '../../apimachinery/status.js';
import { validateLabels } from '../../apimachinery/validation/labels.js';
import { validateAnnotations } from '../../apimachinery/validation/object-meta.js';
import { jsonType } from '../../registry/handlers/decode-body.js';
import { isObject } from '../../schema/custom/json-object.js';
import type { ConversionResponse, ConversionReview, CustomResourceConversion } from '../../schema/generated/apiextensions-v1.js';
import { typeRegistry } from '../../schema/types.js';
import type { JsonObject, JsonValue, StructType } from '../../schema/type.js';
import { destinationOf } from '../../webhook/client-config.js';
import type { Destination } from '../../webhook/destination.js';
import { goErrorText } from '../../webhook/go-errors.js';
import type { HttpsClient } from '../../webhook/https-client.js';
import { askedFirst, reviewOf } from '../../webhook/review-answer.js';
import type { ObjectConverter } from './conversion.js';

/** What asking conversion webhooks takes. */
export interface ConversionEnvironment {
  readonly client: HttpsClient;
  readonly random: Random;
  readonly observer?: ConversionObserver | undefined;
}

/** What happened around conversion webhooks, for metrics. Durations are in seconds. */
export interface ConversionObserver {
  /** Monotonic, for durations. */
  seconds(): number;
  /** A webhook was called. @param failure empty for success */
  called(failure: Failure | '', seconds: number): void;
  /** Objects of a CustomResourceDefinition were converted, or not. */
  converted(crd: string, from: string, to: string, succeeded: boolean, seconds: number): void;
}

/** How far a call came that failed (Go: ConversionWebhookErrorType). */
export type Failure = `conversion_webhook_${'call' | 'malformed_response' | 'partial_response' | 'invalid_converted_object'}_failure`;

const GROUP = 'apiextensions.k8s.io';
const KIND = 'ConversionReview';
const VERSIONS = ['v1', 'v1beta1'] as const;
/** The API server's own limit for conversions. Seconds. */
const TIMEOUT = 30;
const TIMED_OUT = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
const MAX_ANSWER = 256 * 1024 * 1024;
/** How many objects one review carries. */
const BATCH = 100;

/** Strategy Webhook: another server converts (Go: apiextensions-apiserver/pkg/apiserver/conversion.webhookConverter). */
export class WebhookConverter implements ObjectConverter {
  private readonly destination: Destination | string;
  private readonly version: string | undefined;

  constructor(
    /** The name of the CustomResourceDefinition. */
    private readonly crd: string,
    { webhook }: CustomResourceConversion,
    private readonly environment: ConversionEnvironment,
  ) {
    this.destination = destinationOf(webhook?.clientConfig ?? {});
    this.version = (webhook?.conversionReviewVersions ?? []).find((version) => VERSIONS.some((known) => known === version));
  }

  async convert(objects: readonly JsonObject[], apiVersion: string): Promise<readonly JsonObject[]> {
    const converted: JsonObject[] = [];
    const { observer } = this.environment;
    const began = observer?.seconds() ?? 0;
    const tell = (succeeded: boolean): void => {
      const from = versionOf(objects[0]?.['apiVersion']);
      observer?.converted(this.crd, from, versionOf(apiVersion), succeeded, observer.seconds() - began);
    };
    try {
      for (let at = 0; at < objects.length; at += BATCH) converted.push(...(await this.ask(objects.slice(at, at + BATCH), apiVersion)));
    } catch (error) {
      tell(false);
      throw error;
    }
    if (objects.length > 0) tell(true);
    return converted;
  }

  private async ask(objects: readonly JsonObject[], apiVersion: string): Promise<readonly JsonObject[]> {
    const [first] = objects;
    const what = `conversion webhook for ${String(first?.['apiVersion'])}, Kind=${String(first?.['kind'])}`;
    const failed = (why: string): StatusError => plainError(500, `${what} failed: ${why}`);
    if (this.version === undefined) throw plainError(500, 'no supported conversion review versions');
    if (typeof this.destination === 'string') throw failed(this.destination);
    const uid = this.environment.random.uuid();
    const request = { uid, desiredAPIVersion: apiVersion, objects };
    const { observer } = this.environment;
    const began = observer?.seconds() ?? 0;
    let stage: Failure = 'conversion_webhook_call_failure';
    const tell = (failure: Failure | ''): void => observer?.called(failure, observer.seconds() - began);
    let response: ConversionResponse;
    try {
      const body = JSON.stringify({
        kind: KIND,
        apiVersion: `${GROUP}/${this.version}`,
        request,
        response: { uid: '', convertedObjects: null, result: { metadata: {} } },
      });
      const options = { timeoutSeconds: TIMEOUT, timeoutText: TIMED_OUT, maxBytes: MAX_ANSWER };
      const answer = await this.environment.client.post(this.destination, body, options);
      const review = (await reviewOf(answer, reviewType(), askedFirst(GROUP, VERSIONS, this.version), KIND)) as ConversionReview;
      stage = 'conversion_webhook_malformed_response_failure';
      response = this.responseOf(review, uid);
    } catch (error) {
      tell(stage);
      throw failed(goErrorText(error));
    }
    const converted = response.convertedObjects ?? [];
    if (converted.length !== objects.length) {
      tell('conversion_webhook_partial_response_failure');
      throw plainError(500, `${what} returned ${String(converted.length)} objects, expected ${String(objects.length)}`);
    }
    try {
      const result = objects.map((object, i) =>
        accepted(object, converted[i] ?? null, apiVersion, what, objects.length === 1 ? undefined : i),
      );
      tell('');
      return result;
    } catch (error) {
      tell('conversion_webhook_invalid_converted_object_failure');
      throw error;
    }
  }

  private responseOf({ apiVersion = '', kind = '', response }: ConversionReview, uid: string): ConversionResponse {
    if (this.version === 'v1') {
      const expected = `${GROUP}/v1, Kind=${KIND}`;
      const shown = `${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`;
      if (shown !== expected) throw new Error(`expected webhook response of ${expected}, got ${shown}`);
      if (response === undefined) throw new Error('no response provided');
      if (response.uid !== uid) throw new Error(`expected response.uid=${goQuote(uid)}, got ${goQuote(response.uid ?? '')}`);
    }
    if (response === undefined) throw new Error('no response provided');
    const { status = '', message = '' } = response.result;
    if (status === 'Success') return response;
    throw new Error(message === '' ? `response.result.status was '${status}', not 'Success'` : message);
  }
}

/** `stable.example.com/v1` → `v1` */
function versionOf(apiVersion: JsonValue | undefined): string {
  return typeof apiVersion === 'string' ? (apiVersion.split('/').at(-1) ?? '') : '';
}

function reviewType(): StructType {
  const type = typeRegistry().typeOf({ group: GROUP, version: 'v1', kind: KIND });
  if (type === undefined) throw new Error('the facts lack ConversionReview');
  return type;
}

/** Checks one converted object and gives it back the metadata that a webhook may not change. @param index absent for a single object */
function accepted(original: JsonObject, converted: JsonValue, apiVersion: string, what: string, index: number | undefined): JsonObject {
  const invalidObject = (why: string): StatusError =>
    plainError(
      500,
      `${what} returned ${index === undefined ? 'invalid object at index 0' : `invalid converted object at index ${String(index)}`}: ${why}`,
    );
  const unreadable = unreadableObject(converted);
  if (unreadable !== undefined) throw index === undefined ? plainError(500, unreadable) : invalidObject(unreadable);
  if (!isObject(converted)) throw invalidObject('the object is not an object');
  const gv = typeof converted['apiVersion'] === 'string' ? parseApiVersion(converted['apiVersion']) : undefined;
  const given = gv === undefined ? '' : converted['apiVersion'];
  if (given !== apiVersion) throw invalidObject(`invalid groupVersion (expected ${apiVersion}, received ${String(given)})`);
  if (converted['kind'] !== original['kind']) {
    throw invalidObject(`invalid kind (expected ${String(original['kind'])}, received ${textOf(converted['kind'])})`);
  }
  const place = index === undefined ? 'invalid object' : `invalid converted object at index ${String(index)}`;
  const difference = differenceOf(original, converted);
  if (difference !== undefined) throw plainError(500, `${what} returned ${place}: ${difference}`);
  const metadata = restoredMetadata(original, converted);
  if (typeof metadata === 'string') {
    const where = index === undefined ? 'invalid metadata' : `invalid metadata in object at index ${String(index)}`;
    throw plainError(500, `${what} returned ${where}: ${metadata}`);
  }
  return { ...converted, metadata };
}

/** Why Go can't read a value as an unstructured object. */
function unreadableObject(value: JsonValue): string | undefined {
  if (value === null) return 'unexpected end of JSON input';
  if (!isObject(value)) return `json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`;
  return value['kind'] ? undefined : `Object 'Kind' is missing in '${JSON.stringify(value)}'`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

const KEPT_FIELDS = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

function differenceOf(original: JsonObject, converted: JsonObject): string | undefined {
  const before = original['metadata'];
  const after = converted['metadata'];
  for (const [field, shown] of KEPT_FIELDS) {
    const expected = isObject(before) ? textOf(before[field]) : '';
    const got = isObject(after) ? textOf(after[field]) : '';
    if (expected !== got) return `must have the same ${shown}: ${expected} != ${got}`;
  }
  return undefined;
}

/** The original's metadata with the converted object's labels and annotations; a string is what is wrong with them. */
function restoredMetadata(original: JsonObject, converted: JsonObject): JsonObject | string {
  const given = converted['metadata'];
  if (given === undefined) return 'missing metadata in converted object';
  if (!isObject(given)) return `invalid metadata of type ${goType(given)} in converted object`;
  const before = original['metadata'];
  const metadata: JsonObject = isObject(before) ? structuredClone(before) : {};
  for (const field of ['labels', 'annotations'] as const) {
    const value = given[field];
    if (value === undefined || value === null) {
      Reflect.deleteProperty(metadata, field);
      continue;
    }
    if (!isObject(value)) return `invalid metadata.${field} of type ${goType(value)} in converted object`;
    const odd = Object.entries(value).find(([, text]) => typeof text !== 'string');
    if (odd !== undefined) return `metadata.${field}[${odd[0]}] must be a string, but is ${goType(odd[1] ?? null)} in converted object`;
    const texts = value as Record<string, string>;
    const errors =
      field === 'labels'
        ? validateLabels(texts, FieldPath.of('metadata').child('labels'))
        : validateAnnotations(texts, FieldPath.of('metadata').child('annotation'));
    if (errors.length > 0) return errors.length === 1 ? String(errors[0]) : `[${errors.map(String).join(', ')}]`;
    metadata[field] = value;
  }
  return metadata;
}

/** How Go names the type of a JSON value. */
function goType(value: JsonValue): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}
