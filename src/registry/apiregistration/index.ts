import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import { formatTime } from '../../apimachinery/time.js';
import type { BehaviourFactory } from '../behaviour.js';
import { specStatus } from '../spec-status.js';

/** Names are `<version>.<group>`, and the core group's is empty. */
const apiServices: BehaviourFactory = ({ clock }) => {
  const { main, status } = specStatus({
    initialStatus: () => ({ conditions: [] }),
  });
  return {
    strategy: {
      ...main,
      validateName: nameIsPathSegment,
      prepareForCreate(object, context) {
        main.prepareForCreate?.(object, context);
        const { service } = object.spec as { service?: unknown };
        object.status = service === undefined ? { conditions: [localCondition(formatTime(clock.now()))] } : {};
      },
    },
    status,
  };
};

/** What this server itself serves is available at once (Go: kube-aggregator, NewLocalAvailableAPIServiceCondition). */
function localCondition(lastTransitionTime: string): object {
  return { type: 'Available', status: 'True', lastTransitionTime, reason: 'Local', message: 'Local APIServices are always available' };
}

/** What the resources of apiregistration.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const apiregistrationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'apiregistration.k8s.io/apiservices': apiServices,
};
