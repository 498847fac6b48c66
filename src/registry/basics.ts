import type { BehaviourFactory, ResourceBehaviour } from './behaviour.js';
import { specStatus, type SpecStatusOptions } from './spec-status.js';
import type { Strategy } from './strategy.js';

/** A resource with spec and status and nothing unusual. */
export function specAndStatus(
  options: SpecStatusOptions,
  strategy: Strategy = {},
  behaviour: Partial<ResourceBehaviour> = {},
): BehaviourFactory {
  return () => {
    const { main, status } = specStatus(options);
    return { ...behaviour, strategy: { ...main, ...strategy }, status };
  };
}

/** A resource without a status. */
export function plain(options: SpecStatusOptions, strategy: Strategy = {}, behaviour: Partial<ResourceBehaviour> = {}): BehaviourFactory {
  return () => ({ ...behaviour, strategy: { ...specStatus({ ...options, status: false }).main, ...strategy } });
}
