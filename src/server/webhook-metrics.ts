import type { Counter, Histogram, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** Codes beyond are told as this one, so that webhooks can't make ever more labels. */
const MAX_CODE = 600;
/** Durations that are kept until the library is loaded. */
const MAX_EARLY = 1000;

/** What prom-client offers, as far as it is used here. */
interface Prometheus {
  readonly Counter: new (options: {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
    collect: (this: Counter) => void;
  }) => Counter;
  readonly Histogram: new (options: {
    name: string;
    help: string;
    labelNames: string[];
    buckets: number[];
    registers: Registry[];
  }) => Histogram;
}

/** A counter that counts before anybody has asked for numbers. */
class Tally {
  private readonly counts = new Map<string, { readonly labels: Labels; count: number }>();

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly labelNames: readonly string[],
  ) {}

  add(labels: Labels): void {
    const key = JSON.stringify(labels);
    const entry = this.counts.get(key);
    if (entry === undefined) this.counts.set(key, { labels, count: 1 });
    else entry.count++;
  }

  register({ Counter }: Prometheus, registry: Registry): void {
    const { counts, name, help, labelNames } = this;
    new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const { labels, count } of counts.values()) this.inc(labels, count);
      },
    });
  }
}

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
  private durations: Histogram | undefined;
  private early: [Labels, number][] = [];

  called(name: string, type: string, operation: string, code: number, rejected: boolean, seconds: number): void {
    this.requests.add({ name, type, operation, code: bounded(code), rejected: String(rejected) });
    const labels = { name, type, operation, rejected: String(rejected) };
    if (this.durations !== undefined) this.durations.observe(labels, seconds);
    else if (this.early.length < MAX_EARLY) this.early.push([labels, seconds]);
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

  /** Puts the numbers into a registry. */
  register(prometheus: Prometheus, registry: Registry): void {
    for (const tally of [this.requests, this.rejections, this.openings, this.exclusions]) tally.register(prometheus, registry);
    const durations = new prometheus.Histogram({
      name: 'apiserver_admission_webhook_admission_duration_seconds',
      help: 'Seconds that calls of admission webhooks take.',
      labelNames: ['name', 'type', 'operation', 'rejected'],
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
      registers: [registry],
    });
    for (const [labels, seconds] of this.early) durations.observe(labels, seconds);
    this.early = [];
    this.durations = durations;
  }
}

function bounded(code: number): string {
  return String(Math.min(code, MAX_CODE));
}
