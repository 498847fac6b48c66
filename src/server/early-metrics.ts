import type { Counter, Histogram, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** What prom-client offers, as far as it is used here. */
export interface Prometheus {
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

/** Numbers that are taken before anybody has asked for them, and so before the library is loaded. */
export interface EarlyMetric {
  /** Puts the numbers into a registry. */
  register(prometheus: Prometheus, registry: Registry): void;
  /** Begins anew at zero. */
  reset(): void;
}

/** A counter. */
export class Tally implements EarlyMetric {
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

  reset(): void {
    this.counts.clear();
  }
}

/** Durations that are kept until the library is loaded. */
const MAX_EARLY = 1000;

/** A histogram of durations in seconds. */
export class Timings implements EarlyMetric {
  private histogram: Histogram | undefined;
  private early: [Labels, number][] = [];

  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly labelNames: readonly string[],
    private readonly buckets: readonly number[],
  ) {}

  observe(labels: Labels, seconds: number): void {
    if (this.histogram !== undefined) this.histogram.observe(labels, seconds);
    else if (this.early.length < MAX_EARLY) this.early.push([labels, seconds]);
  }

  register({ Histogram }: Prometheus, registry: Registry): void {
    const { name, help, labelNames, buckets } = this;
    const histogram = new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [registry] });
    for (const [labels, seconds] of this.early) histogram.observe(labels, seconds);
    this.early = [];
    this.histogram = histogram;
  }

  reset(): void {
    this.early = [];
    this.histogram?.reset();
  }
}
