import { isExtendedResource } from '../component-helpers/resource-names.js';
import { typed } from '../registry/object.js';
import type { Pod } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, on } from './objects.js';

/** Who asks for a device may use the nodes kept for it (Go: plugin/pkg/admission/extendedresourcetoleration). Off by default. */
export function extendedResourceToleration(): AdmissionPlugin {
  return {
    name: 'ExtendedResourceToleration',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const { spec } = typed<Pod>(attributes.object);
      const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
      const wanted = new Set(containers.flatMap(({ resources }) => Object.keys(resources.requests ?? {})).filter(isExtendedResource));
      for (const key of [...wanted].sort()) {
        const present = (spec.tolerations ?? []).some(
          (given) => given.key === key && given.effect === 'NoSchedule' && given.operator === 'Exists' && !given.value,
        );
        if (!present) spec.tolerations = [...(spec.tolerations ?? []), { key, operator: 'Exists', effect: 'NoSchedule' }];
      }
    },
  };
}
