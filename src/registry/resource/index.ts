import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';

/** What the resources of resource.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const resourceBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'resource.k8s.io/resourceclaims': specAndStatus({}, {}, { returnsDeleted: true }),
  'resource.k8s.io/resourceclaimtemplates': plain({}, {}, { returnsDeleted: true }),
  'resource.k8s.io/resourceslices': plain({ generation: true }, {}, { returnsDeleted: true }),
  'resource.k8s.io/deviceclasses': plain({ generation: true }, {}, { returnsDeleted: true }),
};
