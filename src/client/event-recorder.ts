import type { Clock } from '../apimachinery/clock.js';
import type { Logger } from '../apimachinery/logger.js';
import { formatTime } from '../apimachinery/time.js';
import type { Event } from '../schema/generated/core-v1.js';
import type { Activity } from './activity.js';
import type { Client, KubeObject, Typed } from './client.js';
import { eventName } from './event-name.js';
import { EventCorrelator } from './event-correlator.js';

const EVENTS = { group: '', version: 'v1', resource: 'events' } as const;

/** What an Event is about: an object, or a part of one. */
export interface EventSubject {
  readonly object: KubeObject;
  /** Such as `spec.containers{nginx}`. */
  readonly fieldPath?: string | undefined;
}

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly activity?: Activity | undefined;
  /** Who says it: `deployment-controller`, `kubelet`. */
  readonly component: string;
  /** Where: the node's name, for kubelets. */
  readonly host?: string | undefined;
}

/**
 * Writes core/v1 Events about objects, repeated ones as one with a count (Go:
 * client-go tools/record). Recording never waits and never fails: what can't be
 * written is logged and dropped.
 */
export class EventRecorder {
  private readonly correlator: EventCorrelator;
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: EventRecorderOptions) {
    this.correlator = new EventCorrelator(options.clock);
  }

  normal(about: KubeObject | EventSubject, reason: string, message: string): void {
    this.record(about, 'Normal', reason, message);
  }

  warning(about: KubeObject | EventSubject, reason: string, message: string): void {
    this.record(about, 'Warning', reason, message);
  }

  private record(about: KubeObject | EventSubject, type: string, reason: string, message: string): void {
    const subject = 'object' in about ? about : { object: about };
    const event = this.eventOf(subject as EventSubject, type, reason, message);
    const end = this.options.activity?.begin();
    // One after the other: a repetition needs the name and version of what it repeats.
    this.last = this.last.then(() => this.write(event)).finally(() => end?.());
  }

  private eventOf({ object, fieldPath }: EventSubject, type: string, reason: string, message: string): Typed<Event> {
    const { component, host = '', clock } = this.options;
    const { name = '', namespace, uid, resourceVersion } = object.metadata;
    const now = clock.now();
    const time = formatTime(now);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName(clock, name), namespace: namespace ?? 'default' },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion, fieldPath },
      reason,
      message,
      source: { component, ...(host === '' ? {} : { host }) },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      reportingComponent: component,
      reportingInstance: host,
    };
  }

  private async write(event: Typed<Event>): Promise<void> {
    const decision = this.correlator.decide(event);
    if (decision.kind === 'drop') return;
    const { client } = this.options;
    const target = { resource: EVENTS, namespace: decision.event.metadata.namespace };
    try {
      if (decision.kind === 'repeat') {
        const { count, lastTimestamp, message } = decision.event;
        try {
          const patched = await client.patch<Typed<Event>>(target, decision.name, 'strategic', { count, lastTimestamp, message });
          this.correlator.written(decision.event, patched);
          return;
        } catch (error) {
          // Events are forgotten after a while; then it is told anew.
          if ((error as { status?: { code?: number } }).status?.code !== 404) throw error;
        }
      }
      this.correlator.written(decision.event, await client.create(target, decision.event));
    } catch (error) {
      this.options.logger.info(`dropping event ${decision.event.metadata.name ?? ''}`, { error: String(error) });
    }
  }
}
