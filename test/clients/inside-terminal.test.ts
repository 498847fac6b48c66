import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { Terminal } from './terminal.js';
import { has, kubectls, run, until } from './tools.js';

const programs = has('script') ? kubectls() : [];
if (programs.length === 0) console.log('terminals in pods: skipped, there is no kubectl or no script on this machine');

/** What people do in a terminal, with each kubectl: old ones speak SPDY, recent ones WebSocket. */
describe.each(programs)('kubectl $version in a terminal', ({ program, version }) => {
  let cluster: ClusterProcess;
  let folder: string;
  const terminals: Terminal[] = [];

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder });
  const ok = (...args: string[]): string => {
    const { code, stdout, stderr } = run(program, args, { env: env() });
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    return stdout;
  };
  const open = (args: string): Terminal => {
    const terminal = new Terminal(`${program} ${args}`, env());
    terminals.push(terminal);
    return terminal;
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-terminal-'));
    cluster = await startProcess();
    ok('run', 'web', '--image=nginx');
    ok('wait', 'pod/web', '--for=condition=Ready', '--timeout=60s');
  });
  afterEach(() => {
    for (const terminal of terminals.splice(0)) terminal.end();
  });
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs a shell: its size, Ctrl-C, its exit code', async () => {
    const terminal = open('exec -it web -- sh');
    await terminal.prompt();
    terminal.type('never run\x03');
    await terminal.prompt();
    expect(terminal.shown).toContain('^C');
    terminal.type('sleep 1000\n');
    await terminal.shows('sleep 1000\r\n');
    terminal.type('\x03');
    await terminal.prompt();
    terminal.type('echo code $?; stty size\n');
    await terminal.prompt();
    expect(terminal.shown).toContain('code 130\r\n33 99\r\n');
    terminal.resize(20, 50);
    await terminal.typeUntil('stty size\n', '20 50\r\n');
    terminal.type('exit 5\n');
    expect(await terminal.exited).toBe(5);
  });

  it('attaches to a terminal that waits in a pod', async () => {
    ok('run', 'shell', '--image=busybox', '--stdin', '--tty', '--attach=false', '--restart=Never', '--', 'sh');
    ok('wait', 'pod/shell', '--for=condition=Ready', '--timeout=60s');
    const terminal = open('attach -it shell');
    await terminal.typeUntil('echo then $((40 + 2))\n', 'then 42\r\n');
    terminal.resize(21, 51);
    await terminal.typeUntil('stty size\n', '21 51\r\n');
    terminal.type('exit 3\n');
    await terminal.exited;
    await until(() => ok('get', 'pod', 'shell', '-o', 'jsonpath={.status.phase}') === 'Failed');
    expect(ok('logs', 'shell')).toContain('then 42');
  });

  it('attaches to what a pod reads and writes', async () => {
    ok(
      'run',
      'reader',
      '--image=busybox',
      '--stdin',
      '--attach=false',
      '--restart=Never',
      '--',
      'sh',
      '-c',
      'while read l; do echo got $l; done; exit 4',
    );
    ok('wait', 'pod/reader', '--for=condition=Ready', '--timeout=60s');
    const watcher = open('attach reader');
    const { stdout } = run(program, ['attach', '-i', 'reader'], { env: env(), input: 'one\ntwo\n' });
    expect(stdout).toBe('got one\ngot two\n');
    await watcher.exited;
    expect(ok('logs', 'reader')).toBe('got one\ngot two\n');
  });

  it('runs a pod for as long as somebody works in it', async () => {
    const terminal = open('run once -it --rm --restart=Never --image=busybox -- sh');
    await terminal.typeUntil('wget -q -O - http://$KUBERNETES_SERVICE_HOST:1; echo it is $((6 * 7))\n', 'it is 42\r\n');
    terminal.type('exit 6\n');
    expect(await terminal.exited).toBe(6);
    expect(terminal.shown).toContain('pod "once" deleted');
    expect(run(program, ['get', 'pod', 'once'], { env: env() }).stderr).toContain('"once" not found');
  });

  // EphemeralContainers, which old ones send, is no longer a kind.
  it.skipIf(version.startsWith('v1.20'))('debugs a pod with another container', async () => {
    const terminal = open('debug web -it --image=busybox --target=web -- sh');
    await terminal.typeUntil('wget -q -O - localhost | grep title; echo $((6 * 7)) in all\n', '42 in all\r\n');
    expect(terminal.shown).toContain('<title>Welcome to nginx!</title>');
    terminal.type('exit\n');
    await terminal.exited;
    expect(ok('get', 'pod', 'web', '-o', 'jsonpath={.status.ephemeralContainerStatuses[*].state.terminated.exitCode}')).toBe('0');
  });

  it('debugs a copy of a pod', async () => {
    const terminal = open('debug web -it --copy-to=web-debug --image=busybox --container=debugger -- sh');
    await terminal.typeUntil('wget -q -O - localhost | grep title; echo $((6 * 7)) in all\n', '42 in all\r\n');
    expect(terminal.shown).toContain('<title>Welcome to nginx!</title>');
    terminal.type('exit\n');
    await terminal.exited;
    expect(ok('get', 'pod', 'web-debug', '-o', 'jsonpath={.spec.containers[*].name}')).toBe('web debugger');
  });

  it('debugs a node', async () => {
    const terminal = open('debug node/kube-worker1 -it --image=busybox -- sh');
    await terminal.typeUntil('hostname; ls /host/etc; echo $((6 * 7)) in all\n', '42 in all\r\n');
    expect(terminal.shown).toContain('\nkube-worker1\r\n');
    expect(terminal.shown).toContain('os-release');
    terminal.type('exit\n');
    await terminal.exited;
    expect(ok('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')).toContain('kube-worker1');
  });
});
