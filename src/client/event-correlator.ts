import type { Clock } from '../apimachinery/clock.js';
import type { Event } from '../schema/generated/core-v1.js';
import type { Typed } from './client.js';

/** Bounds of client-go's EventCorrelator. Times in milliseconds. */
const SPAM_BURST = 25;
const SPAM_REFILL = 300_000;
const SIMILAR_LIMIT = 10;
const SIMILAR_WINDOW = 600_000;
const REMEMBERED = 4096;

type CoreEvent = Typed<Event>;

/** What is to become of an event: written as new, counted on one that was written before, or dropped. */
export type EventDecision =
  | { readonly kind: 'create'; readonly event: CoreEvent }
  | { readonly kind: 'repeat'; readonly event: CoreEvent; readonly name: string }
  | { readonly kind: 'drop' };

interface Bucket {
  tokens: number;
  at: number;
}

interface Similar {
  readonly messages: Set<string>;
  at: number;
}

/** Drops floods, joins what is similar, counts what is the same (Go: client-go tools/record/events_cache.go). */
export class EventCorrelator {
  private readonly buckets = new Map<string, Bucket>();
  private readonly similar = new Map<string, Similar>();
  private readonly seen = new Map<string, { count: number; name: string; firstTimestamp: CoreEvent['firstTimestamp'] }>();

  constructor(private readonly clock: Clock) {}

  decide(event: CoreEvent): EventDecision {
    const joined = this.join(event);
    const before = this.seen.get(identity(joined.event, joined.key));
    const counted: CoreEvent = { ...joined.event, count: (before?.count ?? 0) + 1 };
    if (!this.mayPass(event)) return { kind: 'drop' };
    if (before === undefined) return { kind: 'create', event: counted };
    return { kind: 'repeat', event: { ...counted, firstTimestamp: before.firstTimestamp }, name: before.name };
  }

  /** Remembers what stands in the cluster now. */
  written(decided: CoreEvent, stored: CoreEvent): void {
    const key = identity(decided, isJoined(decided) ? sourceAndSubject(decided) : undefined);
    const { count = 1, firstTimestamp } = stored;
    remember(this.seen, key, { count, name: stored.metadata.name ?? '', firstTimestamp });
  }

  /** A token bucket for each source and object. */
  private mayPass(event: CoreEvent): boolean {
    const now = this.clock.now();
    const key = [event.source.component, event.source.host, subject(event)].join('\0');
    const bucket = this.buckets.get(key) ?? { tokens: SPAM_BURST, at: now };
    bucket.tokens = Math.min(SPAM_BURST, bucket.tokens + (now - bucket.at) / SPAM_REFILL);
    bucket.at = now;
    remember(this.buckets, key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** After ten different messages of one kind about one object in ten minutes, further ones count as one. */
  private join(event: CoreEvent): { readonly event: CoreEvent; readonly key: string | undefined } {
    const now = this.clock.now();
    const key = sourceAndSubject(event);
    let group = this.similar.get(key);
    if (group === undefined || now - group.at > SIMILAR_WINDOW) group = { messages: new Set(), at: now };
    group.at = now;
    group.messages.add(event.message ?? '');
    remember(this.similar, key, group);
    if (group.messages.size < SIMILAR_LIMIT) return { event, key: undefined };
    const [oldest] = group.messages;
    if (oldest !== undefined) group.messages.delete(oldest);
    return { event: { ...event, message: `${COMBINED}${event.message ?? ''}` }, key };
  }
}

const COMBINED = '(combined from similar events): ';

function isJoined({ message = '' }: CoreEvent): boolean {
  return message.startsWith(COMBINED);
}

function subject({ involvedObject: { apiVersion, kind, namespace, name, uid, fieldPath } }: CoreEvent): string {
  return [kind, namespace, name, fieldPath, uid, apiVersion].join('\0');
}

/** Go: EventAggregatorByReasonFunc. */
function sourceAndSubject(event: CoreEvent): string {
  return [event.source.component, event.source.host, subject(event), event.type, event.reason].join('\0');
}

/** Go: getEventKey. Joined events are the same whatever they say. */
function identity(event: CoreEvent, joinedKey: string | undefined): string {
  return joinedKey ?? `${sourceAndSubject(event)}\0${event.message ?? ''}`;
}

/** Keeps the most recently used entries. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
