import { createHash } from 'node:crypto';
import { goQuote } from '../../apimachinery/field-error.js';
import { imageTag } from '../../registry/core/pod-spec/image-reference.js';
import type { PulledImage, PullError } from '../runtime/runtime.js';

/** Tags that no registry has. */
const MISSING = /non-?existent|does-?not-?exist|^404$/;

/** An image for any name that one could have. */
export function pullReference(reference: string): PulledImage | PullError {
  const at = reference.indexOf('@');
  const tag = imageTag(reference);
  if (reference === '' || (tag === '' && at === -1)) {
    const message = `Failed to apply default image tag ${goQuote(reference)}: couldn't parse image name ${goQuote(reference)}: invalid reference format`;
    return { reason: 'InvalidImageName', message };
  }
  const named = at === -1 ? reference : reference.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = inFull(colon === -1 ? named : named.slice(0, colon));
  const image = at === -1 ? `${repository}:${tag}` : `${repository}${reference.slice(at)}`;
  if (MISSING.test(tag) || MISSING.test(repository)) {
    const message = `failed to pull and unpack image ${goQuote(image)}: failed to resolve image: ${image}: not found`;
    return { reason: 'ErrImagePull', message };
  }
  const hash = createHash('sha256').update(image);
  const digest = at === -1 ? `sha256:${hash.digest('hex')}` : reference.slice(at + 1);
  const sizeBytes = 20_000_000 + Number.parseInt(digest.slice(-7), 16);
  return { image, imageId: `${repository}@${digest}`, sizeBytes };
}

function inFull(repository: string): string {
  const slash = repository.indexOf('/');
  const first = slash === -1 ? '' : repository.slice(0, slash);
  if (first === 'localhost' || /[.:]/.test(first)) return repository;
  return slash === -1 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
}
