import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CertificateAuthority } from '../../../../src/auth/certificates.js';
import type { KubeObject } from '../../../../src/client/client.js';
import { startCluster, type Cluster } from '../../../../src/index.js';

const namespace = 'default';
const FLUNDERS = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
const BETA = FLUNDERS.replace('v1alpha1', 'v1beta1');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1, speed: 'instant', insecurePort: 0 });
  const ca = CertificateAuthority.create();
  const { certificatePem, privateKeyPem } = ca.issueServing(['wardle.default.svc']);
  const create = (group: string, version: string, resource: string, object: object): Promise<KubeObject> =>
    cluster.client.create({ resource: { group, version, resource }, ...(group === '' ? { namespace } : {}) }, object as KubeObject);
  const metadata = { name: 'wardle', labels: { app: 'wardle' } };
  const data = { 'tls.crt': base64(certificatePem), 'tls.key': base64(privateKeyPem) };
  await create('', 'v1', 'secrets', { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const args = ['--etcd-servers=http://127.0.0.1:2379', '--tls-cert-file=/tls/tls.crt', '--tls-private-key-file=/tls/tls.key'];
  const readinessProbe = { httpGet: { scheme: 'HTTPS', port: 443, path: '/readyz' }, periodSeconds: 1 };
  const containers = [
    {
      name: 'api',
      image: 'e2e-test-images/sample-apiserver:1.29.2',
      args,
      volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
      readinessProbe,
    },
    {
      name: 'etcd',
      image: 'registry.k8s.io/etcd:3.6.8-0',
      command: ['/usr/local/bin/etcd', '--listen-client-urls', 'http://127.0.0.1:2379'],
    },
  ];
  const volumes = [{ name: 'tls', secret: { secretName: 'wardle' } }];
  await create('', 'v1', 'pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, volumes } });
  const spec = { selector: { app: 'wardle' }, ports: [{ port: 7443, targetPort: 443 }] };
  await create('', 'v1', 'services', { apiVersion: 'v1', kind: 'Service', metadata, spec });
  await create('apiregistration.k8s.io', 'v1', 'apiservices', {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1alpha1.wardle.example.com' },
    spec: {
      group: 'wardle.example.com',
      version: 'v1alpha1',
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service: { namespace, name: 'wardle', port: 7443 },
      caBundle: base64(ca.certificatePem),
    },
  });
  await vi.waitUntil(async () => (await ask('GET', FLUNDERS)).code === 200, { timeout: 20_000, interval: 100 });
}, 30_000);
afterAll(async () => {
  await cluster.stop();
});

interface Reply {
  readonly code: number;
  readonly body: { readonly [field: string]: unknown; readonly metadata?: Record<string, unknown>; readonly items?: readonly object[] };
}

async function ask(method: string, path: string, body?: object, type = 'application/json'): Promise<Reply> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': type } };
  const response = await fetch(`${String(cluster.insecureUrl)}${path}`, init);
  const text = await response.text();
  return { code: response.status, body: text.startsWith('{') ? (JSON.parse(text) as Reply['body']) : { text } };
}

const flunder = (name: string, spec: object = {}): object => ({
  apiVersion: 'wardle.example.com/v1alpha1',
  kind: 'Flunder',
  metadata: { name, labels: { kind: name } },
  spec,
});

describe('the sample API server in a pod, behind an APIService', () => {
  it('is part of discovery', async () => {
    const { body } = await ask('GET', '/apis/wardle.example.com/v1alpha1');
    expect(body).toMatchObject({
      resources: [
        { name: 'flunders', namespaced: true },
        { name: 'fischers', namespaced: false },
      ],
    });
  });

  it('keeps flunders', async () => {
    expect(await ask('POST', FLUNDERS, flunder('a', { reference: 'b', referenceType: 'Fischer' }))).toMatchObject({
      code: 201,
      body: { kind: 'Flunder', metadata: { name: 'a', namespace, resourceVersion: '2' }, spec: { reference: 'b' }, status: {} },
    });
    expect(await ask('POST', FLUNDERS, flunder('a'))).toMatchObject({ code: 409, body: { reason: 'AlreadyExists' } });
    expect((await ask('POST', FLUNDERS, flunder('c'))).code).toBe(201);
    expect((await ask('GET', `${FLUNDERS}?labelSelector=kind%3Da`)).body).toMatchObject({
      kind: 'FlunderList',
      items: [{ metadata: { name: 'a' } }],
    });
    const stale = { ...flunder('a'), metadata: { name: 'a', resourceVersion: '1' } };
    expect(await ask('PUT', `${FLUNDERS}/a`, stale)).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
    const patched = await ask('PATCH', `${FLUNDERS}/a`, { metadata: { labels: { x: 'y' } } }, 'application/merge-patch+json');
    expect(patched.body.metadata).toMatchObject({ labels: { kind: 'a', x: 'y' } });
    expect((await ask('PATCH', `${FLUNDERS}/a`, {}, 'application/apply-patch+yaml')).code).toBe(415);
    expect((await ask('DELETE', `${FLUNDERS}/c`)).body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'c' } });
    expect(await ask('GET', `${FLUNDERS}/c`)).toMatchObject({ code: 404, body: { message: 'flunders.wardle.example.com "c" not found' } });
    expect((await ask('DELETE', FLUNDERS)).body.items).toHaveLength(1);
    expect((await ask('GET', FLUNDERS)).body.items).toEqual([]);
  });

  it('tells watchers of changes', async () => {
    const response = await fetch(`${String(cluster.insecureUrl)}${FLUNDERS}?watch=true`);
    const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    await ask('POST', FLUNDERS, flunder('w'));
    await ask('DELETE', `${FLUNDERS}/w`);
    let text = '';
    while (text.split('\n').length < 3) text += (await reader.read()).value ?? '';
    await reader.cancel();
    const types = text
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(['ADDED', 'DELETED']);
  });

  it('serves only the version that an APIService names', async () => {
    expect((await ask('GET', BETA)).code).toBe(404);
  });
});
