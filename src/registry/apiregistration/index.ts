import type { BehaviourFactory } from '../behaviour.js';
import { apiServices } from './api-service.js';

/** What the resources of apiregistration.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const apiregistrationBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'apiregistration.k8s.io/apiservices': apiServices,
};
