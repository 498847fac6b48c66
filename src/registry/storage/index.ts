import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';

/** What the resources of storage.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const storageBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'storage.k8s.io/storageclasses': plain({}, {}, { returnsDeleted: true }),
  'storage.k8s.io/csidrivers': plain({}, { allowUnconditionalUpdate: false }, { returnsDeleted: true }),
  'storage.k8s.io/csinodes': plain({}, { allowUnconditionalUpdate: false }, { returnsDeleted: true }),
  'storage.k8s.io/csistoragecapacities': plain({}, { allowUnconditionalUpdate: false }),
  'storage.k8s.io/volumeattachments': specAndStatus({}, { allowUnconditionalUpdate: false }, { returnsDeleted: true }),
  'storage.k8s.io/volumeattributesclasses': plain({}, {}, { returnsDeleted: true }),
};
