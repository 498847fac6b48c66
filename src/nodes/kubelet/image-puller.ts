import { goQuote } from '../../apimachinery/field-error.js';
import type { EventSubject } from '../../client/event-recorder.js';
import type { Container } from '../../schema/generated/core-v1.js';
import type { PulledImage, PullError } from '../runtime/runtime.js';
import type { BackOff } from './back-off.js';
import type { StartFailure } from './container-record.js';
import type { Pacer } from './pacer.js';
import type { PodHost } from './pod-host.js';

/** A container's image, or why it can't be had and when to try again (milliseconds since the epoch). */
export type ImageOutcome =
  | { readonly image: PulledImage; readonly failure?: undefined }
  | { readonly image?: undefined; readonly failure: StartFailure; readonly retryAt?: number | undefined };

export interface PullRequest {
  readonly host: PodHost;
  readonly pacer: Pacer;
  readonly backOff: BackOff;
  readonly container: Pick<Container, 'image' | 'imagePullPolicy'>;
  /** The container, or the pod for an image volume, for events. */
  readonly subject: EventSubject;
  /** Milliseconds. */
  readonly pullTime: number;
}

/** Milliseconds after which a kubelet looks again for an image that it must not pull. */
const LOOK_AGAIN = 15_000;

/** Makes sure that an image is on the node, as the pull policy says (Go: images.EnsureImageExists). */
export async function ensureImage(request: PullRequest): Promise<ImageOutcome> {
  const { host, container, subject } = request;
  const { image: reference = '', imagePullPolicy: policy } = container;
  const quoted = goQuote(reference);
  const found = host.images.lookUp(reference);
  if (found.error?.reason === 'InvalidImageName') {
    host.events.warning(subject, 'InspectFailed', found.error.message);
    return failed(request, { reason: 'InvalidImageName', message: found.error.message });
  }
  const isPresent = found.image !== undefined && host.images.has(found.image);
  if (policy === 'Never' && !isPresent) {
    const message = `Container image ${quoted} is not present with pull policy of Never`;
    host.events.warning(subject, 'ErrImageNeverPull', message);
    return failed(request, { reason: 'ErrImageNeverPull', message }, host.clock.now() + LOOK_AGAIN);
  }
  if (isPresent && policy !== 'Always') {
    host.events.normal(subject, 'Pulled', `Container image ${quoted} already present on machine and can be accessed by the pod`);
    return { image: found.image };
  }
  // What is there already is only compared with the registry's.
  const pullTime = isPresent ? request.pullTime / 4 : request.pullTime;
  return await pull({ ...request, pullTime }, found.image ?? found.error);
}

async function pull(request: PullRequest, result: PulledImage | PullError): Promise<ImageOutcome> {
  const { host, pacer, backOff, container, subject, pullTime } = request;
  const { image: reference = '' } = container;
  const quoted = goQuote(reference);
  const key = `image ${reference}`;
  const error = 'imageId' in result ? undefined : pullFailure(reference, result);
  const blocked = backOff.blockedUntil(key, host.clock.now());
  if (blocked !== undefined) {
    const text = `Back-off pulling image ${quoted}`;
    host.events.normal(subject, 'BackOff', text);
    const message = error === undefined ? text : `${text}: ${error.reason}: ${error.message}`;
    return failed(request, { reason: 'ImagePullBackOff', message }, blocked);
  }
  host.events.normal(subject, 'Pulling', `Pulling image ${quoted}`);
  const begun = host.clock.now();
  // Between half and one and a half of what it takes on average.
  await pacer.pause(pullTime === 0 ? 0 : Math.round(pullTime * (0.5 + host.random.fraction())));
  if ('imageId' in result) {
    const took = `${String(Math.max(1, host.clock.now() - begun))}ms`;
    const size = `Image size: ${String(result.sizeBytes)} bytes.`;
    host.images.add(result);
    host.events.normal(subject, 'Pulled', `Successfully pulled image ${quoted} in ${took} (${took} including waiting). ${size}`);
    return { image: result };
  }
  host.events.warning(subject, 'Failed', `Failed to pull image ${quoted}: ${rpcError(result)}`);
  backOff.next(key, host.clock.now());
  return failed(request, error ?? { reason: 'ErrImagePull', message: '' }, host.clock.now());
}

function failed({ host, subject }: PullRequest, failure: StartFailure, retryAt?: number): ImageOutcome {
  host.events.warning(subject, 'Failed', `Error: ${failure.reason}`);
  return { failure, retryAt };
}

/** The words of a failed call to containerd. */
function rpcError({ reason, message }: PullError): string {
  if (message.startsWith('rpc error:') || reason === 'RegistryUnavailable') return message;
  return `rpc error: code = ${message.endsWith('not found') ? 'NotFound' : 'Unknown'} desc = ${message}`;
}

/** Go: images.evalCRIPullErr. */
function pullFailure(reference: string, error: PullError): StartFailure {
  if (error.reason !== 'RegistryUnavailable') return { reason: error.reason, message: rpcError(error) };
  const detail = error.message.replace(/^RegistryUnavailable/, '');
  return { reason: error.reason, message: `image pull failed for ${reference} because the registry is unavailable${detail}` };
}
