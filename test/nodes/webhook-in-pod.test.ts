import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CertificateAuthority } from '../../src/auth/certificates.js';
import type { KubeObject } from '../../src/client/client.js';
import { startCluster, type Cluster } from '../../src/index.js';

const namespace = 'default';
const core = (resource: string) => ({ resource: { group: '', version: 'v1', resource }, namespace });
const WEBHOOKS = { resource: { group: 'admissionregistration.k8s.io', version: 'v1', resource: 'validatingwebhookconfigurations' } };
const SLICES = { resource: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' }, namespace };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const configMap = (name: string, value: string): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'webhook-e2e-test': value } }) as KubeObject;

describe('A webhook that runs in a simulated pod', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1, speed: 'instant' });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it('is asked over the network of the cluster, by the certificate that its pod serves under', async () => {
    const { client } = cluster;
    const ca = CertificateAuthority.create();
    const { certificatePem, privateKeyPem } = ca.issueServing(['hook.default.svc']);
    await client.create(core('secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'hook' },
      data: { 'tls.crt': base64(certificatePem), 'tls.key': base64(privateKeyPem) },
    } as KubeObject);
    const args = ['webhook', '--tls-cert-file=/tls/tls.crt', '--tls-private-key-file=/tls/tls.key', '--port=8444'];
    await client.create(core('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'hook', labels: { app: 'hook' } },
      spec: {
        containers: [
          {
            name: 'hook',
            image: 'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
            args,
            volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
            readinessProbe: { httpGet: { scheme: 'HTTPS', port: 8444, path: '/readyz' }, periodSeconds: 1 },
          },
        ],
        volumes: [{ name: 'tls', secret: { secretName: 'hook' } }],
      },
    } as KubeObject);
    await client.create(core('services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook' },
      spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8444 }] },
    } as KubeObject);
    const isReady = async (): Promise<boolean> => {
      const { items } = await client.list(SLICES, { labelSelector: 'kubernetes.io/service-name=hook' });
      return items.some((slice) => JSON.stringify(slice).includes('"ready":true'));
    };
    await vi.waitUntil(isReady, { timeout: 10_000 });
    await client.create(WEBHOOKS, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'hook' },
      webhooks: [
        {
          name: 'hook.example.com',
          clientConfig: { service: { namespace, name: 'hook', path: '/configmaps' }, caBundle: base64(ca.certificatePem) },
          rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    } as KubeObject);
    await expect(client.create(core('configmaps'), configMap('bad', 'webhook-disallow'))).rejects.toThrow(
      'admission webhook "hook.example.com" denied the request: the configmap contains unwanted key and value',
    );
    expect((await client.create(core('configmaps'), configMap('good', 'fine'))).metadata.uid).toBeDefined();
  });
});
