import { visitContainers } from '../component-helpers/containers.js';
import { typed } from '../registry/object.js';
import type { Pod, PodSpec } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, on } from './objects.js';

/** Nobody uses an image that only others may pull (Go: plugin/pkg/admission/alwayspullimages). Off by default. */
export function alwaysPullImages(): AdmissionPlugin {
  return {
    name: 'AlwaysPullImages',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      const { object, oldObject } = attributes;
      if (!isCore(attributes, 'pods') || object === undefined) return;
      const { spec } = typed<Pod>(object);
      if (oldObject !== undefined && !hasNewImage(spec, typed<Pod>(oldObject).spec)) return;
      visitContainers(spec, (container) => {
        container.imagePullPolicy = 'Always';
      });
      for (const { image } of spec.volumes ?? []) if (image !== undefined) image.pullPolicy = 'Always';
    },
  };
}

function hasNewImage(spec: PodSpec, old: PodSpec): boolean {
  const known = new Set<string | undefined>();
  visitContainers(old, ({ image }) => known.add(image));
  let found = false;
  visitContainers(spec, ({ image }) => {
    found ||= !known.has(image);
  });
  return found;
}
