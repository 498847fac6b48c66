import { goQuote } from '../../apimachinery/field-error.js';
import type { Random } from '../../apimachinery/random.js';
import type { AdmissionReview, AdmissionResponse } from '../../schema/generated/admission-v1.js';
import { typeRegistry } from '../../schema/types.js';
import type { StructType } from '../../schema/type.js';
import { CallError } from '../../webhook/go-errors.js';
import { askedFirst, reviewOf } from '../../webhook/review-answer.js';
import type { Answer } from '../../webhook/https-client.js';
import type { Attributes } from '../admission.js';
import { admissionRequestOf } from '../request.js';
import type { Equivalent } from '../matching/equivalents.js';
import { shownTo, type ObjectPair } from '../matching/versioned.js';
import type { WebhookType } from './environment.js';

const GROUP = 'admission.k8s.io';
const KIND = 'AdmissionReview';
const VERSIONS = ['v1', 'v1beta1'] as const;
export type ReviewVersion = (typeof VERSIONS)[number];

/** A question to a webhook. */
export interface Question {
  readonly uid: string;
  readonly version: ReviewVersion;
  readonly body: string;
}

/** The first version of AdmissionReview that both sides know. */
export function reviewVersionOf(accepted: readonly string[]): ReviewVersion | undefined {
  return accepted.flatMap((version) => VERSIONS.find((known) => known === version) ?? [])[0];
}

/** Asks about a request as the kind that a rule names. */
export function questionOf(attributes: Attributes, as: Equivalent, objects: ObjectPair, version: ReviewVersion, random: Random): Question {
  const uid = random.uuid();
  const request = {
    uid,
    ...admissionRequestOf(attributes, as),
    object: shownTo(objects.object),
    oldObject: shownTo(objects.oldObject),
  };
  return { uid, version, body: JSON.stringify({ kind: KIND, apiVersion: `${GROUP}/${version}`, request }) };
}

/** Reads a webhook's answer (Go: webhook/request.VerifyAdmissionResponse). Throws CallError. */
export async function responseIn(answer: Answer, question: Question, type: WebhookType): Promise<AdmissionResponse> {
  let review: AdmissionReview;
  try {
    review = (await reviewOf(answer, reviewType(), askedFirst(GROUP, VERSIONS, question.version), KIND)) as AdmissionReview;
  } catch (error) {
    if (error instanceof CallError) throw new CallError(`failed to call webhook: ${error.message}`);
    throw error;
  }
  const { response } = review;
  const invalid = (why: string): CallError => new CallError(`received invalid webhook response: ${why}`);
  if (response === undefined) throw invalid('webhook response was absent');
  if (question.version === 'v1') {
    const why = faultOf(review, response, question, type);
    if (why !== undefined) throw invalid(why);
  }
  return response;
}

/** What v1 checks, and v1beta1 doesn't. */
function faultOf(
  { apiVersion = '', kind = '' }: AdmissionReview,
  { uid = '', patch = '', patchType }: AdmissionResponse,
  question: Question,
  type: WebhookType,
): string | undefined {
  if (uid !== question.uid) return `expected response.uid=${goQuote(question.uid)}, got ${goQuote(uid)}`;
  const expected = `${GROUP}/v1, Kind=${KIND}`;
  const shown = apiVersion === '' ? '/' : apiVersion;
  if (`${shown}, Kind=${kind}` !== expected) return `expected webhook response of ${expected}, got ${shown}, Kind=${kind}`;
  if (type === 'validating') {
    if (patch !== '') return 'validating webhook may not return response.patch';
    return patchType === undefined ? undefined : 'validating webhook may not return response.patchType';
  }
  if (patch !== '' && patchType === undefined) return 'webhook returned response.patch but not response.patchType';
  if (patch === '' && patchType !== undefined) return 'webhook returned response.patchType but not response.patch';
  return patchType === '' ? 'webhook returned invalid response.patchType of ""' : undefined;
}

function reviewType(): StructType {
  const type = typeRegistry().typeOf({ group: GROUP, version: 'v1', kind: KIND });
  if (type === undefined) throw new Error('the facts lack AdmissionReview');
  return type;
}
