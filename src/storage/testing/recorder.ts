import type { EventSink, EventType, StorageEvent, Watch } from '../storage.js';
import type { Sample } from './sample.js';

/** An event in a form that compares and prints well. */
export interface Heard {
  readonly type: EventType;
  /** `<namespace>/<name>`. */
  readonly key: string;
  readonly text: string;
  readonly revision: number;
}

/** How long a case waits for what must come; a storage behind a network needs a while, a broken one never answers. */
const patienceMs = 5000;

/** A sink that remembers, and that can be waited for. */
export class Recorder {
  readonly events: StorageEvent<Sample>[] = [];
  /** Set when the storage ended the watch. */
  ended: { readonly error: unknown } | undefined = undefined;
  watch: Watch | undefined = undefined;
  private readonly waiting = new Set<() => void>();

  readonly sink: EventSink<Sample> = (events) => {
    this.events.push(...events);
    this.notify();
  };

  readonly onEnd = (error?: unknown): void => {
    this.ended = { error };
    this.notify();
  };

  heard(): Heard[] {
    return this.events.map(({ type, revision, current }) => ({
      type,
      key: `${current.key.namespace}/${current.key.name}`,
      text: current.value.text,
      revision,
    }));
  }

  /** Waits until an event of this revision or a later one has come. */
  reached(revision: number): Promise<void> {
    return this.until(`an event of revision ${revision}`, () => (this.events.at(-1)?.revision ?? 0) >= revision);
  }

  /** Waits until the storage has ended the watch. */
  async end(): Promise<unknown> {
    await this.until('the end of the watch', () => this.ended !== undefined);
    return this.ended?.error;
  }

  private until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!holds()) return;
        this.waiting.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`waited in vain for ${what}; heard ${JSON.stringify(this.heard())}`));
      }, patienceMs);
      this.waiting.add(check);
    });
  }

  private notify(): void {
    for (const check of [...this.waiting]) check();
  }
}
