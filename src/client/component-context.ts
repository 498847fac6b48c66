import type { Cancel, Clock } from '../apimachinery/clock.js';
import type { Logger } from '../apimachinery/logger.js';
import type { Random } from '../apimachinery/random.js';
import type { Activity } from './activity.js';
import type { Client, KubeObject } from './client.js';
import { EventRecorder } from './event-recorder.js';
import type { Informers } from './informers.js';
import { WorkQueue, type WorkQueueOptions } from './work-queue.js';

/** A warning about an expression, as it stands in a policy's status. */
export interface PolicyWarning {
  /** Such as `spec.validations[0].expression`. */
  readonly fieldRef: string;
  readonly warning: string;
}

/** What a cluster tells its components of itself, as flags tell kube-controller-manager. */
export interface ClusterFacts {
  /** PEM of the CA that clients in pods trust (Go: --root-ca-file). */
  readonly caPem: string;
  /** What the expressions of a ValidatingAdmissionPolicy get wrong of types; absent where nobody can tell. */
  readonly checkPolicyTypes?: ((policy: KubeObject) => Promise<readonly PolicyWarning[]>) | undefined;
}

/** What a cluster hands to its components: controllers, the scheduler, the kubelets. */
export interface ComponentEnvironment {
  /** Acts as cluster admin; components take `as` whom they are. */
  readonly client: Client;
  /** Shared by all components of the cluster. */
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly activity: Activity;
  readonly facts: ClusterFacts;
}

/** Who a component is to the API server. */
export interface ComponentIdentity {
  /** For log lines. */
  readonly name: string;
  /** `system:serviceaccount:kube-system:deployment-controller`, `system:node:kube-worker1`. */
  readonly user: string;
  readonly groups?: readonly string[] | undefined;
  /** What stands before the first slash becomes the field manager: `kube-controller-manager`. */
  readonly userAgent: string;
}

/**
 * What one component works with, under its own identity. What it starts through
 * this (queues, timers) ends with it and counts for `settled()`.
 */
export class ComponentContext {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly activity: Activity;
  readonly facts: ClusterFacts;
  private readonly stops = new Set<() => void>();
  private isStopped = false;

  constructor(
    private readonly environment: ComponentEnvironment,
    readonly identity: ComponentIdentity,
  ) {
    ({ informers: this.informers, clock: this.clock, random: this.random, logger: this.logger } = environment);
    ({ activity: this.activity, facts: this.facts } = environment);
    this.client = environment.client.as(identity.user, identity.groups ?? [], identity.userAgent);
  }

  get stopped(): boolean {
    return this.isStopped;
  }

  /** A component of the same cluster under another identity; it ends with this one. */
  child(identity: ComponentIdentity): ComponentContext {
    const context = new ComponentContext(this.environment, identity);
    this.onStop(() => {
      context.stop();
    });
    return context;
  }

  /** A work queue of this component; failures are logged and repeated. */
  queue(work: (key: string) => Promise<void>, options: Partial<Omit<WorkQueueOptions, 'work'>> = {}): WorkQueue {
    const queue = new WorkQueue({
      clock: this.clock,
      activity: this.activity,
      onError: (key, error) => {
        // Conflicts are how optimistic writers find out that they must look again.
        this.logger.info(`${this.identity.name}: ${key}: ${error instanceof Error ? error.message : String(error)}`);
      },
      ...options,
      work,
    });
    this.onStop(() => {
      queue.stop();
    });
    return queue;
  }

  /** Writes Events as this component. @param component default: the identity's name */
  recorder(component = this.identity.name, host?: string): EventRecorder {
    const { client, clock, logger, activity } = this;
    return new EventRecorder({ client, clock, logger, activity, component, host });
  }

  /** Runs `action` every `interval` milliseconds until the component stops; `settled()` waits for what runs, not for the pauses. */
  every(interval: number, action: () => Promise<void> | void): void {
    let cancel: Cancel = () => undefined;
    const arm = (): void => {
      cancel = this.clock.after(interval, () => {
        void this.activity.run(async () => {
          try {
            await action();
          } catch (error) {
            this.logger.error(`${this.identity.name} failed`, error);
          }
          if (!this.isStopped) arm();
        });
      });
    };
    arm();
    this.onStop(() => {
      cancel();
    });
  }

  /** Called when the component stops; at once if it has stopped already. Returns how to take it back. */
  onStop(action: () => void): () => void {
    if (this.isStopped) {
      action();
      return () => undefined;
    }
    this.stops.add(action);
    return () => this.stops.delete(action);
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const stop of this.stops) stop();
    this.stops.clear();
  }
}
