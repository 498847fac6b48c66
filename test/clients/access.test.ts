import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kubeconfig } from '../../src/auth/kubeconfig.js';
import { startProcess, root, type ClusterProcess } from '../support/cluster-process.mjs';
import { has, kubectls, run, type Outcome } from './tools.js';

const found = kubectls();
if (found.length === 0) console.log('access: skipped, there is no kubectl on this machine');
const hasCurl = has('curl');
if (!hasCurl) console.log('access: the walk with curl is skipped, it is not on this machine');
const hasOpenssl = has('openssl');
if (!hasOpenssl) console.log('access: kubectl certificate approve is skipped, there is no openssl on this machine');

const TOKEN_SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: default-token
  annotations: {kubernetes.io/service-account.name: default}
type: kubernetes.io/service-account-token
`;

const ROLES = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules:
- {apiGroups: [""], resources: [configmaps], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}
`;

describe.each(found)('access with kubectl $version', ({ program, version }) => {
  let cluster: ClusterProcess;
  let folder: string;
  const minor = Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? 0);

  const kubectl = (args: string, input?: string, kubeconfig = cluster.kubeconfig): Outcome =>
    run(program, args.split(' '), { env: { KUBECONFIG: kubeconfig, HOME: folder }, ...(input === undefined ? {} : { input }) });
  const ok = (args: string, input?: string, kubeconfig?: string): string => {
    const { code, stdout, stderr } = kubectl(args, input, kubeconfig);
    expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
    return stdout;
  };
  /** What a shell says, with kubectl as it is called in articles. */
  const shell = (text: string, env: NodeJS.ProcessEnv = {}): Outcome =>
    run('bash', ['-c', text.replaceAll('kubectl ', `${program} `)], {
      env: { KUBECONFIG: cluster.kubeconfig, HOME: folder, K8S_API: cluster.url, ...env },
    });

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-access-'));
    cluster = await startProcess(['--nodes', '0']);
    await vi.waitFor(() => ok('get serviceaccount default'), { timeout: 10_000 });
  });
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  describe('kubectl auth', () => {
    it('can-i answers for oneself and, by --as, for others', () => {
      expect(ok('auth can-i create deployments').trim()).toBe('yes');
      expect(kubectl('auth can-i create deployments --as alice')).toMatchObject({ code: 1, stdout: 'no\n' });
      expect(kubectl('auth can-i get /healthz --as alice')).toMatchObject({ code: 0, stdout: 'yes\n' });
      expect(kubectl('auth can-i get pods --subresource=log --as alice --as-group system:masters')).toMatchObject({ code: 0 });
      expect(kubectl('get pods --as alice')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"',
        ) as string,
      });
    });

    it('can-i --list shows what one may do', () => {
      expect(ok('auth can-i --list')).toMatch(/^\*\.\*\s+\[\]\s+\[\]\s+\[\*\]$/m);
      const alice = ok('auth can-i --list --as alice');
      expect(alice).toMatch(/^selfsubjectaccessreviews\.authorization\.k8s\.io\s+\[\]\s+\[\]\s+\[create\]$/m);
      expect(alice).toMatch(/\[\/version\]/);
    });

    it('reconcile makes roles and bindings, and adds what they lack', () => {
      expect(ok('auth reconcile -f -', ROLES)).toContain('role.rbac.authorization.k8s.io/reader reconciled');
      expect(kubectl('auth can-i list configmaps --as alice')).toMatchObject({ code: 0 });
      ok('delete rolebinding reader');
      expect(ok('auth reconcile -f -', ROLES.replace('[get, list]', '[get, watch]'))).toContain('reconciled');
      expect(ok('get role reader -o jsonpath={.rules[*].verbs}')).toBe('["get","list"] ["watch"]');
    });

    it.skipIf(minor < 27)('whoami tells who one is', () => {
      const text = ok('auth whoami --as alice --as-group ops --as-uid 7');
      expect(text).toMatch(/Username\s+alice/);
      expect(text).toMatch(/Groups\s+\[ops system:authenticated\]/);
      expect(ok('auth whoami -o jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin');
    });
  });

  it.skipIf(minor < 24)('create token gives a token that is good', () => {
    const token = ok('create token default --duration 20m').trim();
    const who = ok(`get --raw /apis/authentication.k8s.io/v1 --token ${token}`);
    expect(who).toContain('APIResourceList');
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string; exp: number; iat: number };
    expect(claims).toMatchObject({ sub: 'system:serviceaccount:default:default' });
    expect(claims.exp - claims.iat).toBe(1200);
  });

  it.skipIf(!hasOpenssl)('certificate approve makes a certificate that is a credential', async () => {
    const file = (name: string): string => path.join(folder, name);
    execFileSync(
      'openssl',
      ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('key'), '-subj', '/O=ops/CN=dora', '-out', file('csr')],
      {
        stdio: 'ignore',
      },
    );
    const spec = {
      request: readFileSync(file('csr')).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    };
    const request = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'dora' }, spec };
    ok('create -f -', JSON.stringify(request));
    expect(ok('get csr dora --no-headers')).toContain('Pending');
    ok('certificate approve dora');
    await expect.poll(() => ok('get csr dora -o jsonpath={.status.certificate}'), { timeout: 5_000 }).not.toBe('');
    expect(ok('get csr dora --no-headers')).toContain('Approved,Issued');
    const certificatePem = Buffer.from(ok('get csr dora -o jsonpath={.status.certificate}'), 'base64').toString();
    const credential = { certificatePem, privateKeyPem: readFileSync(file('key'), 'utf8') };
    const dora = file('dora.yaml');
    writeFileSync(dora, kubeconfig({ server: cluster.url, caPem: readFileSync(cluster.caFile, 'utf8'), user: 'dora', credential }));
    expect(kubectl('get nodes', undefined, dora).stderr).toContain('nodes is forbidden: User "dora" cannot list resource "nodes"');
    ok('create clusterrolebinding ops --clusterrole=system:node-proxier --group=ops');
    expect(kubectl('get nodes', undefined, dora)).toMatchObject({ code: 0 });
  });

  it.skipIf(!hasCurl)('the articles’ walk: a token Secret, requests with it, a binding, and its end', async () => {
    ok('apply -f -', TOKEN_SECRET);
    const described = 'kubectl describe secret default-token | grep ^token';
    await expect.poll(() => shell(described).stdout, { timeout: 1_000 }).toMatch(/^token:\s+eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const byDescription = shell(`${described} | awk '{print $2}'`).stdout.trim();
    const TOKEN = shell(
      `kubectl get secrets -o jsonpath="{.items[?(@.metadata.annotations['kubernetes\\.io/service-account\\.name']=='default')].data.token}" | base64 -d`,
    ).stdout;
    expect(TOKEN).toBe(byDescription);
    const curl = (url: string): string =>
      shell(`curl -s "$K8S_API${url}" --header "Authorization: Bearer $TOKEN" --insecure`, { TOKEN }).stdout;
    expect(JSON.parse(curl('/api'))).toMatchObject({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: expect.stringMatching(/:\d+$/) as string }],
    });
    const services = (): { code?: number; message?: string; kind: string } =>
      JSON.parse(curl('/api/v1/namespaces/kube-system/services')) as { code?: number; message?: string; kind: string };
    const refusal = {
      code: 403,
      message:
        'services is forbidden: User "system:serviceaccount:default:default" cannot list resource "services" in API group "" in the namespace "kube-system"',
    };
    expect(services()).toMatchObject(refusal);
    ok('create clusterrolebinding default:default:view --clusterrole=view --serviceaccount=default:default');
    expect(services()).toMatchObject({ kind: 'ServiceList' });
    ok('delete clusterrolebinding default:default:view');
    expect(services()).toMatchObject(refusal);
  });

  it('kubesim user and kubesim token make credentials for kubectl', () => {
    const kubesim = (...args: string[]): string => {
      const { code, stdout, stderr } = run(process.execPath, [path.join(root, 'dist/bin.js'), ...args], {
        env: { KUBECONFIG: cluster.kubeconfig },
      });
      expect({ args, code, stderr }).toMatchObject({ code: 0 });
      return stdout;
    };
    const erin = path.join(folder, 'erin.yaml');
    kubesim('user', 'erin', '--group', 'readers', '-o', erin);
    ok('create clusterrolebinding readers --clusterrole=view --group=readers');
    expect(kubectl('get configmaps', undefined, erin)).toMatchObject({ code: 0 });
    expect(kubectl('delete configmap kube-root-ca.crt', undefined, erin).stderr).toContain(
      'User "erin" cannot delete resource "configmaps"',
    );
    const token = kubesim('token', 'default/default').trim();
    expect(kubectl(`get pods --token ${token}`, undefined, path.join(folder, 'none')).code).toBe(1);
    expect(JSON.parse(shell('curl -s "$K8S_API/api" -H "Authorization: Bearer $TOKEN" --insecure', { TOKEN: token }).stdout)).toMatchObject(
      {
        kind: 'APIVersions',
      },
    );
  });
});
