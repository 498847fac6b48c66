import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { startCluster, type Cluster, type Image } from '../../../src/index.js';

/** What a user registers: it tells what reached it, and says over WebSocket what it is told. */
const sockets = new WebSocketServer({ noServer: true });
sockets.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    socket.send(`heard ${data.toString('utf8')}`);
  });
});
const IMAGE: Image = {
  names: ['team/shop'],
  ports: [
    {
      port: 8080,
      handler: (request, response) => {
        response.writeHead(201, { 'x-shop': 'open' });
        response.end(`${String(request.method)} ${String(request.url)}`);
      },
      upgrade: (request, socket, head) => {
        sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client));
      },
    },
  ],
};

describe('an image that acts by code', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 2, speed: 'instant', insecurePort: 0, images: [IMAGE] });
    const inDefault = (resource: string) => ({ resource: { group: '', version: 'v1', resource }, namespace: 'default' });
    const metadata = { name: 'shop', labels: { app: 'shop' } };
    await cluster.client.create(inDefault('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: [{ name: 'c', image: 'registry.example/team/shop:1', ports: [{ containerPort: 8080 }] }] },
    } as never);
    await cluster.client.create(inDefault('services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'shop' }, ports: [{ name: 'web', port: 80, targetPort: 8080 }] },
    } as never);
    await cluster.settled();
  });
  afterAll(async () => {
    await cluster.stop();
  });
  const urlOf = (path: string): string => `${String(cluster.insecureUrl)}/api/v1/namespaces/default/${path}`;

  it.each(['pods/shop', 'pods/http:shop:8080', 'services/shop:web', 'services/http:shop:80'])(
    'answers through %s/proxy',
    async (target) => {
      const response = await fetch(urlOf(`${target}/proxy/a/b?c=d`), { method: 'PUT', body: 'x' });
      expect([response.status, response.headers.get('x-shop'), await response.text()]).toEqual([201, 'open', 'PUT /a/b?c=d']);
    },
  );

  it.each(['pods/shop:8080', 'services/shop:web'])('speaks WebSocket through %s/proxy', async (target) => {
    const socket = new WebSocket(urlOf(`${target}/proxy/chat`));
    await new Promise((resolve) => socket.once('open', resolve));
    const answer = new Promise((resolve) => socket.once('message', (data: Buffer) => resolve(data.toString('utf8'))));
    socket.send('me');
    expect(await answer).toBe('heard me');
    socket.close();
  });

  it('has no ports by name in the proxy of pods', async () => {
    const answer = await (await fetch(urlOf('pods/shop:web/proxy/'))).json();
    expect(answer).toMatchObject({ code: 503, message: 'error trying to reach service: dial tcp: lookup tcp/web: unknown port' });
  });
});
