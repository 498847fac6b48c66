import type { BehaviourFactory } from '../behaviour.js';
import { endpointSlices } from './endpointslices.js';

/** What the resources of discovery.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const discoveryBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'discovery.k8s.io/endpointslices': endpointSlices,
};
