import { pullReference } from './pull.js';
import type { PulledImage, PullError } from '../runtime/runtime.js';
import { BUILTIN_IMAGES } from './builtin-images.js';
import type { Image } from './image.js';

/** Any image that nobody told of: it runs, stays quiet, and answers where its pod says it listens. */
const UNKNOWN: Image = { names: [], base: 'alpine', stopCode: 0 };

/** Finds images by reference. */
export class ImageStore {
  private readonly own: readonly Image[];

  /** @param images the user's, which come first */
  constructor(images: readonly Image[] = []) {
    this.own = [...images, ...BUILTIN_IMAGES];
  }

  /** What is known of an image; `isKnown` is false for those that are only supposed to exist. */
  find(reference: string): { readonly image: Image; readonly isKnown: boolean } {
    const repository = repositoryOf(reference);
    const found = this.own.find(({ names }) => names.some((name) => matches(name, repository)));
    return found === undefined ? { image: UNKNOWN, isKnown: false } : { image: found, isKnown: true };
  }

  pull(reference: string): PulledImage | PullError {
    const { image } = this.find(reference);
    if (image.pullError !== undefined) return { reason: 'ErrImagePull', message: image.pullError };
    return pullReference(reference);
  }
}

/** `docker.io/library/nginx:1` → `library/nginx` */
function repositoryOf(reference: string): string {
  const [named = ''] = reference.split('@');
  const slash = named.indexOf('/');
  const first = slash === -1 ? '' : named.slice(0, slash);
  const path = first === 'localhost' || /[.:]/.test(first) ? named.slice(slash + 1) : named;
  return path.replace(/:[^/]*$/, '');
}

function matches(name: string, repository: string): boolean {
  if (name.endsWith('/*')) return repository.startsWith(name.slice(0, -1));
  return name.includes('/') ? repository === name : repository === name || repository.endsWith(`/${name}`);
}
