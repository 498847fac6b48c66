import { invalid, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import type { LeaseSpec } from '../../schema/generated/coordination-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';

interface Lease extends KubeObject {
  spec: LeaseSpec;
}

const SPEC = FieldPath.of('spec');

function specErrors({ leaseDurationSeconds, leaseTransitions }: LeaseSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid(SPEC.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    errors.push(invalid(SPEC.child('leaseTransitions'), leaseTransitions, 'must be greater than or equal to 0'));
  }
  return errors;
}

/** Fields of coordinated leader election, whose feature gate is off (KEP-4355). */
function dropCoordination({ spec }: Lease): void {
  delete spec.strategy;
  delete spec.preferredHolder;
}

const strategy: Strategy<Lease> = {
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  prepareForCreate: dropCoordination,
  prepareForUpdate: dropCoordination,
  validate: ({ spec }) => specErrors(spec),
  validateUpdate: ({ spec }) => specErrors(spec),
};

/** Leases: who holds what, and until when. */
export const leases: BehaviourFactory = () => ({ strategy: strategyFor(strategy) });
