import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { has, kubectls, run, type Outcome } from './tools.js';

const found = kubectls();
if (found.length === 0) console.log('kubectl: skipped, there is none on this machine');

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: 'nginx:1', ports: [{containerPort: 80}]}
`;

describe.each(found)('kubectl $version', ({ program, version }) => {
  let cluster: ClusterProcess;
  let folder: string;
  const minor = Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? 0);

  const kubectl = (args: string, input?: string): Outcome =>
    run(program, args.split(' '), { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder }, ...(input === undefined ? {} : { input }) });
  const ok = (args: string, input?: string): string => {
    const { code, stdout, stderr } = kubectl(args, input);
    expect(stderr + stdout, args).not.toMatch(/panic|internal error/i);
    expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
    return stdout;
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-kubectl-'));
    cluster = await startProcess(['--controllers=-*', '--nodes', '0']);
  });
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for versions, groups and resources', () => {
    expect(ok('version -o json')).toContain('v1.36');
    expect(ok('api-versions').split('\n')).toContain('apps/v1');
    expect(ok('api-resources')).toMatch(/deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/);
    expect(ok('cluster-info')).toContain(cluster.url);
    expect(ok('get --raw /')).toContain('/apis/apps/v1');
  });

  it('explains types, with descriptions', () => {
    const text = ok('explain deployment.spec.replicas');
    expect(text).toContain('replicas');
    expect(text).toMatch(/Number of desired pods/);
    expect(ok('explain pod --recursive')).toContain('containers');
  });

  it('creates, reads, changes and deletes objects', () => {
    ok('create namespace shop');
    ok('create configmap settings -n shop --from-literal=colour=red');
    ok('create deployment api -n shop --image=nginx:1');
    ok('create service clusterip api -n shop --tcp=80:8080');
    expect(ok('get configmap settings -n shop -o jsonpath={.data.colour}')).toBe('red');
    expect(ok('get all -n shop')).toContain('deployment.apps/api');
    ok('label configmap settings -n shop tier=front');
    ok('annotate configmap settings -n shop note=here');
    ok('patch configmap settings -n shop --type=merge -p {"data":{"colour":"blue"}}');
    ok('patch deployment api -n shop --type=strategic -p {"spec":{"replicas":3}}');
    ok('patch deployment api -n shop --type=json -p [{"op":"replace","path":"/spec/replicas","value":4}]');
    expect(ok('get deployment api -n shop -o jsonpath={.spec.replicas}')).toBe('4');
    ok('scale deployment api -n shop --replicas=1');
    expect(ok('get deployment api -n shop -o jsonpath={.spec.replicas}')).toBe('1');
    ok('set image deployment/api -n shop nginx=nginx:2');
    const json = ok('get configmap settings -n shop -o json');
    ok('replace -f -', json.replace('"blue"', '"green"'));
    expect(ok('get configmap settings -n shop -o jsonpath={.data.colour}')).toBe('green');
    ok('delete configmap settings -n shop');
    expect(kubectl('get configmap settings -n shop').stderr).toContain('NotFound');
  });

  it('applies manifests, client-side and server-side, and shows differences', () => {
    expect(ok('apply -f -', manifest)).toContain('created');
    expect(ok('apply -f -', manifest)).toContain('unchanged');
    const changed = manifest.replace('replicas: 2', 'replicas: 5');
    const diff = kubectl('diff -f -', changed);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('+  replicas: 5');
    expect(ok('apply -f -', changed)).toContain('configured');
    ok('apply --server-side --force-conflicts -f -', manifest);
    expect(ok('get deployment web -o jsonpath={.spec.replicas}')).toBe('2');
    ok('delete -f -', manifest);
  });

  it('prints tables in every form', () => {
    ok('apply -f -', manifest);
    expect(ok('get deployments')).toMatch(/NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE/);
    expect(ok('get deployments -o wide')).toMatch(/CONTAINERS\s+IMAGES\s+SELECTOR/);
    expect(ok('get deployment web -o yaml')).toContain('kind: Deployment');
    expect(ok('get deployments -o custom-columns=N:.metadata.name --no-headers').trim()).toBe('web');
    expect(ok('get namespaces')).toMatch(/default\s+Active/);
    expect(ok('describe deployment web')).toContain('RollingUpdateStrategy');
    expect(ok('describe namespace default')).toContain('Status:');
    expect(ok('get deployments -l app=web -o name').trim()).toBe('deployment.apps/web');
    expect(ok('get deployments --field-selector metadata.name=other -o name').trim()).toBe('');
  });

  it('edits with an editor', () => {
    const editor = path.join(folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i "s/replicas: .*/replicas: 7/" "$1"\n', { mode: 0o755 });
    const { code, stderr } = run(program, ['edit', 'deployment', 'web'], {
      env: { KUBECONFIG: cluster.kubeconfig, HOME: folder, EDITOR: editor, KUBE_EDITOR: editor },
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(ok('get deployment web -o jsonpath={.spec.replicas}')).toBe('7');
  });

  it('watches and waits', async () => {
    const seen = spawn(program, ['get', 'configmaps', '-w', '--no-headers'], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder },
    });
    let text = '';
    seen.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    ok('create configmap watched --from-literal=a=b');
    await expect.poll(() => text, { timeout: 20_000 }).toContain('watched');
    seen.kill();
    const watches = (): number => {
      const lines = ok('get --raw /metrics').matchAll(/^apiserver_longrunning_requests\{[^}]*resource="configmaps"[^}]*\} (\d+)/gm);
      return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    await expect.poll(watches, { timeout: 20_000 }).toBe(0);
    const waiting = spawn(program, ['wait', '--for=delete', 'configmap/watched', '--timeout=30s'], {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder },
    });
    const done = new Promise<number | null>((resolve) => waiting.once('exit', resolve));
    // What is gone before kubectl looks for it would be an error to it.
    await expect.poll(watches, { timeout: 20_000 }).toBe(1);
    ok('delete configmap watched');
    expect(await done).toBe(0);
    if (minor >= 23) ok('wait --for=jsonpath={.spec.replicas}=7 deployment/web --timeout=10s');
  });

  it('tells with -v6 which requests it makes', () => {
    const { code, stderr } = kubectl('get pods -v6');
    expect(code).toBe(0);
    expect(stderr).toMatch(/\/api\/v1\/namespaces\/default\/pods/);
  });

  it('proxies for curl', async () => {
    const proxy = spawn(program, ['proxy', '--port=0'], { env: { ...process.env, KUBECONFIG: cluster.kubeconfig, HOME: folder } });
    let text = '';
    proxy.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    try {
      await expect.poll(() => text, { timeout: 20_000 }).toMatch(/127\.0\.0\.1:\d+/);
      const address = /127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
      const body = (await (await fetch(`http://${address}/api/v1/namespaces`)).json()) as { kind: string };
      expect(body.kind).toBe('NamespaceList');
    } finally {
      proxy.kill();
    }
  });

  it.skipIf(!has('curl'))('takes YAML from curl', () => {
    const text = readFileSync(cluster.kubeconfig, 'utf8');
    const part = (name: string): string => {
      const file = path.join(folder, name);
      writeFileSync(file, Buffer.from(new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? '', 'base64'), { mode: 0o600 });
      return file;
    };
    const { code, stdout } = run('curl', [
      '-sS',
      '--cacert',
      cluster.caFile,
      '--cert',
      part('client-certificate-data'),
      '--key',
      part('client-key-data'),
      '-X',
      'POST',
      '-H',
      'Content-Type: application/yaml',
      '--data-binary',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: by-curl\n',
      `${cluster.url}/api/v1/namespaces/default/configmaps`,
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'by-curl' } });
  });
});
