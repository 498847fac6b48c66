import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { run } from './tools.js';

/** Names a folder with kube-controller-manager, kube-scheduler and kubectl of v1.36. */
const folder = process.env['KUBE_BINARIES'] ?? '';
const binary = (name: string): string => path.join(folder, name);
const isHere = folder !== '' && ['kube-controller-manager', 'kube-scheduler', 'kubectl'].every((name) => existsSync(binary(name)));
if (!isHere) console.log('real controllers and scheduler: skipped, KUBE_BINARIES names no folder with them');

/** A controller of some distributions, for whose rights their own API server cares. */
const CONTROLLERS = '*,-service-ca-certificate-publisher-controller';

/** A file of one distribution that isn't there, and a cache that is behind by a moment, after which it is tried again. */
const HARMLESS = /The manifest file is empty, ignoring|is not as new as written version/;

describe.skipIf(!isHere)('the real kube-controller-manager and kube-scheduler', () => {
  let directory = '';
  let cluster: ClusterProcess;
  const programs: ChildProcess[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'kubesim-binaries-'));
    cluster = await startProcess(['--controllers=-*', '--nodes', '2']);
    const key = path.join(directory, 'sa.key');
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(key, pair.privateKey.export({ type: 'pkcs1', format: 'pem' }));
    const common = ['--kubeconfig', cluster.kubeconfig, '--leader-elect=false', '--secure-port=0'];
    start('kube-scheduler', common);
    start('kube-controller-manager', [
      ...common,
      `--controllers=${CONTROLLERS}`,
      '--use-service-account-credentials',
      `--service-account-private-key-file=${key}`,
    ]);
  }, 60_000);

  afterAll(async () => {
    for (const program of programs) program.kill();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function start(name: string, args: readonly string[]): void {
    const log = openSync(path.join(directory, `${name}.log`), 'w');
    programs.push(spawn(binary(name), args, { stdio: ['ignore', log, log] }));
    closeSync(log);
  }

  function kubectl(...args: string[]): string {
    const { code, stdout, stderr } = run(binary('kubectl'), args, { env: { KUBECONFIG: cluster.kubeconfig } });
    expect(code, `kubectl ${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  }

  const faults = (name: string): string[] =>
    readFileSync(path.join(directory, `${name}.log`), 'utf8')
      .split('\n')
      .filter((line) => /^[EF]\d{4} /.test(line) && !HARMLESS.test(line));

  it('roll a Deployment out on simulated nodes', () => {
    kubectl('wait', '--for=create', 'serviceaccount/default', '--timeout=60s');
    kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=3');
    expect(kubectl('rollout', 'status', 'deployment/web', '--timeout=90s')).toContain('successfully rolled out');
    kubectl('set', 'image', 'deployment/web', 'nginx=nginx:1.21');
    expect(kubectl('rollout', 'status', 'deployment/web', '--timeout=90s')).toContain('successfully rolled out');
    expect(kubectl('get', 'events', '--field-selector=reason=Scheduled')).toContain('Successfully assigned default/web-');
  }, 200_000);

  it('collect what the Deployment owned', () => {
    kubectl('delete', 'deployment', 'web', '--cascade=foreground', '--timeout=60s');
    expect(kubectl('get', 'replicasets', '-o', 'name')).toBe('');
  }, 90_000);

  it('have no errors in their logs', () => {
    expect(faults('kube-scheduler')).toEqual([]);
    expect(faults('kube-controller-manager')).toEqual([]);
  });
});
