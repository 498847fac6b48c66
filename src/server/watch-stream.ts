import type { FastifyReply } from 'fastify';
import type { Clock } from '../apimachinery/clock.js';
import { pumpQueue } from '../storage/watch-pump.js';
import { WatchQueue } from '../storage/watch-queue.js';
import type { WatchItem, WatchReceiver } from '../registry/watch.js';
import type { Watch } from '../storage/storage.js';

/** Makes the bytes of one event in the form that a watch asked for. */
export type Frame = (item: WatchItem) => Buffer;

/** A watcher this many events behind is cut off; it comes back with its last revision, which the history (5,000 events) still has. */
const MAX_PENDING = 4_000;

/** How long a finished stream may take to reach its client. Milliseconds. */
const GRACE = 5_000;

export interface WatchStreamOptions {
  readonly contentType: string;
  readonly frame: Frame;
  readonly timeoutSeconds: number;
  readonly open: (receiver: WatchReceiver, onEnd: () => void) => Promise<Watch>;
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Told when the stream begins, with how to end it; the result is called when it is over. */
  readonly track: (close: () => void) => () => void;
}

/**
 * Serves one watch until its timeout, its client or the server ends it. What
 * the client doesn't read waits in a bounded queue and never beyond.
 */
export async function serveWatch(reply: FastifyReply, options: WatchStreamOptions): Promise<void> {
  const queue = new WatchQueue<WatchItem>({ maxItems: MAX_PENDING });
  // Opening comes first: what it refuses must become an ordinary response.
  let opened = false;
  const watch: Watch = await options.open(
    (items) => {
      if (opened) queue.push(items);
      else queue.start(items);
      if (items.some((item) => item.type === 'ERROR')) queue.finish();
    },
    queue.finish.bind(queue, undefined),
  );
  opened = true;
  reply.hijack();
  const response = reply.raw;
  const untrack = options.track(() => {
    queue.finish();
  });
  const cancelTimeout = options.clock.after(options.timeoutSeconds * 1000, () => {
    queue.finish();
  });
  response.on('error', () => {
    queue.close();
  });
  response.writeHead(200, { 'content-type': options.contentType, 'cache-control': 'no-cache, private', ...options.headers });
  if ('flushHeaders' in response) response.flushHeaders();
  // A client that reads nothing any more would hold the stream open for ever.
  queue.onRelease(() => {
    watch.close();
    if (response.destroyed || response.writableFinished) return;
    const cancel = options.clock.after(GRACE, () => {
      if (!response.writableFinished) response.destroy();
    });
    response.once('close', cancel);
  });
  pumpQueue(queue, response as Parameters<typeof pumpQueue>[1], {
    frame: options.frame,
    onEnd: () => {
      watch.close();
      cancelTimeout();
      untrack();
      if (!response.writableEnded) response.end();
    },
  });
}

/** The JSON of a bookmark; its object has only a kind and a revision. */
export function bookmarkObject(apiVersion: string, kind: string, revision: number, initialEventsEnd: boolean): object {
  const metadata: Record<string, unknown> = { resourceVersion: String(revision) };
  if (initialEventsEnd) metadata['annotations'] = { 'k8s.io/initial-events-end': 'true' };
  return { kind, apiVersion, metadata };
}
