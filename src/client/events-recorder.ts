import type { Clock } from '../apimachinery/clock.js';
import type { Logger } from '../apimachinery/logger.js';
import { formatMicroTime } from '../apimachinery/time.js';
import type { ObjectReference } from '../schema/generated/core-v1.js';
import type { Event } from '../schema/generated/events-v1.js';
import type { Activity } from './activity.js';
import { eventName } from './event-name.js';
import type { Client, KubeObject, Typed } from './client.js';

const EVENTS = { group: 'events.k8s.io', version: 'v1', resource: 'events' } as const;

/** The most characters that a note may have. */
const LONGEST_NOTE = 1024;

/** Milliseconds after which an event that has not come again is forgotten, and how often series are written. */
const FORGOTTEN_AFTER = 360_000;
const REMEMBERED = 4096;

export interface EventsRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly activity?: Activity | undefined;
  /** Who says it: `default-scheduler`. */
  readonly reportingController: string;
  /** Which of them: `default-scheduler-kube-master`. */
  readonly reportingInstance: string;
}

/** What happened. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What was being done: `Binding`. */
  readonly action: string;
  readonly note: string;
  readonly related?: KubeObject | undefined;
}

interface Known {
  readonly written: Typed<Event>;
  count: number;
  /** Milliseconds since the epoch. */
  lastAt: number;
}

/**
 * Writes events.k8s.io/v1 Events about objects, as newer components do; what
 * happens again becomes a series (Go: client-go tools/events). Recording never
 * waits and never fails: what can't be written is logged and dropped.
 */
export class EventsRecorder {
  private readonly known = new Map<string, Known>();
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly options: EventsRecorderOptions) {}

  record(about: KubeObject, happening: Happening): void {
    const event = this.eventOf(about, happening);
    const key = keyOf(event);
    const now = this.options.clock.now();
    const known = this.known.get(key);
    if (known !== undefined && now - known.lastAt <= FORGOTTEN_AFTER) {
      known.lastAt = now;
      // The second one begins the series; later ones only count, as long as nobody looks closer.
      if (++known.count === 2) this.enqueue(() => this.writeSeries(known));
      return;
    }
    this.remember(key, { written: event, count: 1, lastAt: now });
    this.enqueue(() => this.create(event));
  }

  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size <= REMEMBERED) return;
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest);
      return;
    }
  }

  private eventOf(about: KubeObject, { type, reason, action, note, related }: Happening): Typed<Event> {
    const { reportingController, reportingInstance, clock } = this.options;
    const regarding = referenceTo(about);
    const now = clock.now();
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: eventName(clock, regarding.name ?? ''), namespace: regarding.namespace ?? 'default' },
      eventTime: formatMicroTime(now),
      reportingController,
      reportingInstance,
      action,
      reason,
      regarding,
      ...(related === undefined ? {} : { related: referenceTo(related) }),
      note: truncated(note),
      type,
    } as Typed<Event>;
  }

  private enqueue(write: () => Promise<unknown>): void {
    const end = this.options.activity?.begin();
    // One after the other: a series needs what it continues.
    this.last = this.last
      .then(write)
      .catch((error: unknown) => {
        this.options.logger.info('dropping an event', { error: String(error) });
      })
      .then(() => end?.());
  }

  private async create(event: Typed<Event>): Promise<void> {
    await this.options.client.create({ resource: EVENTS, namespace: event.metadata.namespace }, event);
  }

  private async writeSeries({ written, count, lastAt }: Known): Promise<void> {
    const target = { resource: EVENTS, namespace: written.metadata.namespace };
    const series = { count, lastObservedTime: formatMicroTime(lastAt) };
    try {
      await this.options.client.patch(target, written.metadata.name ?? '', 'strategic', { series });
    } catch (error) {
      // Events are forgotten after a while; then it is told anew.
      if ((error as { status?: { code?: number } }).status?.code !== 404) throw error;
      await this.create({ ...written, series });
    }
  }
}

/** Go: reference.GetReference. */
function referenceTo({ apiVersion, kind, metadata: { namespace, name, uid, resourceVersion } }: KubeObject): ObjectReference {
  return { kind, namespace, name, uid, apiVersion, resourceVersion };
}

/** What counts as the same happening; what the note says doesn't matter. */
function keyOf({ type, action, reason, regarding, related }: Typed<Event>): string {
  return JSON.stringify([type, action, reason, regarding, related]);
}

function truncated(note: string): string {
  return note.length <= LONGEST_NOTE ? note : `${note.slice(0, LONGEST_NOTE - 4)} ...`;
}
