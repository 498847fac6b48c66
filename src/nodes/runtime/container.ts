import type { Cancel } from '../../apimachinery/clock.js';
import { parseQuantityJson } from '../../apimachinery/quantity.js';
import type { Demand } from '../../component-helpers/simulated-usage.js';
import type { ExecOptions, ExecSession, StreamOptions } from '../../registry/kubelet.js';
import type { Container, EphemeralContainer, ResourceRequirements } from '../../schema/generated/core-v1.js';
import type { Credentials } from './fs/file-system.js';
import { ContainerLog } from './container-log.js';
import { ContainerInside, TERMINATION_LOG } from './container-inside.js';
import { inputStream, outputStream } from './exec-session.js';
import { startSession } from './exec-session.js';
import type { PodSandbox } from './pod-sandbox.js';
import { runProbe } from './probe.js';
import type { ByteSink } from './process/bytes.js';
import { EMPTY_SOURCE } from './process/bytes.js';
import { Pipe } from './process/pipe.js';
import type { Process } from './process/process.js';
import { SIGNALS } from './process/signals.js';
import { signalNumber } from './process/signals.js';
import { Terminal } from './process/terminal.js';
import {
  RuntimeError,
  type ContainerExit,
  type ProbeHandler,
  type ProbeResult,
  type RunningContainer,
  type StartOptions,
} from './runtime.js';

const KILL = SIGNALS['KILL'] ?? 9;
/** Bytes of a termination message. */
const MAX_MESSAGE = 4096;
/** The end of a log that stands for one (terminationMessagePolicy: FallbackToLogsOnError). */
const FALLBACK = { lines: 80, bytes: 2048 };

/** One attempt of a container: its main program, what it writes, and who looks on. */
export class SimulatedContainer implements RunningContainer {
  readonly containerId: string;
  readonly name: string;
  readonly attempt: number;
  readonly log: ContainerLog;
  running = true;
  private readonly spec: Container | EphemeralContainer;
  private readonly inside: ContainerInside;
  private readonly input: Pipe | undefined;
  private readonly terminal: Terminal | undefined;
  private readonly watchers = new Set<{ readonly stdout?: ByteSink | undefined; readonly stderr?: ByteSink | undefined }>();
  private main: Process | undefined;
  private killTimer: Cancel = () => undefined;
  private forcedReason: 'Error' | 'OOMKilled' | undefined;

  get user(): Credentials {
    return this.inside.credentials;
  }

  private constructor(
    private readonly sandbox: PodSandbox,
    private readonly options: StartOptions,
    inside: ContainerInside,
  ) {
    const { clock, random } = sandbox.environment;
    this.spec = options.container;
    this.name = this.spec.name ?? '';
    this.attempt = options.attempt;
    this.containerId = `containerd://${Buffer.from(random.bytes(32)).toString('hex')}`;
    this.log = new ContainerLog(() => clock.now());
    this.inside = inside;
    inside.memoryGrown = (bytes) => {
      this.checkMemory(bytes);
    };
    this.input = this.spec.stdin === true ? new Pipe() : undefined;
    if (this.spec.tty === true) this.terminal = new Terminal(this.output('stdout'));
  }

  /** Starts the main program; rejects with RuntimeError. */
  static async start(sandbox: PodSandbox, options: StartOptions): Promise<SimulatedContainer> {
    const inside = await ContainerInside.create(sandbox, options.container);
    const container = new SimulatedContainer(sandbox, options, inside);
    const main = await inside.mainProgram();
    const streams = {
      stdin: container.spec.stdin === true ? (container.terminal?.source ?? container.input?.source ?? EMPTY_SOURCE) : EMPTY_SOURCE,
      stdout: container.terminal?.sink ?? container.output('stdout'),
      stderr: container.terminal?.sink ?? container.output('stderr'),
    };
    container.main = inside.start(main, streams, container.terminal);
    const { terminal } = container;
    if (terminal !== undefined) {
      const process = container.main;
      terminal.enter((signal) => {
        process.kill(signal);
      });
    }
    void container.main.exited.then((code) => {
      container.ended(code);
    });
    return container;
  }

  /** What the programs take of the processor and of memory; undefined if none has said so. */
  get demand(): Demand | undefined {
    const { load } = this.inside.machine;
    return load.isTold ? load.demand() : undefined;
  }

  /** The kernel's out-of-memory killer. */
  private checkMemory(bytes: number): void {
    const limit = this.inside.resources.limits?.['memory'];
    if (limit !== undefined && bytes > parseQuantityJson(limit).value()) this.kill('OOMKilled');
  }

