import type { Cancel } from '../../../apimachinery/clock.js';
import type { Credentials, FileSystem } from '../fs/file-system.js';
import { FsError } from '../fs/nodes.js';
import { OutOfMemory, type ByteSink, type ByteSource, type Cancellation } from './bytes.js';
import type { Machine } from './machine.js';
import { isIgnoredByDefault, SIGNALS } from './signals.js';
import type { Terminal } from './terminal.js';

/** Thrown out of every waiting operation of a process that was killed. */
export class Killed extends Error {
  constructor(readonly signal: number) {
    super('Killed');
  }
}

/** What runs in a process; resolves with the exit code. What it throws becomes exit code 1 and a line on stderr. */
export type Program = (process: Process) => Promise<number> | number;

/** The files that a process starts with. */
export interface StandardStreams {
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
}

export interface ProcessOptions extends StandardStreams {
  readonly argv: readonly string[];
  /** A function is asked when the program first looks. */
  readonly env: ReadonlyMap<string, string> | (() => ReadonlyMap<string, string>);
  readonly cwd: string;
  readonly credentials: Credentials;
  readonly parent?: Process | undefined;
  readonly terminal?: Terminal | undefined;
}

/** A simulated process. It ends when its program does, or when a signal that nobody handles reaches it. */
export class Process implements Cancellation {
  readonly argv: readonly string[];
  cwd: string;
  umask = 0o022;
  readonly credentials: Credentials;
  readonly terminal: Terminal | undefined;
  readonly parent: Process | undefined;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly startedAt: number;
  /** Resolves with the exit code. */
  readonly exited: Promise<number>;
  exitCode: number | undefined;
  private readonly handlers = new Map<number, (() => void) | 'ignore'>();
  private readonly waits = new Set<() => void>();
  private killedBy: number | undefined;
  private readonly givenEnv: ProcessOptions['env'];
  private ownEnv: Map<string, string> | undefined;

  constructor(
    readonly machine: Machine,
    readonly pid: number,
    options: ProcessOptions,
    program: Program,
  ) {
    ({ argv: this.argv, cwd: this.cwd, credentials: this.credentials, terminal: this.terminal, parent: this.parent } = options);
    ({ stdin: this.stdin, stdout: this.stdout, stderr: this.stderr } = options);
    this.givenEnv = options.env;
    this.startedAt = machine.clock.now();
    this.exited = this.run(program);
  }

  get env(): Map<string, string> {
    this.ownEnv ??= new Map(typeof this.givenEnv === 'function' ? this.givenEnv() : this.givenEnv);
    return this.ownEnv;
  }

  get name(): string {
    return this.argv[0]?.split('/').at(-1) ?? '';
  }

  get fs(): FileSystem {
    return this.machine.fs;
  }

  /** 0 for no signal. */
  get signal(): number {
    return this.killedBy ?? 0;
  }

  private async run(program: Program): Promise<number> {
    let code: number;
    try {
      code = await program(this);
    } catch (error) {
      code = await this.failed(error);
    }
    this.exitCode = this.killedBy === undefined ? code & 0xff : 128 + this.killedBy;
    this.machine.ended(this);
    return this.exitCode;
  }

  private async failed(error: unknown): Promise<number> {
    if (error instanceof Killed) return 128 + error.signal;
    if (error instanceof OutOfMemory) return 128 + (SIGNALS['KILL'] ?? 0);
    if (error instanceof FsError && error.code === 'EPIPE') return 128 + (SIGNALS['PIPE'] ?? 0);
    try {
      await this.error(`${this.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    } catch {
      // Nobody reads it.
    }
    return 1;
  }

  /** Delivers a signal (kill(2)). The first process of a container only gets what it handles, and SIGKILL. */
  kill(signal: number): void {
    if (this.exitCode !== undefined) return;
    const handler = this.handlers.get(signal);
    if (signal !== SIGNALS['KILL'] && handler !== undefined) {
      if (handler !== 'ignore') handler();
      return;
    }
    if (signal !== SIGNALS['KILL'] && (isIgnoredByDefault(signal) || signal === 0 || this.pid === 1)) return;
    this.killedBy = signal;
    for (const wake of [...this.waits]) wake();
    this.waits.clear();
  }

  /** Whether the program does something of its own when a signal comes. */
  handles(signal: number): boolean {
    return typeof this.handlers.get(signal) === 'function';
  }

  /** How a signal is met from now on; undefined for the default. */
  onSignal(signal: number, handler: (() => void) | 'ignore' | undefined): void {
    if (handler === undefined) this.handlers.delete(signal);
    else this.handlers.set(signal, handler);
  }

  /** Signals that this process ignores are ignored by its children. */
  ignoredSignals(): number[] {
    return [...this.handlers].filter(([, handler]) => handler === 'ignore').map(([signal]) => signal);
  }

  /** Called when the process is killed while the operation waits. */
  onCancel(action: () => void): void {
    this.waits.add(action);
  }

  /** Throws if the process has been killed. */
  checkAlive(): void {
    if (this.killedBy !== undefined) throw new Killed(this.killedBy);
  }

  /** Between steps: throws if killed, and shares the processor. */
  step(): Promise<void> | undefined {
    this.checkAlive();
    return this.machine.cpu.turn();
  }

  /**
   * Waits for something, or until the process is killed; then `cancel` is called.
   * @param isWork whether it is this process's own work, which a settled cluster has behind it
   */
  async wait<T>(promise: Promise<T>, cancel?: () => void, isWork = false): Promise<T> {
    if (this.killedBy !== undefined) {
      // Nobody else waits for it, so nobody else would hear that it failed.
      promise.catch(() => undefined);
      cancel?.();
      throw new Killed(this.killedBy);
    }
    const resume = isWork ? undefined : this.machine.waiting();
    let wake: () => void = () => undefined;
    const killed = new Promise<never>((_resolve, reject) => {
      wake = () => {
        cancel?.();
        reject(new Killed(this.killedBy ?? 0));
      };
    });
    this.waits.add(wake);
    try {
      return await Promise.race([promise, killed]);
    } finally {
      this.waits.delete(wake);
      resume?.();
    }
  }

  /** Sleeps by the cluster's clock. */
  async sleep(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) return;
    let cancel: Cancel = () => undefined;
    await this.wait(
      new Promise<void>((resolve) => {
        cancel = this.machine.clock.after(milliseconds, resolve);
      }),
      () => {
        cancel();
      },
    );
  }

  /** Waits for ever, at no cost. */
  async pause(): Promise<never> {
    return await this.wait(new Promise<never>(() => undefined));
  }

  async read(source: ByteSource = this.stdin): Promise<Uint8Array | undefined> {
    return await this.wait(source.read(this));
  }

  async write(bytes: Uint8Array | string, sink: ByteSink = this.stdout): Promise<void> {
    this.checkAlive();
    const done = sink.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    if (done !== undefined) await this.wait(done);
  }

  error(text: string): Promise<void> {
    return this.write(text, this.stderr);
  }

  /** An absolute path for one that is relative to the working directory. */
  resolve(path: string): string {
    return path.startsWith('/') ? path : `${this.cwd === '/' ? '' : this.cwd}/${path}`;
  }
}
