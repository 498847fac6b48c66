import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, isStatus, type Cluster } from '../src/index.js';
import type { KubeObject } from '../src/registry/object.js';
import type { WatchItem } from '../src/registry/watch.js';

const configMaps = { resource: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'default' };
const configMap = (name: string, data: Record<string, string> = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data }) as KubeObject;

describe('a cluster in process', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it('has the starting namespaces and the service kubernetes', async () => {
    const namespaces = await cluster.client.list({ resource: { group: '', version: 'v1', resource: 'namespaces' } });
    expect(namespaces.items.map((item) => item.metadata.name)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    const service = await cluster.client.get(
      { resource: { group: '', version: 'v1', resource: 'services' }, namespace: 'default' },
      'kubernetes',
    );
    expect(service.spec).toMatchObject({ clusterIP: '10.96.0.1' });
  });

  it('creates, updates, patches and deletes', async () => {
    const made = await cluster.client.create(configMaps, configMap('one', { k: '1' }));
    expect(made.metadata).toMatchObject({ name: 'one', namespace: 'default' });
    const updated = await cluster.client.update(configMaps, { ...made, data: { k: '2' } } as typeof made);
    expect(Number(updated.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
    const patched = await cluster.client.patch(configMaps, 'one', 'merge', { data: { p: '3' } });
    expect(patched).toMatchObject({ data: { k: '2', p: '3' } });
    await cluster.client.delete(configMaps, 'one');
    await expect(cluster.client.get(configMaps, 'one')).rejects.toSatisfy((error) => isStatus(error, 'NotFound'));
  });

  it('refuses a stale update and says so in the real words', async () => {
    const made = await cluster.client.create(configMaps, configMap('stale'));
    await cluster.client.update(configMaps, { ...made, data: { a: 'b' } } as typeof made);
    await expect(cluster.client.update(configMaps, { ...made, data: { a: 'c' } } as typeof made)).rejects.toThrow(
      'the object has been modified',
    );
  });

  it('of many writers with the same version exactly one wins', async () => {
    const made = await cluster.client.create(configMaps, configMap('race'));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => cluster.client.update(configMaps, { ...made, data: { by: String(i) } } as typeof made)),
    );
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('patches never get lost between each other', async () => {
    await cluster.client.create(configMaps, configMap('busy'));
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => cluster.client.patch(configMaps, 'busy', 'merge', { data: { [`k${String(i)}`]: 'x' } })),
    );
    const { data } = (await cluster.client.get(configMaps, 'busy')) as unknown as { data: object };
    expect(Object.keys(data)).toHaveLength(20);
  });

  it('a list and the watch from its version see every change once', async () => {
    const { resourceVersion } = await cluster.client.list(configMaps);
    const seen: string[] = [];
    const watch = await cluster.client.watch(configMaps, { resourceVersion }, (items: readonly WatchItem[]) => {
      for (const item of items)
        if (item.type !== 'BOOKMARK' && item.type !== 'ERROR') seen.push(`${item.type} ${item.stored.value.metadata.name ?? ''}`);
    });
    await cluster.client.create(configMaps, configMap('watched'));
    await cluster.client.delete(configMaps, 'watched');
    await expect.poll(() => seen).toEqual(['ADDED watched', 'DELETED watched']);
    watch.close();
  });

  it('someone without rights is refused, by name', async () => {
    const carol = cluster.client.as('carol', []);
    await expect(carol.list(configMaps)).rejects.toThrow(
      'User "carol" cannot list resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  it('answers plain HTTP on loopback where it was asked for', async () => {
    const response = await fetch(`${cluster.insecureUrl ?? ''}/readyz`);
    expect(await response.text()).toBe('ok');
  });

  it('`await using` stops it, and the port is free again', async () => {
    let url = '';
    {
      await using short = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
      url = short.insecureUrl ?? '';
      expect((await fetch(`${url}/livez`)).status).toBe(200);
    }
    await expect(fetch(`${url}/livez`)).rejects.toThrow();
  });

  it('stops while clients send nothing, or only half of a request', async () => {
    const short = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
    const plain = new URL(short.insecureUrl ?? '').port;
    const clients = [short.port, Number(plain)].map((port) => connect(port, '127.0.0.1').on('error', () => undefined));
    const half = connectTls({ port: short.port, host: '127.0.0.1', ca: short.caPem }).on('error', () => undefined);
    await Promise.all([...clients.map((client) => once(client, 'connect')), once(half, 'secureConnect')]);
    half.write('POST /api/v1/namespaces HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    const closed = [...clients, half].map((client) => once(client.resume(), 'close'));
    await short.stop();
    await Promise.all(closed);
  });

  it('loads manifests at the start', async () => {
    await using loaded = await startCluster({
      nodes: 0,
      controllers: ['-*'],
      data: ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: extra}\n'],
    });
    expect((await loaded.client.get(configMaps, 'given')).metadata.name).toBe('given');
  });

  it('takes manifests over what is there, and gives default roles back what they lack', async () => {
    const role = (name: string, rules: string): string =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: ${name}, uid: u, resourceVersion: '7'}\nrules: ${rules}\n`;
    const extra = '{apiGroups: [example.com], resources: [widgets], verbs: [get]}';
    await using loaded = await startCluster({
      nodes: 0,
      controllers: ['-*'],
      data: [`${role('system:discovery', `[${extra}]`)}---\n${role('own', `[${extra}]`)}`],
    });
    const roles = { resource: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' } };
    expect(await loaded.client.get(roles, 'own')).toMatchObject({ rules: [{ resources: ['widgets'] }] });
    const { rules } = await loaded.client.get<KubeObject & { rules: object[] }>(roles, 'system:discovery');
    expect(rules[0]).toMatchObject({ resources: ['widgets'] });
    expect(rules).toContainEqual({ nonResourceURLs: ['/version'], verbs: ['get'] });
  });

  it('loads pods and token Secrets that wait for what controllers make', async () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: extra}\nspec: {containers: [{name: c, image: i}]}\n';
    const annotations = '{kubernetes.io/service-account.name: default}';
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: t, annotations: ${annotations}}\ntype: kubernetes.io/service-account-token\n`;
    await using loaded = await startCluster({
      nodes: 0,
      data: [`apiVersion: v1\nkind: Namespace\nmetadata: {name: extra}\n---\n${pod}---\n${secret}`],
    });
    await loaded.settled();
    const get = (resource: string, namespace: string, name: string): Promise<KubeObject> =>
      loaded.client.get({ resource: { group: '', version: 'v1', resource }, namespace }, name);
    expect(await get('pods', 'extra', 'p')).toMatchObject({ spec: { serviceAccountName: 'default' } });
    expect(await get('secrets', 'default', 't')).toMatchObject({ data: { token: expect.any(String) as string } });
  });

  it('the same seed gives the same uids', async () => {
    const uid = async (): Promise<string | undefined> => {
      await using seeded = await startCluster({ nodes: 0, controllers: ['-*'], seed: 'x' });
      return (await seeded.client.get({ resource: { group: '', version: 'v1', resource: 'namespaces' } }, 'default')).metadata.uid;
    };
    expect(await uid()).toBe(await uid());
  });
});
