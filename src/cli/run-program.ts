import { spawn } from 'node:child_process';
import os from 'node:os';
import { UsageError } from './flags.js';

/**
 * Runs a program in this terminal, hands it the signals that would end us, and
 * resolves with its exit code (128 + n after signal n). Rejects with UsageError
 * if there is no such program.
 */
export function runProgram([program = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env });
    // The terminal sends Ctrl-C to the child too; what remains is to wait for it.
    const ignore = (): void => undefined;
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    const interrupt = process.stdin.isTTY ? ignore : forward;
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', forward);
    const done = (): void => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', forward);
    };
    child.on('error', (error) => {
      done();
      reject(new UsageError(`can't run ${program}: ${error.message}`));
    });
    child.on('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + (os.constants.signals[signal ?? 'SIGTERM'] ?? 0));
    });
  });
}
