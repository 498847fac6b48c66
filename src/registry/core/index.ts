import type { BehaviourFactory } from '../behaviour.js';
import { plain, specAndStatus } from '../basics.js';
import { componentStatuses } from './componentstatuses.js';
import { configMaps } from './configmaps.js';
import { endpoints } from './endpoints.js';
import { events } from './events.js';
import { namespaces } from './namespaces.js';
import { bindings, pods } from './pods.js';
import { podTemplates } from './podtemplates.js';
import { replicationControllers } from './replicationcontrollers.js';
import { secrets } from './secrets.js';
import { serviceAccounts } from './serviceaccounts.js';
import { services } from './services.js';

/** What the resources of the core group do beyond their facts. Keys are `<group>/<resource>`. */
export const coreBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  '/bindings': bindings,
  '/componentstatuses': componentStatuses,
  '/configmaps': configMaps,
  '/endpoints': endpoints,
  '/events': events,
  '/limitranges': plain({}, { allowCreateOnUpdate: true }),
  '/namespaces': namespaces,
  '/nodes': specAndStatus({}, {}, { namespaceFieldLabel: false }),
  '/persistentvolumes': specAndStatus({}, {}, { returnsDeleted: true }),
  '/persistentvolumeclaims': specAndStatus({}, {}, { returnsDeleted: true }),
  '/pods': pods,
  '/podtemplates': podTemplates,
  '/replicationcontrollers': replicationControllers,
  '/resourcequotas': specAndStatus({}, {}, { returnsDeleted: true }),
  '/secrets': secrets,
  '/serviceaccounts': serviceAccounts,
  '/services': services,
};