  private output(stream: 'stdout' | 'stderr'): ByteSink {
    return {
      write: (bytes) => {
        this.log.append(stream, bytes);
        for (const watcher of this.watchers) void watcher[stream]?.write(bytes);
        return this.sandbox.environment.cpu.turn();
      },
      close: () => undefined,
    };
  }

  private ended(exitCode: number): void {
    const signal = this.main?.signal ?? 0;
    this.running = false;
    this.killTimer();
    const message = this.terminationMessage(exitCode);
    this.log.close();
    for (const { stdout, stderr } of this.watchers) {
      stdout?.close();
      stderr?.close();
    }
    this.watchers.clear();
    const reason: ContainerExit['reason'] = this.forcedReason ?? (exitCode === 0 ? 'Completed' : 'Error');
    // Never before whoever started it knows that it runs.
    queueMicrotask(() => {
      this.options.onExit({ exitCode, reason, message, ...(signal === 0 ? {} : { signal }) });
    });
  }

  private terminationMessage(exitCode: number): string {
    const path = this.spec.terminationMessagePath ?? TERMINATION_LOG;
    const text = this.inside.textOf(path).slice(0, MAX_MESSAGE);
    if (text !== '' || exitCode === 0 || this.spec.terminationMessagePolicy !== 'FallbackToLogsOnError') return text;
    return this.log.tail(FALLBACK.lines, FALLBACK.bytes);
  }

  stop(graceMs: number, unheardMs = graceMs): void {
    if (!this.running || this.main === undefined) return;
    const { main } = this;
    const signal = signalNumber(this.inside.image.stopSignal ?? 'TERM') ?? KILL;
    const milliseconds = main.handles(signal) ? graceMs : unheardMs;
    main.kill(signal);
    this.killTimer();
    this.killTimer = this.sandbox.environment.clock.after(milliseconds, () => {
      main.kill(KILL);
    });
  }

  resize(resources: ResourceRequirements): void {
    this.inside.resources = resources;
  }

  kill(reason: 'Error' | 'OOMKilled'): void {
    if (!this.running) return;
    this.forcedReason = reason;
    this.main?.kill(KILL);
  }

  async exec(options: ExecOptions): Promise<ExecSession> {
    if (!this.running) throw new RuntimeError('NotRunning', `container not found ("${this.name}")`);
    const program = await this.inside.programFor(options.command);
    if (program === undefined) {
      const text = this.inside.notFound(options.command[0] ?? '');
      const exited = Promise.reject<number>(new Error(`failed to exec in container: failed to start exec: ${text}`));
      exited.catch(() => undefined);
      const stdout = options.stdout ? outputStream() : undefined;
      const stderr = options.stderr && !options.tty ? outputStream() : undefined;
      stdout?.sink.close();
      stderr?.sink.close();
      return {
        stdin: options.stdin ? inputStream({ write: () => undefined, close: () => undefined }) : undefined,
        stdout: stdout?.stream,
        stderr: stderr?.stream,
        resize: () => undefined,
        exited,
        close: () => undefined,
      };
    }
    const command = { argv: options.command, program };
    return startSession(options, (streams, terminal) => this.inside.start(command, streams, terminal, this.main));
  }

  attach(options: StreamOptions): Promise<ExecSession> {
    if (!this.running || this.main === undefined)
      return Promise.reject(new RuntimeError('NotRunning', `container ${this.name} is not running`));
    const { terminal, input, main } = this;
    const stdout = options.stdout ? outputStream() : undefined;
    const stderr = options.stderr && terminal === undefined ? outputStream() : undefined;
    const watcher = { stdout: stdout?.sink, stderr: stderr?.sink };
    this.watchers.add(watcher);
    const once = this.spec.stdinOnce === true;
    const typed = {
      write: (bytes: Uint8Array) => (terminal === undefined ? input?.write(bytes) : void terminal.type(bytes)),
      close: () => {
        if (once) input?.close();
      },
    };
    return Promise.resolve({
      stdin: options.stdin && input !== undefined ? inputStream(typed) : undefined,
      stdout: stdout?.stream,
      stderr: stderr?.stream,
      resize: (columns, rows) => terminal?.resize(columns, rows),
      // Attaching tells nothing of how the program ends.
      exited: main.exited.then(() => 0),
      close: () => {
        this.watchers.delete(watcher);
        stdout?.stream.destroy();
        stderr?.stream.destroy();
      },
    });
  }

  probe(handler: ProbeHandler, timeoutMs: number): Promise<ProbeResult> {
    return runProbe(handler, timeoutMs, {
      inside: this.inside,
      running: () => this.running,
      parent: this.main,
      spec: this.spec,
      sandbox: this.sandbox,
    });
  }

  /** The sandbox goes: nothing is to be told any more. */
  destroy(): void {
    this.killTimer();
    this.main?.kill(KILL);
    this.log.close();
  }
}
