import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { kubectls, run, type Outcome } from './tools.js';

const programs = kubectls();
if (programs.length === 0) console.log('kubectl with custom resources: skipped, kubectl is not here');

const DEFINITION = path.join(root, 'test/clients/operator/config/crd/websites.yaml');
const site = (name: string, image: string, replicas: number): string =>
  `apiVersion: web.kubesim.test/v1\nkind: Website\nmetadata: {name: ${name}}\nspec: {image: ${image}, replicas: ${String(replicas)}}\n`;

describe.each(programs)('kubectl $version with custom resources', ({ program, version }) => {
  const minor = Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? 0);
  let cluster: ClusterProcess;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-crd-'));
  const kubectl = (input: string | undefined, ...args: readonly string[]): Outcome =>
    run(program, args, { env: { KUBECONFIG: cluster.kubeconfig, HOME: folder }, ...(input === undefined ? {} : { input }) });
  const ok = (...args: readonly string[]): string => {
    const { code, stdout, stderr } = kubectl(undefined, ...args);
    expect(code, `${args.join(' ')}\n${stdout}${stderr}`).toBe(0);
    return stdout;
  };
  beforeAll(async () => {
    cluster = await startProcess(['--controllers=-*', '--nodes', '0']);
    ok('apply', '-f', DEFINITION);
    ok('wait', '--for=condition=Established', '--timeout=20s', 'crd/websites.web.kubesim.test');
    for (const [name, image, replicas] of [['one', 'nginx', 1] as const, ['two', 'httpd', 2] as const])
      expect(kubectl(site(name, image, replicas), 'apply', '-f', '-').code).toBe(0);
  });
  afterAll(async () => {
    await cluster.stop();
    expect(cluster.output()).not.toContain('unexpected fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('explains its fields', () => {
    expect(ok('explain', 'websites')).toContain('A website, served by a Deployment of the same name.');
    expect(ok('explain', 'site.spec')).toMatch(/image\s+<string> -required-\n\s+What serves the pages\./);
    expect(ok('explain', 'websites', '--recursive')).toMatch(/conditions\s+<\[\]Object>/);
  });

  it('lists columns, short names and categories', () => {
    expect(ok('get', 'site').split('\n')[0]).toMatch(/^NAME +READY +IMAGE$/);
    expect(ok('get', 'site', 'one', '--no-headers')).toMatch(/^one +nginx\n$/);
    expect(ok('get', 'all', '-o', 'name')).toContain('website.web.kubesim.test/one');
    expect(ok('api-resources', '--api-group=web.kubesim.test')).toMatch(/websites +site +web.kubesim.test\/v1 +true +Website/);
  });

  it('selects by field', () => {
    expect(ok('get', 'websites', '--field-selector', 'spec.image=httpd', '-o', 'name')).toBe('website.web.kubesim.test/two\n');
    const refused = kubectl(undefined, 'get', 'websites', '--field-selector', 'spec.title=x');
    expect(refused.stderr).toContain('field label not supported: spec.title');
  });

  it('scales', () => {
    expect(ok('scale', 'website', 'one', '--replicas=4')).toBe('website.web.kubesim.test/one scaled\n');
    expect(ok('get', 'website', 'one', '-o', 'jsonpath={.spec.replicas}')).toBe('4');
  });

  it('applies on the server, and shows conflicts', () => {
    const apply = (text: string, ...args: readonly string[]): Outcome =>
      kubectl(text, 'apply', '--server-side', '--field-manager=tester', '-f', '-', ...args);
    expect(apply(site('three', 'nginx', 1)).stdout).toBe('website.web.kubesim.test/three serverside-applied\n');
    const conflict = apply(site('one', 'other', 4));
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain('conflict with "kubectl-client-side-apply" using web.kubesim.test/v1: .spec.image');
    expect(apply(site('one', 'other', 4), '--force-conflicts').code).toBe(0);
  });

  it('shows what applying would change', () => {
    const file = path.join(folder, 'two.yaml');
    writeFileSync(file, site('two', 'caddy', 2));
    const { code, stdout } = kubectl(undefined, 'diff', '-f', file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/-\s+image: httpd\n\+\s+image: caddy/);
  });

  // Older ones have no --subresource and no --for=jsonpath.
  it.skipIf(minor < 24)('waits for a value in the status', () => {
    ok('patch', 'website', 'one', '--subresource=status', '--type=merge', '-p', '{"status":{"readyReplicas":4}}');
    expect(ok('wait', '--for=jsonpath={.status.readyReplicas}=4', '--timeout=10s', 'website/one')).toContain('condition met');
    expect(ok('get', 'website', 'one', '--no-headers')).toMatch(/^one +4 +\S+\n$/);
  });

  it('warns of deprecated versions and unknown fields', () => {
    expect(kubectl(undefined, 'get', 'websites.v1beta1.web.kubesim.test').stderr).toContain(
      'web.kubesim.test/v1beta1 Website is deprecated',
    );
    const odd = kubectl(
      'apiVersion: web.kubesim.test/v1\nkind: Website\nmetadata: {name: odd}\nspec: {image: x, colour: red}\n',
      'create',
      '-f',
      '-',
    );
    // Older ones check against the published schema themselves.
    expect(odd.stderr).toContain(minor < 25 ? 'unknown field "colour" in' : 'strict decoding error: unknown field "spec.colour"');
  });
});
