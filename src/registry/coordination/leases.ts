import { forbidden, invalid, NamedString, notSupported, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import type { LeaseSpec } from '../../schema/generated/coordination-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';

interface Lease extends KubeObject {
  spec: LeaseSpec;
}

const SPEC = FieldPath.of('spec');
const STRATEGIES: readonly string[] = ['OldestEmulationVersion'];

function specErrors({ leaseDurationSeconds, leaseTransitions, strategy, preferredHolder }: LeaseSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid(SPEC.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    errors.push(invalid(SPEC.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0'));
  }
  if (strategy !== undefined) errors.push(...strategyErrors(strategy, SPEC.child('strategy', 'strategy')));
  if (preferredHolder && !strategy) errors.push(forbidden(SPEC.child('preferredHolder'), 'may only be specified if `strategy` is defined'));
  return errors;
}

function strategyErrors(strategy: string, path: FieldPath): FieldError[] {
  const value = new NamedString(strategy);
  if (strategy.includes('/')) return isQualifiedName(strategy).map((text) => invalid(path, value, text));
  return STRATEGIES.includes(strategy) ? [] : [notSupported(path, value, STRATEGIES)];
}

/** Fields of coordinated leader election, whose feature gate is off (KEP-4355). */
function dropCoordination({ spec }: Lease, old?: Lease): void {
  if (old?.spec.strategy === undefined) delete spec.strategy;
  if (old?.spec.preferredHolder === undefined) delete spec.preferredHolder;
}

const strategy: Strategy<Lease> = {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  prepareForCreate: (lease) => {
    dropCoordination(lease);
  },
  prepareForUpdate: dropCoordination,
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: ({ spec }) => specErrors(spec),
};

/** Leases: who holds what, and until when. */
export const leases: BehaviourFactory = () => ({ strategy: strategyFor(strategy) });
