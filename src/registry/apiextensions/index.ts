import type { BehaviourFactory } from '../behaviour.js';
import { customResourceDefinitions } from './custom-resource-definitions.js';

/** What the resources of apiextensions.k8s.io do beyond their facts. Keys are `<group>/<resource>`. */
export const apiextensionsBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinitions,
};
