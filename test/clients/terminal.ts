import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { until } from './tools.js';

/** A program in a pseudo-terminal of this machine, made by script(1), as somebody types at it. */
export class Terminal {
  /** All that has been shown. */
  shown = '';
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  /** How much had been shown when something was typed last. */
  private typed = 0;

  constructor(command: string, env: NodeJS.ProcessEnv) {
    this.child = spawn('script', ['-qec', `tty; stty rows 33 cols 99; ${command}`, '/dev/null'], { env });
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.stdout?.on('data', (chunk: Buffer) => (this.shown += chunk.toString('utf8')));
  }

  /** Waits until a shell asks for the next command, after what was typed last. */
  async prompt(): Promise<void> {
    await until(
      () => this.shown.length > this.typed && this.shown.endsWith('# '),
      () => this.shown,
    );
  }

  async shows(text: string): Promise<void> {
    await until(
      () => this.shown.includes(text),
      () => this.shown,
    );
  }

  type(text: string): void {
    this.typed = this.shown.length;
    this.child.stdin?.write(text);
  }

  /** Types until something shows: what is typed first may be too early. */
  async typeUntil(text: string, wanted: string): Promise<void> {
    await until(
      () => {
        if (this.shown.includes(wanted)) return true;
        if (this.shown.endsWith('# ')) this.type(text);
        return false;
      },
      () => this.shown,
    );
  }

  resize(rows: number, columns: number): void {
    const tty = /\/dev\/pts\/\d+/.exec(this.shown)?.[0] ?? '';
    spawnSync('stty', ['-F', tty, 'rows', String(rows), 'cols', String(columns)]);
  }

  end(): void {
    this.child.kill();
  }
}
