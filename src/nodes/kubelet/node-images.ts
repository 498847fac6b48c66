import type { ContainerImage } from '../../schema/generated/core-v1.js';
import type { ContainerRuntime, PulledImage, PullError } from '../runtime/runtime.js';

/** What an image reference leads to: an image, or why there is none. */
export type Lookup =
  { readonly image: PulledImage; readonly error?: undefined } | { readonly image?: undefined; readonly error: PullError };

/** The images of one node. */
export class NodeImages {
  /** As the node's status lists them, by image ID. */
  readonly list = new Map<string, ContainerImage>();
  private readonly present = new Set<string>();

  constructor(private readonly runtime: ContainerRuntime) {}

  lookUp(reference: string): Lookup {
    const found = this.runtime.pullImage(reference);
    return 'imageId' in found ? { image: found } : { error: found };
  }

  has({ image }: PulledImage): boolean {
    return this.present.has(image);
  }

  add({ image, imageId, sizeBytes }: PulledImage): void {
    this.present.add(image);
    const names = this.list.get(imageId)?.names ?? [imageId];
    if (!names.includes(image)) this.list.set(imageId, { names: [...names, image], sizeBytes });
  }
}
