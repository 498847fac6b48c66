import type { Process } from '../process/process.js';
import { SIGNALS } from '../process/signals.js';
import type { Shell } from './shell.js';
import { Exit } from './control.js';

/** Signals that `exec` hands on. */
const FORWARDED = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2'];

/** What a shell does at signals and at its end. */
export class Traps {
  /** By signal number; 0 is EXIT. */
  readonly actions = new Map<number, string>();
  private pending: number[] = [];
  private wake: (() => void) | undefined;

  constructor(private readonly shell: Shell) {}

  /** An empty action ignores the signal; undefined takes the default back. */
  set(signal: number, action: string | undefined): void {
    if (action === undefined) this.actions.delete(signal);
    else this.actions.set(signal, action);
    if (signal === 0) return;
    this.shell.process.onSignal(
      signal,
      action === undefined
        ? undefined
        : action === ''
          ? 'ignore'
          : () => {
              this.pending.push(signal);
              this.wake?.();
            },
    );
  }

  /** Runs the actions of signals that have come. */
  async runPending(): Promise<void> {
    for (let signal = this.pending.shift(); signal !== undefined; signal = this.pending.shift()) {
      const { status } = this.shell;
      await this.shell.evaluate(this.actions.get(signal) ?? '');
      this.shell.status = status;
    }
  }

  /** Waits as `wait` does: a trapped signal ends it. False if it was a signal. */
  async interruptible(promise: Promise<unknown>): Promise<boolean> {
    if (this.pending.length > 0) return false;
    const signalled = new Promise<false>((resolve) => {
      this.wake = () => {
        resolve(false);
      };
    });
    try {
      return await this.shell.process.wait(Promise.race([promise.then(() => true), signalled]));
    } finally {
      this.wake = undefined;
    }
  }

  get lastSignal(): number {
    return this.pending[0] ?? 0;
  }

  async atExit(status: number): Promise<number> {
    const action = this.actions.get(0);
    if (action === undefined) return status;
    this.actions.delete(0);
    try {
      await this.shell.evaluate(action);
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
      return error.status;
    }
    return status;
  }

  forwardTo(child: Process): void {
    for (const name of FORWARDED) {
      const signal = SIGNALS[name] ?? 0;
      this.shell.process.onSignal(signal, () => {
        child.kill(signal);
      });
    }
  }
}
