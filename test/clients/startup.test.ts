import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, startProcess } from '../support/cluster-process.mjs';
import { run } from './tools.js';

/** A machine under load is slower; the figure that counts is measured by `npm run bench` and told in the closing notes. */
const GENEROUS_MS = process.env['CI'] === undefined ? 3000 : 1500;

describe('the program', () => {
  it('is ready quickly, small when idle, and stops at once with watches open', async () => {
    const began = performance.now();
    const cluster = await startProcess([]);
    expect(performance.now() - began).toBeLessThan(GENEROUS_MS);
    if (process.platform === 'linux') {
      const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(cluster.pid)}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      expect(rss).toBeLessThan(120);
    }
    expect(await cluster.stop()).toBe(0);
  });

  it('says at most six lines', async () => {
    const cluster = await startProcess([]);
    await cluster.stop();
    expect(cluster.output().trim().split('\n').length).toBeLessThanOrEqual(6);
    expect(cluster.output()).toContain(`export KUBECONFIG=`);
  });

  it('a taken port is an error that names the flag', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const child = spawn(process.execPath, [path.join(root, 'dist/bin.js'), '--secure-port', String(port)]);
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    server.close();
    expect(code).toBe(2);
    expect(text).toContain('--secure-port');
  });

  it('run passes on the command’s exit code', () => {
    const { code } = run(process.execPath, [
      path.join(root, 'dist/bin.js'),
      'run',
      '--quiet',
      '--',
      'sh',
      '-c',
      'test -n "$KUBECONFIG" && exit 7',
    ]);
    expect(code).toBe(7);
  });
});
