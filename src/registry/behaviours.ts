import type { BehaviourFactory } from './behaviour.js';
import { admissionregistrationBehaviours } from './admissionregistration/index.js';
import { apiextensionsBehaviours } from './apiextensions/index.js';
import { apiregistrationBehaviours } from './apiregistration/index.js';
import { appsBehaviours } from './apps/index.js';
import { authenticationBehaviours } from './authentication/index.js';
import { authorizationBehaviours } from './authorization/index.js';
import { autoscalingBehaviours } from './autoscaling/index.js';
import { batchBehaviours } from './batch/index.js';
import { certificatesBehaviours } from './certificates/index.js';
import { coordinationBehaviours } from './coordination/index.js';
import { coreBehaviours } from './core/index.js';
import { discoveryBehaviours } from './discovery/index.js';
import { flowcontrolBehaviours } from './flowcontrol/index.js';
import { networkingBehaviours } from './networking/index.js';
import { nodeBehaviours } from './node/index.js';
import { policyBehaviours } from './policy/index.js';
import { rbacBehaviours } from './rbac/index.js';
import { resourceBehaviours } from './resource/index.js';
import { schedulingBehaviours } from './scheduling/index.js';
import { storageBehaviours } from './storage/index.js';

/** What each built-in resource does beyond its facts. Keys are `<group>/<resource>` of the stored version. */
export const behaviourFactories: Readonly<Record<string, BehaviourFactory>> = {
  ...admissionregistrationBehaviours,
  ...apiextensionsBehaviours,
  ...apiregistrationBehaviours,
  ...appsBehaviours,
  ...authenticationBehaviours,
  ...authorizationBehaviours,
  ...autoscalingBehaviours,
  ...batchBehaviours,
  ...certificatesBehaviours,
  ...coordinationBehaviours,
  ...coreBehaviours,
  ...discoveryBehaviours,
  ...flowcontrolBehaviours,
  ...networkingBehaviours,
  ...nodeBehaviours,
  ...policyBehaviours,
  ...rbacBehaviours,
  ...resourceBehaviours,
  ...schedulingBehaviours,
  ...storageBehaviours,
};
