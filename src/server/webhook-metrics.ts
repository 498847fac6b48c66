import { Tally, Timings, type EarlyMetric } from './early-metrics.js';

/** Codes beyond are told as this one, so that webhooks can't make ever more labels. */
const MAX_CODE = 600;

/** Numbers about admission webhooks, under the names of the real API server (Go: apiserver/pkg/admission/metrics). */
export class WebhookMetrics {
  private readonly requests = new Tally('apiserver_admission_webhook_request_total', 'Calls of admission webhooks.', [
    'name',
    'type',
    'operation',
    'code',
    'rejected',
  ]);
  private readonly rejections = new Tally(
    'apiserver_admission_webhook_rejection_count',
    'Requests that admission webhooks refused, or that failed with them.',
    ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  );
  private readonly openings = new Tally(
    'apiserver_admission_webhook_fail_open_count',
    'Failures of admission webhooks that were ignored.',
    ['name', 'type'],
  );
  private readonly exclusions = new Tally(
    'apiserver_admission_match_condition_exclusions_total',
    'Requests that match conditions kept from webhooks.',
    ['name', 'kind', 'type', 'operation'],
  );
  private readonly durations = new Timings(
    'apiserver_admission_webhook_admission_duration_seconds',
    'Seconds that calls of admission webhooks take.',
    ['name', 'type', 'operation', 'rejected'],
    [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
  );
  readonly all: readonly EarlyMetric[] = [this.requests, this.rejections, this.openings, this.exclusions, this.durations];

  called(name: string, type: string, operation: string, code: number, rejected: boolean, seconds: number): void {
    this.requests.add({ name, type, operation, code: bounded(code), rejected: String(rejected) });
    this.durations.observe({ name, type, operation, rejected: String(rejected) }, seconds);
  }

  rejected(name: string, type: string, operation: string, why: string, code: number): void {
    this.rejections.add({ name, type, operation, error_type: why, rejection_code: bounded(code) });
  }

  failedOpen(name: string, type: string): void {
    this.openings.add({ name, type });
  }

  excluded(name: string, type: string, operation: string): void {
    this.exclusions.add({ name, kind: 'webhook', type, operation });
  }
}

function bounded(code: number): string {
  return String(Math.min(code, MAX_CODE));
}
