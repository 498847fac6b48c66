import { internalError, type StatusCause } from '../../apimachinery/status.js';

/**
 * How an outcome is written to the error stream: `text` before version 4 of the
 * protocol (nothing for success), `kubelet` as a kubelet does in version 4,
 * `translated` as the API server does for version 5.
 */
export type StatusFormat = 'text' | 'kubelet' | 'translated';

/** How a program ended, as the stream protocols tell it. */
export type Outcome = { readonly exitCode: number; readonly command: readonly string[] } | { readonly failure: string };

/** The bytes for the error stream; empty if nothing is to be written. */
export function outcomeText(format: StatusFormat, outcome: Outcome): string {
  if ('failure' in outcome) {
    const { status } = internalError(outcome.failure);
    return format === 'text'
      ? status.message
      : JSON.stringify({
          metadata: {},
          status: 'Failure',
          message: status.message,
          reason: status.reason,
          details: { causes: [{ message: outcome.failure }] },
          code: status.code,
        });
  }
  const { exitCode, command } = outcome;
  if (exitCode === 0) return format === 'text' ? '' : '{"metadata":{},"status":"Success"}';
  const why =
    format === 'translated'
      ? `command terminated with exit code ${String(exitCode)}`
      : `error executing command [${command.join(' ')}], exit code ${String(exitCode)}`;
  const message = `command terminated with non-zero exit code: ${why}`;
  if (format === 'text') return message;
  const causes: StatusCause[] = [{ reason: 'ExitCode', message: String(exitCode) }];
  return JSON.stringify({ metadata: {}, status: 'Failure', message, reason: 'NonZeroExitCode', details: { causes } });
}
