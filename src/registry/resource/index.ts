import type { BehaviourFactory } from '../behaviour.js';
import { resourceClaimTemplates } from './claim-template.js';
import { resourceClaims } from './claim.js';
import { deviceClasses } from './device-class.js';
import { resourceSlices } from './slice.js';

/** What the resources of resource.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const resourceBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'resource.k8s.io/resourceclaims': resourceClaims,
  'resource.k8s.io/resourceclaimtemplates': resourceClaimTemplates,
  'resource.k8s.io/resourceslices': resourceSlices,
  'resource.k8s.io/deviceclasses': deviceClasses,
};
