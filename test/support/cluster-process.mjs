// Starts the built program as users do, and waits until it is ready.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const bin = path.join(process.env.KUBESIM_DIST ?? path.join(root, 'dist'), 'bin.js');

/**
 * @param {readonly string[]} flags
 * @returns {Promise<{ url: string, kubeconfig: string, caFile: string, pid: number, stop: () => Promise<number | null>, output: () => string }>}
 */
export async function startProcess(flags = []) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-test-'));
  const kubeconfig = path.join(folder, 'kubeconfig');
  const child = spawn(process.execPath, [bin, '--secure-port', '0', '--kubeconfig', kubeconfig, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += String(chunk);
      const match = /ready at (\S+)[\s\S]*kubeconfig: \S+/.exec(output);
      // The colour codes of a terminal never show here: the output is a pipe.
      if (match) resolve(match[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    exited.then((code) => reject(new Error(`kubesim exited with ${code}: ${output}`)));
  });
  const caFile = path.join(folder, 'ca.pem');
  const text = readFileSync(kubeconfig, 'utf8');
  const ca = /certificate-authority-data: (\S+)/.exec(text)?.[1] ?? '';
  const { writeFileSync } = await import('node:fs');
  writeFileSync(caFile, Buffer.from(ca, 'base64'));
  return {
    url,
    kubeconfig,
    caFile,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await exited;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}
