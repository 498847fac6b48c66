import type { BehaviourFactory } from '../behaviour.js';
import { horizontalPodAutoscalers } from './hpa.js';

/** What the resources of autoscaling do beyond their facts. Keys are `<group>/<resource>`. */
export const autoscalingBehaviours: Readonly<Record<string, BehaviourFactory>> = {
  'autoscaling/horizontalpodautoscalers': horizontalPodAutoscalers,
};
