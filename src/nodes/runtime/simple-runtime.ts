import type { Cancel, Clock } from '../../apimachinery/clock.js';
import type { Random } from '../../apimachinery/random.js';
import type { NodeConnections } from '../../registry/kubelet.js';
import type { Container, EphemeralContainer } from '../../schema/generated/core-v1.js';
import {
  RuntimeError,
  type ContainerExit,
  type ContainerRuntime,
  type ProbeResult,
  type PulledImage,
  type PullError,
  type RunningContainer,
  type Sandbox,
  type SandboxOptions,
  type StartOptions,
} from './runtime.js';
import { simplePull } from './simple-images.js';

/** Images whose command ends at once if nothing keeps it. */
const SHELLS = /(?:^|\/)(?:busybox|alpine|debian|ubuntu)(?:[:@]|$)/;

export interface SimpleRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** A runtime without an inside: containers run, or end as the words of their command say (`sleep 5`, `exit 3`, `false`). */
export class SimpleRuntime implements ContainerRuntime {
  readonly connections: NodeConnections = { kubelet: () => undefined, dial: () => Promise.resolve(undefined) };
  private readonly sandboxes = new Map<string, SimpleSandbox>();

  constructor(private readonly options: SimpleRuntimeOptions) {}

  pullImage(reference: string): PulledImage | PullError {
    return simplePull(reference);
  }

  createSandbox(options: SandboxOptions): Sandbox {
    const uid = options.pod.metadata.uid ?? '';
    const sandbox = new SimpleSandbox(uid, options.podIPs, this.options, () => this.sandboxes.delete(uid));
    this.sandboxes.set(uid, sandbox);
    return sandbox;
  }

  sandbox(podUid: string): Sandbox | undefined {
    return this.sandboxes.get(podUid);
  }

  addNode(): void {
    // Nobody asks the nodes of this runtime anything.
  }

  removeNode(): void {
    // See addNode.
  }

  close(): void {
    for (const sandbox of this.sandboxes.values()) sandbox.remove();
  }
}

class SimpleSandbox implements Sandbox {
  private readonly containers = new Map<string, SimpleContainer>();

  constructor(
    readonly podUid: string,
    readonly podIPs: readonly string[],
    private readonly options: SimpleRuntimeOptions,
    private readonly removed: () => void,
  ) {}

  update(): void {
    // There is nothing inside that would see it.
  }

  mountVolumes(): Promise<void> {
    return Promise.resolve();
  }

  startContainer(start: StartOptions): Promise<RunningContainer> {
    const container = new SimpleContainer(start, this.options);
    this.containers.set(container.name, container);
    return Promise.resolve(container);
  }

  container(name: string): RunningContainer | undefined {
    return this.containers.get(name);
  }

  remove(): void {
    for (const container of this.containers.values()) container.kill('Error');
    this.removed();
  }
}

/** How long a command takes in milliseconds, and how it exits; undefined if it runs until it is stopped. */
export function fateOf({
  image = '',
  command = [],
  args = [],
}: Container | EphemeralContainer): { after: number; exitCode: number } | undefined {
  const words = [...command, ...args].join(' ');
  if (words === '') return SHELLS.test(image) ? { after: 0, exitCode: 0 } : undefined;
  if (/sleep\s+infinity|while\s+(?:true|:)|tail\s+-f/.test(words)) return undefined;
  const exit = /\bexit\s+(\d+)/.exec(words)?.[1];
  const sleep = /\bsleep\s+(\d+(?:\.\d+)?)([smhd]?)/.exec(words);
  if (sleep === null && exit === undefined && !SHELLS.test(image) && !/^\/bin\/(?:true|false)\b/.test(words)) return undefined;
  const unit = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[sleep?.[2] ?? ''] ?? 1;
  const exitCode = exit === undefined ? Number(/\bfalse\b/.test(words)) : Number(exit);
  return { after: Number(sleep?.[1] ?? 0) * unit * 1000, exitCode };
}

class SimpleContainer implements RunningContainer {
  readonly containerId: string;
  readonly name: string;
  readonly attempt: number;
  running = true;
  private cancel: Cancel = () => undefined;

  constructor(
    private readonly start: StartOptions,
    private readonly options: SimpleRuntimeOptions,
  ) {
    this.containerId = `containerd://${Buffer.from(options.random.bytes(32)).toString('hex')}`;
    this.name = start.container.name ?? '';
    this.attempt = start.attempt;
    const fate = fateOf(start.container);
    if (fate === undefined) return;
    this.cancel = options.clock.after(fate.after, () => {
      this.exit({ exitCode: fate.exitCode, reason: fate.exitCode === 0 ? 'Completed' : 'Error', message: '' });
    });
  }

  stop(): void {
    this.exit({ exitCode: 0, reason: 'Completed', message: '' });
  }

  kill(reason: 'Error' | 'OOMKilled'): void {
    this.exit({ exitCode: 137, signal: 9, reason, message: '' });
  }

  exec(): Promise<never> {
    return Promise.reject(new RuntimeError('StartError', 'nothing can be run inside'));
  }

  attach(): Promise<never> {
    return Promise.reject(new RuntimeError('NotRunning', 'there is no output'));
  }

  probe(): Promise<ProbeResult> {
    return Promise.resolve({ ok: this.running, message: '' });
  }

  private exit(exit: ContainerExit): void {
    if (!this.running) return;
    this.running = false;
    this.cancel();
    this.start.onExit(exit);
  }
}
