import { forbiddenError } from '../apimachinery/status.js';
import { typed } from '../registry/object.js';
import type { Pod } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, on } from './objects.js';

const HOSTNAME = 'kubernetes.io/hostname';

/** No pod keeps others off more than a node (Go: plugin/pkg/admission/antiaffinity). Off by default. */
export function limitPodHardAntiAffinityTopology(): AdmissionPlugin {
  return {
    name: 'LimitPodHardAntiAffinityTopology',
    resources: ['/pods'],
    handles: on('CREATE', 'UPDATE'),
    validate(attributes) {
      if (!isCore(attributes, 'pods') || attributes.object === undefined) return;
      const { metadata, spec } = typed<Pod>(attributes.object);
      const terms = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      const odd = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME);
      if (odd === undefined) return;
      throw forbiddenError(
        attributes.resource,
        metadata.name ?? '',
        `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${odd.topologyKey ?? ''} but only key ${HOSTNAME} is allowed`,
      );
    },
  };
}
