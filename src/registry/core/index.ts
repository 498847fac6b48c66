import type { BehaviourFactory } from '../behaviour.js';
import { componentStatuses } from './componentstatuses.js';
import { configMaps } from './configmaps.js';
import { endpoints } from './endpoints.js';
import { events } from './events.js';
import { limitRanges } from './limitranges.js';
import { namespaces } from './namespaces.js';
import { nodes } from './nodes.js';
import { persistentVolumeClaims } from './persistentvolumeclaims.js';
import { persistentVolumes } from './persistentvolumes.js';
import { bindings, pods } from './pods.js';
import { podTemplates } from './podtemplates.js';
import { replicationControllers } from './replicationcontrollers.js';
import { resourceQuotas } from './resourcequotas.js';
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
  '/limitranges': limitRanges,
  '/namespaces': namespaces,
  '/nodes': nodes,
  '/persistentvolumes': persistentVolumes,
  '/persistentvolumeclaims': persistentVolumeClaims,
  '/pods': pods,
  '/podtemplates': podTemplates,
  '/replicationcontrollers': replicationControllers,
  '/resourcequotas': resourceQuotas,
  '/secrets': secrets,
  '/serviceaccounts': serviceAccounts,
  '/services': services,
};
