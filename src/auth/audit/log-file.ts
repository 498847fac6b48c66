import { closeSync, openSync, writeSync } from 'node:fs';
import { goJson } from '../../apimachinery/field-error.js';
import type { AuditSink } from './event.js';

/**
 * `--audit-log-path`: one JSON line an event, appended; `-` is the standard
 * output. The file is readable by its owner only. Events of one turn of the
 * event loop are written together, and none is lost.
 */
export class AuditLogFile implements AuditSink {
  private readonly descriptor: number | undefined;
  private waiting: string[] = [];
  private closed = false;

  constructor(path: string) {
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
    if (this.descriptor === undefined) process.stdout.write(text);
    else for (let bytes = Buffer.from(text); bytes.length > 0;) bytes = bytes.subarray(writeSync(this.descriptor, bytes));
  }
}
