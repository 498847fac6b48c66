import net from 'node:net';
import { PassThrough } from 'node:stream';
import { CoreV1Api, Exec, KubeConfig, Log, PortForward, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';

const namespace = 'default';

/** What flows through a stream, as text. */
function collect(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

describe('@kubernetes/client-node with pods that run', () => {
  let cluster: ClusterProcess;
  let config: KubeConfig;

  beforeAll(async () => {
    cluster = await startProcess(['--speed', 'instant']);
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({
      namespace,
      body: { metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } },
    });
    const isRunning = async (): Promise<boolean> => (await core.readNamespacedPod({ name: 'web', namespace })).status?.phase === 'Running';
    await vi.waitUntil(isRunning, { timeout: 30_000 });
  });
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
  });

  it('runs a program with input, and tells its exit code', async () => {
    const out = collect();
    const input = new PassThrough();
    const status = new Promise<V1Status>((resolve, reject) => {
      new Exec(config)
        .exec(namespace, 'web', 'web', ['sh', '-c', 'read line; echo "got $line"; exit 3'], out.stream, null, input, false, resolve)
        .catch(reject);
    });
    input.end('one\n');
    expect(await status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(out.text()).toBe('got one\n');
  });

  it('reads and follows logs', async () => {
    const out = collect();
    const request = await new Log(config).log(namespace, 'web', 'web', out.stream, { follow: true, timestamps: true });
    await expect.poll(out.text, { timeout: 20_000 }).toMatch(/^\d{4}-\d\d-\d\dT\S+Z \/docker-entrypoint/);
    request.abort();
  });

  it('forwards a port', async () => {
    const forward = new PortForward(config);
    const server = net.createServer((socket) => {
      void forward.portForward(namespace, 'web', [80], socket, null, socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const client = net.connect(port, '127.0.0.1');
    let answer = '';
    client.on('data', (chunk: Buffer) => (answer += chunk.toString('utf8')));
    client.write('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n');
    await expect.poll(() => answer, { timeout: 20_000 }).toContain('Welcome to nginx!');
    client.destroy();
    server.close();
  });
});
