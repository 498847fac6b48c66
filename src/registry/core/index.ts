import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';
import { namespaces } from './namespaces.js';
import { services } from './services.js';

/** What the resources of the core group do beyond their facts. Keys are `<group>/<resource>`. */
export const coreBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  '/bindings': plain({}),
  '/configmaps': plain({}),
  '/endpoints': plain({}, { allowCreateOnUpdate: true }),
  '/events': plain({}, { allowCreateOnUpdate: true, garbageCollection: 'unsupported' }),
  '/limitranges': plain({}, { allowCreateOnUpdate: true }),
  '/namespaces': namespaces,
  '/nodes': specAndStatus({}, {}, { namespaceFieldLabel: false }),
  '/persistentvolumes': specAndStatus({}, {}, { returnsDeleted: true }),
  '/persistentvolumeclaims': specAndStatus({}, {}, { returnsDeleted: true }),
  '/pods': specAndStatus({ generation: true }, {}, { returnsDeleted: true }),
  '/podtemplates': plain({}, {}, { returnsDeleted: true }),
  '/replicationcontrollers': specAndStatus({ generation: true }, { garbageCollection: 'orphan' }),
  '/resourcequotas': specAndStatus({}, {}, { returnsDeleted: true }),
  '/secrets': plain({}),
  '/serviceaccounts': plain({}, {}, { returnsDeleted: true }),
  '/services': services,
};
