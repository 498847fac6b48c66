import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { has, kubectls, run, until, type Outcome } from './tools.js';

const programs = kubectls();
if (programs.length === 0) console.log('the inside of pods: skipped, there is no kubectl on this machine');
const hasGo = has('go');
if (!hasGo) console.log('a Go program as a pod: skipped, go is not here');

/** The walk of the articles through pods and services, with each kubectl: old ones speak SPDY, recent ones WebSocket. */
describe.each(programs)('kubectl $version looks into pods', ({ program }) => {
  let cluster: ClusterProcess;
  let folder: string;
  let tools = '';
  /** Without TLS and without kubectl in between. */
  let plain = '';
  const children: ChildProcess[] = [];

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder });
  const kubectl = (args: readonly string[], input?: string): Outcome =>
    run(program, args, { env: env(), cwd: folder, ...(input === undefined ? {} : { input }) });
  const ok = (...args: string[]): string => {
    const { code, stdout, stderr } = kubectl(args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  };
  /** Starts kubectl and resolves with the port that it says it listens on. */
  const serve = (...args: string[]): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { env: env() });
      children.push(child);
      let text = '';
      const read = (chunk: Buffer): void => {
        text += chunk.toString('utf8');
        const port = /(?:127\.0\.0\.1|\[::1\]):(\d+)/.exec(text)?.[1];
        if (port !== undefined) resolve(Number(port));
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('exit', () => {
        reject(new Error(text));
      });
    });

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-inside-'));
    cluster = await startProcess(['--insecure-port', '0']);
    plain = /plain HTTP as admin: (\S+)/.exec(cluster.output())?.[1] ?? '';
    ok('create', 'deployment', 'devnetools', '--image', 'docker.io/qqbuby/net-tools:2.0', '--', 'sleep', '24h');
    ok('create', 'deployment', 'echo', '--image=k8s.gcr.io/echoserver:1.10');
    ok('expose', 'deployment', 'echo', '--port', '80', '--target-port', '8080');
    ok('create', 'deployment', 'nginx', '--image=nginx:1.25');
    for (const name of ['devnetools', 'echo', 'nginx']) ok('rollout', 'status', `deployment/${name}`, '--timeout=60s');
    tools = ok('get', 'pod', '-l', 'app=devnetools', '-o', 'jsonpath={.items[0].metadata.name}');
  });
  afterAll(async () => {
    for (const child of children) child.kill();
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows the environment of a pod', () => {
    const environment = ok('exec', tools, '--', 'env');
    expect(environment.match(/^KUBERNETES_\w+=/gm)).toHaveLength(8);
    for (const name of ['PATH', 'HOSTNAME', 'HOME']) expect(environment).toMatch(new RegExp(`^${name}=.+`, 'm'));
  });

  it('passes input, output and exit codes', () => {
    expect(kubectl(['exec', '-i', tools, '--', 'cat'], 'through and back\n').stdout).toBe('through and back\n');
    const { code, stdout, stderr } = kubectl(['exec', tools, '--', 'sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\ncommand terminated with exit code 3\n' });
    expect(kubectl(['exec', tools, '--', 'nosuch']).stderr).toContain('executable file not found in $PATH');
  });

  it('copies 20 MB both ways, byte for byte', () => {
    const bytes = randomBytes(20 * 1024 * 1024);
    writeFileSync(path.join(folder, 'there'), bytes);
    ok('cp', 'there', `${tools}:/tmp/there`);
    ok('cp', `${tools}:/tmp/there`, 'back');
    expect(readFileSync(path.join(folder, 'back')).equals(bytes)).toBe(true);
  });

  it('runs a copied kubectl with the rights of the pod', () => {
    writeFileSync(path.join(folder, 'kubectl'), Buffer.concat([Buffer.from('\x7fELF', 'latin1'), randomBytes(4096)]), { mode: 0o755 });
    ok('cp', 'kubectl', `${tools}:tmp`);
    const refused = kubectl(['exec', tools, '--', '/tmp/kubectl', 'cluster-info']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('User "system:serviceaccount:default:default" cannot list resource "services"');
    ok('create', 'clusterrolebinding', 'viewer', '--clusterrole=view', '--serviceaccount=default:default');
    const info = ok('exec', tools, '--', '/tmp/kubectl', 'cluster-info');
    expect(info).toMatch(/^Kubernetes control plane is running at https:\/\/10\.96\.0\.1:443$/m);
    expect(info).toMatch(/^CoreDNS is running at /m);
  });

  it('reaches services by name from inside', () => {
    expect(ok('exec', tools, '--', 'curl', '-sS', 'http://echo.default/path?x=1')).toContain('real path=/path');
    expect(ok('exec', tools, '--', 'nslookup', 'kubernetes.default')).toContain('Address: 10.96.0.1');
  });

  it('reaches a service through the proxy, under all forms of its name', async () => {
    const port = await serve('proxy', '--port=0');
    for (const name of ['echo', 'echo:80', 'http:echo:', 'http:echo:80']) {
      const page = await get(`http://127.0.0.1:${String(port)}/api/v1/namespaces/default/services/${name}/proxy/`);
      for (const part of ['Hostname: echo-', 'Server values:', 'Request Information:', 'Request Headers:', 'Request Body:'])
        expect(page).toContain(part);
    }
    expect(await get(`http://127.0.0.1:${String(port)}/api/v1/nodes/kube-worker1/proxy/healthz`)).toBe('ok');
    const v6 = await serve('proxy', '--port=0', '--address=[::1]');
    expect(await get(`http://[::1]:${String(v6)}/version`)).toContain('gitVersion');
  });

  it('forwards ports', async () => {
    const port = await serve('port-forward', 'svc/echo', ':80');
    for (let i = 0; i < 3; i++) expect(await get(`http://127.0.0.1:${String(port)}/a`)).toContain('real path=/a');
  });

  it('reads logs, the previous ones too', async () => {
    ok('run', 'counter', '--image=busybox', '--restart=Always', '--', 'sh', '-c', 'echo begun; echo done; sleep 1; exit 2');
    await until(() => kubectl(['logs', '-p', 'counter']).code === 0);
    expect(ok('logs', '-p', 'counter')).toBe('begun\ndone\n');
    expect(ok('logs', 'counter', '--tail=1', '--timestamps')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z done\n$/);
    expect(ok('logs', 'counter', '--limit-bytes=3')).toBe('beg');
    ok('run', 'ticker', '--image=busybox', '--restart=Never', '--', 'sh', '-c', 'for i in 1 2 3; do echo tick $i; sleep 0.2; done');
    await until(() => kubectl(['logs', 'ticker']).code === 0);
    expect(ok('logs', '-f', 'ticker', '--since=1m')).toBe('tick 1\ntick 2\ntick 3\n');
    expect(ok('logs', '-f', 'ticker', '--timestamps', '--since=1h')).toMatch(/^(\d{4}-\d\d-\d\dT[\d:.]+Z tick \d\n){3}$/);
  });

  it.skipIf(!hasGo)('lets a Go program be a pod, unchanged', () => {
    const binary = path.join(folder, 'incluster');
    const source = path.join(root, 'test/clients/go-incluster');
    expect(run('go', ['build', '-o', binary, '.'], { cwd: source }).code).toBe(0);
    expect(run(binary, [], { env: env() }).stdout).toMatch(/^\d+ pods, by kubeconfig$/m);
    const inside = run(process.execPath, [path.join(root, 'dist/bin.js'), 'as-pod', `default/${tools}`, '--', binary], { env: env() });
    expect(inside).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ pods, in the cluster$/m) as string });
  });

  // The host may be busy with other tests: one try of three must be in time.
  it.each([
    'while :; do :; done',
    'while :; do date; done',
    'yes > /dev/null',
    'while dd if=/dev/zero of=/tmp/busy bs=1M count=10; do :; done',
    'seq 1 300000 > /tmp/lines; while :; do grep -c 7.*7 /tmp/lines; sort -r /tmp/lines | sed s/1/2/g > /dev/null; done',
  ])('answers others while a pod is busy with: %s', { retry: 2, timeout: 60_000 }, async (script) => {
    const busy = spawn(program, ['exec', tools, '--', 'sh', '-c', script], { env: env() });
    children.push(busy);
    const times: number[] = [];
    for (let i = 0; i < 300; i++) {
      const begun = performance.now();
      await get(`${plain}/api/v1/namespaces/default`);
      times.push(performance.now() - begun);
    }
    busy.kill();
    times.sort((a, b) => a - b);
    expect(times[Math.floor(times.length * 0.99)]).toBeLessThan(50);
  });
});

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      // kubectl proxy takes requests for names of this machine only.
      .get(url, { headers: { host: 'localhost' } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        response.on('end', () => {
          resolve(text);
        });
      })
      .on('error', reject);
  });
}
