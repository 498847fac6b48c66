import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../../src/client/client.js';
import { startCluster, type Cluster } from '../../../../src/index.js';

const IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';
const namespace = 'default';
const core = (resource: string) => ({ resource: { group: '', version: 'v1', resource }, namespace });
const WAIT = { timeout: 10_000 };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1, speed: 'instant', insecurePort: 0 });
});
afterAll(async () => {
  await cluster.stop();
});

async function runPod(name: string, args: readonly string[], spec: object = {}, container: object = {}): Promise<void> {
  await cluster.client.create(core('pods'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: IMAGE, args, ...container }], ...spec },
  } as KubeObject);
}

async function serve(name: string, port: number): Promise<void> {
  await cluster.client.create(core('services'), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port }] },
  } as KubeObject);
}

async function ask(path: string): Promise<string> {
  const response = await fetch(`${String(cluster.insecureUrl)}/api/v1/namespaces/${namespace}${path}`);
  return await response.text();
}

const logOf = (name: string): Promise<string> => ask(`/pods/${name}/log`);

describe('agnhost', () => {
  it('verifies its token by what the issuer of tokens publishes', async () => {
    await cluster.client.create({ resource: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' } }, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'discovery' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:service-account-issuer-discovery' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
    } as KubeObject);
    const command = ['test-service-account-issuer-discovery', '--token-path', '/tokens/token', '--audience', 'tests'];
    const sources = [{ serviceAccountToken: { path: 'token', audience: 'tests' } }];
    await runPod(
      'discovery',
      command,
      { volumes: [{ name: 'tokens', projected: { sources } }] },
      { volumeMounts: [{ name: 'tokens', mountPath: '/tokens' }] },
    );
    await vi.waitFor(async () => {
      expect(await logOf('discovery')).toMatch(/OK: Got valid claims from token!\n$/);
    }, WAIT);
  });

  it('asks the API server how it is, and shows that the token is the same', async () => {
    await runPod('client', ['inclusterclient', '--poll-interval=0.02']);
    const hashes = async (): Promise<readonly string[]> =>
      [...(await logOf('client')).matchAll(/authz_header=(\S+)$/gm)].map(([, hash = '']) => hash);
    await vi.waitUntil(async () => (await hashes()).length > 1, WAIT);
    expect(new Set(await hashes()).size).toBe(1);
    expect(await logOf('client')).not.toContain('status=failed');
  });

  it('keeps a guestbook, whose replicas learn what is written to the primary', async () => {
    await serve('agnhost-primary', 6379);
    await serve('agnhost-replica', 6379);
    await serve('frontend', 80);
    await runPod('agnhost-primary', ['guestbook', '--http-port', '6379']);
    await runPod('agnhost-replica', ['guestbook', '--replicaof', 'agnhost-primary', '--http-port', '6379']);
    await runPod('frontend', ['guestbook', '--backend-port', '6379']);
    const guestbook = (query: string): Promise<string> => ask(`/services/frontend/proxy/guestbook?${query}`);
    await vi.waitUntil(async () => (await logOf('agnhost-replica')).includes('Registered to node'), WAIT);
    await vi.waitUntil(async () => (await guestbook('cmd=get&key=a')) === '{"data":""}', WAIT);
    expect(await guestbook('cmd=set&key=a&value=b')).toBe('{"message":"Updated"}');
    expect(await guestbook('cmd=get&key=a')).toBe('{"data":"b"}');
    expect(await guestbook('cmd=drop')).toBe("unsupported cmd: 'drop'\n");
  });
});
