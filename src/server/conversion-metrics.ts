import { Tally, Timings, type EarlyMetric } from './early-metrics.js';

const RESULT = ['result', 'failure_type'];
const SECONDS = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 45, 60];
/** A millisecond, and doubled up to 16 seconds. */
const DOUBLING = Array.from({ length: 15 }, (_, power) => 0.001 * 2 ** power);

/** Numbers about conversion webhooks, under the names of the real API server (Go: apiextensions-apiserver/pkg/apiserver/conversion). */
export class ConversionMetrics {
  private readonly requests = new Tally('apiserver_conversion_webhook_request_total', 'Calls of conversion webhooks.', RESULT);
  private readonly durations = new Timings(
    'apiserver_conversion_webhook_duration_seconds',
    'Seconds that calls of conversion webhooks take.',
    RESULT,
    SECONDS,
  );
  private readonly conversions = new Timings(
    'apiserver_crd_conversion_webhook_duration_seconds',
    'Seconds that conversions of custom resources take.',
    ['crd_name', 'from_version', 'to_version', 'succeeded'],
    DOUBLING,
  );
  readonly all: readonly EarlyMetric[] = [this.requests, this.durations, this.conversions];

  seconds(): number {
    return performance.now() / 1000;
  }

  /** @param failure empty for success */
  called(failure: string, seconds: number): void {
    const labels = { result: failure === '' ? 'success' : 'failure', failure_type: failure };
    this.requests.add(labels);
    this.durations.observe(labels, seconds);
  }

  converted(crd: string, from: string, to: string, succeeded: boolean, seconds: number): void {
    this.conversions.observe({ crd_name: crd, from_version: from, to_version: to, succeeded: String(succeeded) }, seconds);
  }
}
