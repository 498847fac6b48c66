import { Tally, Timings, type EarlyMetric } from './early-metrics.js';

interface Applied {
  readonly policy: string;
  readonly binding: string;
}

const VALIDATING = 'apiserver_validating_admission_policy_check';
const MUTATING = 'apiserver_mutating_admission_policy_check';
const BUCKETS = [0.0000005, 0.001, 0.01, 0.1, 1];
const LABELS = ['policy', 'policy_binding', 'error_type'];
const ENFORCED = [...LABELS, 'enforcement_action'];

/** Numbers about admission policies, under the names of the real API server (Go: admission/plugin/policy/{validating,mutating}/metrics). */
export class PolicyMetrics {
  private readonly checks = new Tally(`${VALIDATING}_total`, 'Validations that failed, and what came of it.', ENFORCED);
  private readonly checking = new Timings(
    `${VALIDATING}_duration_seconds`,
    'Seconds that validations that failed took.',
    ENFORCED,
    BUCKETS,
  );
  private readonly mutations = new Tally(`${MUTATING}_total`, 'Mutations that policies tried.', LABELS);
  private readonly mutating = new Timings(`${MUTATING}_duration_seconds`, 'Seconds that mutations of policies took.', LABELS, BUCKETS);
  readonly all: readonly EarlyMetric[] = [this.checks, this.checking, this.mutations, this.mutating];

  seconds(): number {
    return performance.now() / 1000;
  }

  validated({ policy, binding }: Applied, error: string, enforcement: string, seconds: number): void {
    const labels = { policy, policy_binding: binding, error_type: error, enforcement_action: enforcement };
    this.checks.add(labels);
    this.checking.observe(labels, seconds);
  }

  mutated({ policy, binding }: Applied, error: string, seconds: number): void {
    const labels = { policy, policy_binding: binding, error_type: error };
    this.mutations.add(labels);
    this.mutating.observe(labels, seconds);
  }
}
