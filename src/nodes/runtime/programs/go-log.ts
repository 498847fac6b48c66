import type { Process } from '../process/process.js';
import { strftime } from './system.js';

/** Writes a line as Go's package log does: to stderr, with date and time before it. */
export function goLog(process: Process, line: string): Promise<void> {
  return process.error(`${strftime('%Y/%m/%d %H:%M:%S', process.machine.clock.now())} ${line}\n`);
}
