import { closeSync, openSync, writeSync } from 'node:fs';
import { goJson } from '../../apimachinery/field-error.js';
import type { AuditSink } from './event.js';

/**
 * `--audit-log-path`: one JSON line an event, appended; `-` is the standard
 * output. The file is readable by its owner only. Events of one turn of the
 * event loop are written together; those that can't be (a full disk) are lost, and that is told.
 */
export class AuditLogFile implements AuditSink {
  private readonly descriptor: number | undefined;
  private waiting: string[] = [];
  private closed = false;

  /** @param onFailure told why events could not be written */
  constructor(
    path: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.descriptor = path === '-' ? undefined : openSync(path, 'a', 0o600);
  }

  write(event: Readonly<Record<string, unknown>>): void {
    if (this.closed) return;
    this.waiting.push(`${goJson(event)}\n`);
    if (this.waiting.length > 1) return;
    setImmediate(() => {
      this.flush();
    });
  }

  /** Writes what is waiting and closes the file. */
  close(): void {
    if (this.closed) return;
    this.flush();
    this.closed = true;
    if (this.descriptor !== undefined) closeSync(this.descriptor);
  }

  private flush(): void {
    if (this.waiting.length === 0) return;
    const text = this.waiting.join('');
    this.waiting = [];
    try {
      if (this.descriptor === undefined) process.stdout.write(text);
      else for (let bytes = Buffer.from(text); bytes.length > 0;) bytes = bytes.subarray(writeSync(this.descriptor, bytes));
    } catch (error) {
      this.onFailure(error);
    }
  }
}
