import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { BashOptions, CommandName, IFileSystem } from 'just-bash';
import { OutOfMemory } from '../../process/bytes.js';

/** What a tool is given. */
export interface ToolJob {
  readonly name: CommandName;
  readonly args: string[];
  /** latin1 */
  readonly input: string;
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly limits: NonNullable<BashOptions['executionLimits']>;
}

/** What it did. */
export interface ToolResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** Whether `stdout` is latin1 rather than text. */
  readonly isBytes: boolean;
}

/** The answer to a FileCall. */
interface FileAnswer {
  readonly call: number;
  readonly value?: unknown;
  readonly error?: { readonly message: string; readonly code: unknown };
}

interface FileCall {
  readonly call: number;
  readonly method: Exclude<keyof IFileSystem, 'readFileBytes' | 'readdirWithFileTypes'>;
  readonly args: readonly unknown[];
}

export type ToThread = ToolJob | FileAnswer;
type FromThread = { readonly ready: true } | FileCall | ToolResult;

/** Threads at work at a time. */
const MAX_THREADS = 2;
/** Milliseconds that a tool may work, for each byte that it is given, and in all. */
const TIME = { atFirst: 700, aByte: 0.05, atMost: 10_000 };
/** Milliseconds after which a thread without work ends. */
const IDLE = 10_000;
const MEMORY = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };

/** Threads that run just-bash's tools: none of them can hold up the event loop, and each ends when it has had its time. */
class ToolThreads {
  private readonly idle: Thread[] = [];
  private readonly queue: (() => void)[] = [];
  private busy = 0;

  /** Rejects with OutOfMemory if it takes too much time or memory. `stop` gives the tool up at once. */
  async run(job: ToolJob, fs: IFileSystem, stop: AbortSignal): Promise<ToolResult> {
    while (this.busy >= MAX_THREADS) await new Promise<void>((resolve) => this.queue.push(resolve));
    if (stop.aborted) {
      this.queue.shift()?.();
      throw new OutOfMemory();
    }
    this.busy++;
    const thread = this.idle.pop() ?? new Thread(() => this.forget(thread));
    try {
      return await thread.run(job, fs, stop);
    } finally {
      this.busy--;
      if (thread.isAlive) this.idle.push(thread);
      this.queue.shift()?.();
    }
  }

  private forget(thread: Thread): void {
    const index = this.idle.indexOf(thread);
    if (index >= 0) this.idle.splice(index, 1);
  }
}

/** A tool at work. */
interface Current {
  readonly fs: IFileSystem;
  readonly done: (result: ToolResult) => void;
  readonly failed: (error: Error) => void;
  /** Milliseconds that it may work in all, by what it was given so far. */
  time: number;
  /** When it began, by the host's monotonic clock: its work is real, whatever the cluster's clock says. */
  began: number;
  timer: NodeJS.Timeout | undefined;
}

class Thread {
  isAlive = true;
  private readonly worker = new Worker(scriptOfThread(), { resourceLimits: MEMORY, stdout: true, stderr: true, env: {}, execArgv: [] });
  private readonly ready: Promise<void>;
  private idle: NodeJS.Timeout | undefined;
  private current: Current | undefined;

  constructor(private readonly onEnd: () => void) {
    this.worker.unref();
    this.ready = new Promise((resolve) => this.worker.once('message', () => resolve()));
    this.worker.on('message', (message: FromThread) => {
      if ('call' in message) void this.answer(message);
      else if ('exitCode' in message) this.current?.done(message);
    });
    this.worker.on('error', (error) => this.end(isOutOfMemory(error) ? new OutOfMemory() : error));
    this.worker.on('exit', () => this.end(new OutOfMemory()));
  }

  async run(job: ToolJob, fs: IFileSystem, stop: AbortSignal): Promise<ToolResult> {
    clearTimeout(this.idle);
    this.worker.ref();
    const giveUp = (): void => this.end(new OutOfMemory());
    stop.addEventListener('abort', giveUp);
    let current: Current | undefined;
    try {
      return await new Promise<ToolResult>((done, failed) => {
        this.current = current = { fs, done, failed, time: 0, began: performance.now(), timer: undefined };
        void this.ready.then(() => {
          // Loading the tools isn't the tool's work.
          if (current !== undefined) current.began = performance.now();
          this.allow(TIME.atFirst + job.input.length * TIME.aByte);
          this.worker.postMessage(job);
        });
      });
    } finally {
      clearTimeout(current?.timer);
      stop.removeEventListener('abort', giveUp);
      this.current = undefined;
      this.worker.unref();
      if (this.isAlive) this.idle = setTimeout(() => this.end(new OutOfMemory()), IDLE).unref();
    }
  }

  /** Gives the tool at work more time. */
  private allow(milliseconds: number): void {
    const { current } = this;
    if (current === undefined) return;
    const more = Math.min(milliseconds, TIME.atMost - current.time);
    if (more <= 0) return;
    current.time += more;
    clearTimeout(current.timer);
    current.timer = setTimeout(() => this.end(new OutOfMemory()), current.time - (performance.now() - current.began));
  }

  private end(why: Error): void {
    if (this.isAlive) void this.worker.terminate();
    this.isAlive = false;
    this.current?.failed(why);
    this.onEnd();
  }

  private async answer({ call, method, args }: FileCall): Promise<void> {
    const fs = this.current?.fs;
    if (fs === undefined) return;
    let answer: FileAnswer;
    try {
      const value = await (fs[method] as (...args: readonly unknown[]) => unknown).call(fs, ...args);
      if (typeof value === 'string' || value instanceof Uint8Array) this.allow(value.length * TIME.aByte);
      answer = { call, value };
    } catch (error) {
      const { message, code } = error as Error & { code?: unknown };
      answer = { call, error: { message, code } };
    }
    this.worker.postMessage(answer);
  }
}

function isOutOfMemory(error: Error & { code?: unknown }): boolean {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** Beside the bundle, or beside this module when it runs from `src/`. */
function scriptOfThread(): URL {
  const bundled = ['./tool-thread.js', '../tool-thread.js'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  return bundled ?? new URL('./thread.mjs', import.meta.url);
}

export const toolThreads = new ToolThreads();
