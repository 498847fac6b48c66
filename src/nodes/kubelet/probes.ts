import type { Cancel } from '../../apimachinery/clock.js';
import type { Container, Probe } from '../../schema/generated/core-v1.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { ProbeResult, RunningContainer } from '../runtime/runtime.js';
import type { ContainerRecord } from './container-record.js';
import type { PodHost } from './pod-host.js';

export type ProbeKind = 'Startup' | 'Readiness' | 'Liveness';

const FAILS: ProbeResult = { ok: false, message: 'the pod is told to fail its probes' };

/** What probes tell the pod's worker. */
export interface ProbeListener {
  readonly pod: Pod;
  /** The record's `started` or `ready` has changed. */
  changed(): void;
  /** The container is to be killed. */
  failed(record: ContainerRecord, kind: 'Startup' | 'Liveness'): void;
  /** A probe failed once. */
  unhealthy(record: ContainerRecord, message: string): void;
}

/** First probes that come later than this are nothing that a settled cluster waits for. Milliseconds. */
const SOON = 30_000;

/** The probes of one attempt of a container (Go: prober.worker). Without probes there is nothing to do, and no timer. */
export class ContainerProbes {
  private readonly workers: ProbeWorker[] = [];
  private readonly ask: RunningContainer['probe'];

  constructor(
    private readonly host: PodHost,
    private readonly container: Container,
    private readonly record: ContainerRecord,
    running: RunningContainer,
    private readonly listener: ProbeListener,
  ) {
    const answer = host.behaviours.probes(listener.pod, container);
    record.started = answer === 'succeed' || container.startupProbe === undefined;
    record.ready = answer === 'succeed' || container.readinessProbe === undefined;
    this.ask = answer === 'fail' ? () => Promise.resolve(FAILS) : (probe, limit) => running.probe(probe, limit);
    if (answer === 'succeed') return;
    if (record.started) this.beginOthers();
    else this.begin('Startup', container.startupProbe);
  }

  /** Liveness and startup matter no more once the pod is being stopped; readiness is still told. */
  stopKilling(): void {
    for (const worker of this.workers) if (worker.kind !== 'Readiness') worker.stop();
  }

  stop(): void {
    for (const worker of this.workers) worker.stop();
  }

  private beginOthers(): void {
    this.begin('Readiness', this.container.readinessProbe);
    this.begin('Liveness', this.container.livenessProbe);
  }

  private begin(kind: ProbeKind, probe: Probe | undefined): void {
    if (probe === undefined) return;
    this.workers.push(
      new ProbeWorker(
        this.host,
        kind,
        probe,
        this.ask,
        (ok) => {
          this.learn(kind, ok);
        },
        (message) => {
          this.listener.unhealthy(this.record, `${kind} probe failed: ${message}`);
        },
      ),
    );
  }

  /** A probe has said the same often enough. */
  private learn(kind: ProbeKind, ok: boolean): void {
    const { record, listener } = this;
    if (kind === 'Readiness') {
      if (record.ready === ok) return;
      record.ready = ok;
      listener.changed();
    } else if (!ok) {
      this.stopKilling();
      listener.failed(record, kind);
    } else if (kind === 'Startup') {
      this.stopKilling();
      record.started = true;
      this.beginOthers();
      listener.changed();
    }
  }
}

class ProbeWorker {
  private cancel: Cancel = () => undefined;
  private isStopped = false;
  private last: boolean | undefined;
  private run = 0;

  constructor(
    private readonly host: PodHost,
    readonly kind: ProbeKind,
    private readonly probe: Probe,
    private readonly ask: RunningContainer['probe'],
    private readonly learn: (ok: boolean) => void,
    private readonly failed: (message: string) => void,
  ) {
    const delay = host.behaviours.scaled((probe.initialDelaySeconds ?? 0) * 1000);
    const tracks = kind !== 'Liveness' && delay <= SOON;
    this.cancel = tracks ? host.activity.after(host.clock, delay, () => this.tick()) : host.clock.after(delay, () => this.tick());
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  private tick(): void {
    void this.host.activity
      .run(() => this.once())
      .catch((error: unknown) => {
        this.host.logger.error(`${this.kind} probe`, error);
      });
  }

  private async once(): Promise<void> {
    const { probe } = this;
    const { ok, message } = await this.ask(probe, (probe.timeoutSeconds ?? 1) * 1000);
    if (this.isStopped) return;
    this.cancel = this.host.clock.after((probe.periodSeconds ?? 10) * 1000, () => this.tick());
    if (!ok) this.failed(message);
    this.run = ok === this.last ? this.run + 1 : 1;
    this.last = ok;
    const needed = ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
    if (this.run >= needed) this.learn(ok);
  }
}
