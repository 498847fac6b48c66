import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions, Watch } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';

let cluster: ClusterProcess;
let config: KubeConfig;
let core: CoreV1Api;

beforeAll(async () => {
  cluster = await startProcess(['--controllers=-*', '--nodes', '0']);
  config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: 'js' } } });
});
afterAll(async () => {
  expect(await cluster.stop()).toBe(0);
});

describe('@kubernetes/client-node', () => {
  const namespace = 'js';

  it('creates, replaces, patches and deletes', async () => {
    const made = await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'one' }, data: { k: '1' } } });
    expect(made.metadata?.uid).toBeDefined();
    const replaced = await core.replaceNamespacedConfigMap({ name: 'one', namespace, body: { ...made, data: { k: '2' } } });
    expect(replaced.data).toEqual({ k: '2' });
    const patched = await core.patchNamespacedConfigMap(
      { name: 'one', namespace, body: { data: { p: '3' } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ k: '2', p: '3' });
    await core.deleteNamespacedConfigMap({ name: 'one', namespace });
    await expect(core.readNamespacedConfigMap({ name: 'one', namespace })).rejects.toMatchObject({ code: 404 });
  });

  it('lists in pages', async () => {
    for (let i = 0; i < 10; i++) await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: `page-${String(i)}` } } });
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await core.listNamespacedConfigMap({ namespace, limit: 4, ...(next === undefined ? {} : { _continue: next }) });
      names.push(...page.items.map((item) => item.metadata?.name ?? ''));
      next = page.metadata?._continue;
    } while (next);
    expect(names).toHaveLength(10);
  });

  it('watches', async () => {
    const { metadata } = await core.listNamespacedSecret({ namespace });
    const events: string[] = [];
    const request = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/secrets`,
      { resourceVersion: metadata?.resourceVersion },
      (type) => events.push(type),
      () => undefined,
    );
    await core.createNamespacedSecret({ namespace, body: { metadata: { name: 's' }, stringData: { a: 'b' } } });
    await core.deleteNamespacedSecret({ name: 's', namespace });
    await expect.poll(() => events, { timeout: 20_000 }).toEqual(['ADDED', 'DELETED']);
    request.abort();
  });

  it('reads defaults of a Deployment', async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } };
    const made = await apps.createNamespacedDeployment({
      namespace,
      body: { metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } },
    });
    expect(made.spec).toMatchObject({ replicas: 1, strategy: { type: 'RollingUpdate' } });
  });
});
