import type { Clock } from '../../../apimachinery/clock.js';
import type { Random } from '../../../apimachinery/random.js';
import type { PodNetwork } from '../../network/pod-network.js';
import type { FileSystem } from '../fs/file-system.js';
import type { Privileges } from '../privileges.js';
import type { Cpu } from './cpu.js';
import { Load } from './load.js';
import { Process, type ProcessOptions, type Program } from './process.js';
import type { ProcessTable } from './process-table.js';
import { SIGNALS } from './signals.js';

/** Processes that a container may have at a time (a pid limit, as cgroups set it). */
const MAX_PROCESSES = 256;

/** What a container's processes share. */
export interface MachineOptions {
  readonly table: ProcessTable;
  /** Made when a program first looks at a file. */
  readonly fs: () => FileSystem;
  /** Makes what files need that can only be had by asking; to be awaited before a program looks at them. */
  readonly prepare: () => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly cpu: Cpu;
  readonly network: PodNetwork;
  readonly hostname: string;
  readonly privileges: Privileges;
  /** The program behind a command's name or path, as execve would find it along PATH; undefined if there is none. */
  readonly findProgram: (name: string, process: { readonly env: ReadonlyMap<string, string>; readonly cwd: string }) => Program | undefined;
  /** Programs hold more memory than before: so many bytes in all. */
  readonly memoryGrown?: ((bytes: number) => void) | undefined;
  /** A program begins to work; the result is called when it waits or has ended. */
  readonly working?: (() => () => void) | undefined;
}

/** A container's processes. */
export class Machine {
  readonly clock: Clock;
  readonly random: Random;
  readonly cpu: Cpu;
  readonly network: PodNetwork;
  readonly hostname: string;
  readonly privileges: Privileges;
  readonly findProgram: MachineOptions['findProgram'];
  /** What the programs take of the processor and of memory. */
  readonly load: Load;
  /** Those that the container sees, by number. */
  readonly table: ProcessTable;
  /** The one that the container began with, and ends with. */
  first: Process | undefined;
  private busy = 0;
  private idle: (() => void) | undefined;

  constructor(private readonly options: MachineOptions) {
    ({ table: this.table } = options);
    ({ clock: this.clock, random: this.random, cpu: this.cpu } = options);
    this.load = new Load(() => this.clock.now(), options.memoryGrown);
    ({ network: this.network, hostname: this.hostname, privileges: this.privileges, findProgram: this.findProgram } = options);
  }

  get fs(): FileSystem {
    return this.options.fs();
  }

  prepare(): Promise<void> {
    return this.options.prepare();
  }

  /** Starts a process (fork and execve). Throws if there are too many. */
  start(options: ProcessOptions, program: Program): Process {
    if (this.table.processes.size >= MAX_PROCESSES) throw new Error("can't fork: Resource temporarily unavailable");
    this.work(1);
    const process = new Process(this, this.table.next(), options, async (self) => {
      // The process must be in the table before its program looks at it.
      await Promise.resolve();
      for (const signal of options.parent?.ignoredSignals() ?? []) self.onSignal(signal, 'ignore');
      return await program(self);
    });
    this.first ??= process;
    this.table.processes.set(process.pid, process);
    return process;
  }

  ended(process: Process): void {
    this.table.processes.delete(process.pid);
    this.work(-1);
    // The kernel ends a container with its first process.
    if (process === this.first) this.killAll();
  }

  killAll(): void {
    for (const process of [...this.table.processes.values()]) if (process.machine === this) process.kill(SIGNALS['KILL'] ?? 9);
  }

  /** A process waits; call the result when it goes on. */
  waiting(): () => void {
    this.work(-1);
    return () => {
      this.work(1);
    };
  }

  private work(change: 1 | -1): void {
    this.busy += change;
    if (this.busy > 0 && this.idle === undefined) this.idle = this.options.working?.() ?? (() => undefined);
    else if (this.busy <= 0) {
      this.idle?.();
      this.idle = undefined;
    }
  }
}
