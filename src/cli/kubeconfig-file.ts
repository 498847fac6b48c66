import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where the admin kubeconfig goes if nobody says: below the user's state folder, one file a port. */
export function defaultKubeconfigPath(port: number, environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(kubeconfigFolder(environment), `kubeconfig-${String(port)}.yaml`);
}

/** Where kubeconfigs go if nobody says. */
export function kubeconfigFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(environment['XDG_STATE_HOME'] || path.join(os.homedir(), '.local', 'state'), 'kubesim');
}

/** Writes a kubeconfig that only its owner can read, whole or not at all. */
export function writeKubeconfig(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${String(process.pid)}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
