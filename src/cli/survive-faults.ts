/**
 * Keeps a cluster running whatever escapes: a fault in one request is ours, so it is
 * told on standard error and survived. So is a reader of our output that goes away.
 */
export function surviveFaults(): void {
  const tell = (fault: unknown): void => {
    process.stderr.write(`kubesim: unexpected fault: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  };
  process.on('unhandledRejection', tell);
  process.on('uncaughtException', tell);
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
}
