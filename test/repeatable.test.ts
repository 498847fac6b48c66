import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../src/client/client.js';
import { DEPLOYMENTS, JOBS, NAMESPACES, SERVICES, STATEFUL_SETS } from '../src/component-helpers/resources.js';
import { startCluster } from '../src/index.js';

const namespace = 'default';
const pods = (app: string, image: string) => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }] } });
const workload = (kind: string, name: string, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: pods(name, 'nginx:1') },
});

/** The port of the server stands in objects too; two runs get the same one. */
async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Everything that a cluster holds after some work, one object a line. */
async function dump(seed: string, securePort: number): Promise<string[]> {
  await using cluster = await startCluster({ seed, securePort, nodes: 2, clock: 'virtual' });
  const { client } = cluster;
  await client.create({ resource: DEPLOYMENTS, namespace }, workload('Deployment', 'web', 4));
  await client.create({ resource: DEPLOYMENTS, namespace }, workload('Deployment', 'api', 2));
  await client.create({ resource: STATEFUL_SETS, namespace }, workload('StatefulSet', 'db', 2));
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } };
  await client.create({ resource: JOBS, namespace }, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job' },
    spec: { completions: 3, parallelism: 2, template },
  } as KubeObject);
  await client.create({ resource: SERVICES, namespace }, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  } as KubeObject);
  await cluster.clock.advance('12s');
  await client.patch({ resource: DEPLOYMENTS, namespace }, 'web', 'strategic', { spec: { template: pods('web', 'nginx:2') } });
  await client.delete({ resource: DEPLOYMENTS, namespace }, 'api');
  await cluster.clock.advance('12s');
  const lines: string[] = [];
  for (const resource of client.discovery.resources()) {
    if (!resource.verbs.includes('list')) continue;
    for (const item of (await client.list({ resource })).items) lines.push(JSON.stringify(item));
  }
  return lines;
}

describe('A cluster with a seed and a virtual clock', () => {
  it('comes to the same objects each time, byte for byte, and to others with another seed', async () => {
    const port = await freePort();
    const first = await dump('seed', port);
    const second = await dump('seed', port);
    expect(first.length).toBeGreaterThan(400);
    expect(second.filter((line, i) => line !== first[i])).toEqual([]);
    expect(second.length).toBe(first.length);
    await using other = await startCluster({ seed: 'another', nodes: 0, controllers: ['-*'] });
    const { metadata } = await other.client.get({ resource: NAMESPACES }, namespace);
    expect(first.join()).not.toContain(metadata.uid);
    expect(first.join()).not.toContain(JSON.stringify(other.caPem));
  });
});
