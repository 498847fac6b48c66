import type { SchedulerCache } from '../cache.js';
import type { NodeInfo } from '../node-info.js';
import { MAX_SCORE, type ScorePlugin } from '../plugin.js';

/** Bytes below which images don't count, and for one container above which more doesn't. */
const LEAST = 23 * 1024 * 1024;
const MOST = 1000 * 1024 * 1024;

/** Prefers nodes that have the pod's images already (Go: imagelocality). */
export function imageLocality(cache: SchedulerCache): ScorePlugin {
  return {
    name: 'ImageLocality',
    weight: 1,
    prepareScore({ pod: { spec } }) {
      const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
      const volumes = (spec.volumes ?? []).flatMap(({ image }) => (image?.reference === undefined ? [] : [image.reference]));
      const images = [...containers.map(({ image = '' }) => image), ...volumes].map(withTag);
      if (images.every((image) => cache.nodesWithImage(image) === 0)) return undefined;
      const total = cache.nodes.length;
      const most = MOST * containers.length;
      return {
        score: (node) => {
          const sum = Math.min(Math.max(sizeOn(node, images, cache, total), LEAST), most);
          return Math.trunc((MAX_SCORE * (sum - LEAST)) / (most - LEAST));
        },
      };
    },
  };
}

/** What is on few nodes counts less, so that pods don't heap up there. */
function sizeOn({ images: present }: NodeInfo, images: readonly string[], cache: SchedulerCache, total: number): number {
  let sum = 0;
  for (const image of images) {
    const size = present.get(image);
    if (size !== undefined) sum += Math.trunc(size * (cache.nodesWithImage(image) / total));
  }
  return sum;
}

function withTag(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
