import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { textFlag, UsageError, type FlagValues } from './flags.js';
import { startFromFlags } from './start.js';

/** `kubesim run -- COMMAND`: a fresh cluster for one command; resolves with the command's exit code. */
export async function run(values: FlagValues, command: readonly string[]): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined) throw new UsageError('run needs a command: kubesim run -- kubectl get pods');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-'));
  try {
    const { cluster, kubeconfigFile } = await startFromFlags({
      'secure-port': '0',
      ...values,
      kubeconfig: textFlag(values, 'kubeconfig') ?? path.join(folder, 'kubeconfig'),
    });
    try {
      return await runCommand(program, args, kubeconfigFile);
    } finally {
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runCommand(program: string, args: readonly string[], kubeconfig: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, KUBECONFIG: kubeconfig } });
    const forward = (signal: NodeJS.Signals): void => {
      child.kill(signal);
    };
    process.on('SIGINT', forward);
    process.on('SIGTERM', forward);
    const done = (): void => {
      process.off('SIGINT', forward);
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
