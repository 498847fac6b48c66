import { kubeFinalizerErrors } from './core/finalizers.js';
import type { Strategy } from './strategy.js';

/**
 * A strategy of a type that uses core's metadata validation: finalizers without
 * a domain must be known ones. Comes between metadata and the strategy's own checks.
 */
export function withFinalizerChecks(strategy: Strategy): Strategy {
  const { validate, validateUpdate } = strategy;
  return {
    ...strategy,
    validate: (object, context) => [...kubeFinalizerErrors(object.metadata), ...(validate?.call(strategy, object, context) ?? [])],
    validateUpdate: (object, old, context) => [
      ...kubeFinalizerErrors(object.metadata),
      ...(validateUpdate?.call(strategy, object, old, context) ?? []),
    ],
  };
}
