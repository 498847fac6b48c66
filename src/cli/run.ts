import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { textFlag, UsageError, type FlagValues } from './flags.js';
import { runProgram } from './run-program.js';
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
      return await runProgram([program, ...args], { ...process.env, KUBECONFIG: kubeconfigFile });
    } finally {
      await cluster.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
