import { StorageError, type Key, type ListOptions, type ListResult, type Storage, type StorageErrorCode, type Stored } from '../storage.js';
import type { Place } from '../key-order.js';
import { Recorder } from './recorder.js';
import { sample, type Sample } from './sample.js';

/** What a case needs of an assertion library; `node:assert/strict` and chai's `assert` have it. */
export interface Assert {
  ok(value: unknown, message?: string): void;
  equal(actual: unknown, expected: unknown, message?: string): void;
  deepEqual(actual: unknown, expected: unknown, message?: string): void;
}

/** One case: a sentence, and what proves it on a fresh, empty storage. */
export interface StorageCase<S extends Storage<Sample> = Storage<Sample>> {
  readonly title: string;
  run(trial: Trial<S>): Promise<void>;
}

/** The bucket of the cases. */
export const things = 'test/things';

/** A key of the cases: `name` or `namespace/name`. */
export function thing(path: string, bucket = things): Key {
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket, namespace: '', name: path } : { bucket, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** `namespace/name`, or `name` of a cluster-scoped object. */
export function path({ namespace, name }: Place): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** The keys of a list as paths. */
export function paths(list: ListResult<Sample>): string[] {
  return list.items.map((item) => path(item.key));
}

/** A fresh storage in the hands of one case, with the words that cases are written in. */
export class Trial<S extends Storage<Sample> = Storage<Sample>> {
  constructor(
    readonly storage: S,
    readonly assert: Assert,
    /** A further empty storage of the same kind. */
    readonly another: () => Promise<S>,
  ) {}

  create(where: string, text = '', bucket = things): Promise<Stored<Sample>> {
    return this.storage.create(thing(where, bucket), sample(text));
  }

  async createAll(wheres: readonly string[], bucket = things): Promise<void> {
    for (const where of wheres) await this.create(where, '', bucket);
  }

  update(old: Stored<Sample>, text: string): Promise<Stored<Sample>> {
    return this.storage.update(old.key, sample(text), old.revision);
  }

  delete(old: Stored<Sample>): Promise<Stored<Sample>> {
    return this.storage.delete(old.key, old.revision);
  }

  get(where: string, bucket = things): Promise<Stored<Sample> | undefined> {
    return this.storage.get(thing(where, bucket));
  }

  list(options?: ListOptions<Sample>): Promise<ListResult<Sample>> {
    return this.storage.list(things, options);
  }

  async paths(options?: ListOptions<Sample>): Promise<string[]> {
    return paths(await this.list(options));
  }

  /** Starts to record a bucket's events after a revision. */
  watch(options: { readonly from?: number; readonly namespace?: string | undefined; readonly bucket?: string } = {}): Recorder {
    const recorder = new Recorder();
    const { bucket = things, from = this.storage.revision(), namespace } = options;
    recorder.watch = this.storage.watch({ bucket, from, namespace, onEnd: recorder.onEnd }, recorder.sink);
    return recorder;
  }

  /** Lists and starts to record from there. */
  async listAndWatch(namespace?: string): Promise<{ readonly list: ListResult<Sample>; readonly recorder: Recorder }> {
    const recorder = new Recorder();
    const { list, watch } = await this.storage.listAndWatch(things, { namespace, onEnd: recorder.onEnd }, recorder.sink);
    recorder.watch = watch;
    return { list, recorder };
  }

  /** Asserts that something fails with a code, at once or later; returns the error. */
  async fails(code: StorageErrorCode, work: () => unknown): Promise<StorageError> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.assert.equal(error.code, code);
      return error;
    }
    throw new Error(`succeeded, but ${code} was expected`);
  }

  /** Asserts that a watch from a revision fails with a code, whether it is refused or ended. */
  watchFails(code: StorageErrorCode, from: number): Promise<StorageError> {
    return this.fails(code, async () => {
      throw await this.watch({ from }).end();
    });
  }
}
