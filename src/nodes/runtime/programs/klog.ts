import type { Process } from '../process/process.js';
import { strftime } from './system.js';

/**
 * Writes a line to standard error in the form of klog:
 * `I1129 07:12:33.000000       1 main.go:65] text`.
 * @param source file and line, as Go knows them
 */
export async function klog(process: Process, severity: 'I' | 'E', source: string, text: string): Promise<void> {
  const now = process.machine.clock.now();
  const stamp = `${strftime('%m%d %H:%M:%S', now)}.${String(now % 1000).padStart(3, '0')}`;
  await process.error(`${severity}${stamp}000 ${String(process.pid).padStart(7)} ${source}] ${text}\n`);
}
