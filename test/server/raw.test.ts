import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import net from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../../src/index.js';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const ADMIN = 'Authorization: Bearer admin-token\r\n';

/** What clients send that is no ordinary request, byte by byte, and what Go's net/http makes of it. */
describe('raw HTTP/1.1', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], tokens: 'admin-token,admin,,"system:masters"\n', insecurePort: 0 });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const read = (socket: net.Socket | TLSSocket, bytes: string | Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
      socket.on('error', reject);
      socket.write(bytes);
    });
  const send = (bytes: string | Buffer): Promise<string> =>
    read(connect({ port: cluster.port, host: '127.0.0.1', ca: cluster.caPem, ALPNProtocols: ['http/1.1'] }), bytes);
  const sendPlainly = (bytes: string): Promise<string> => {
    const { hostname, port } = new URL(cluster.insecureUrl ?? '');
    return read(net.connect(Number(port), hostname), bytes);
  };
  const get = (path: string, headers = ''): Promise<string> =>
    send(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n${ADMIN}${headers}Connection: close\r\n\r\n`));
  const post = (body: string, headers = 'Connection: close\r\n', path = CONFIG_MAPS): string =>
    `POST ${path}?dryRun=All HTTP/1.1\r\nHost: x\r\n${ADMIN}${headers}Content-Type: application/json\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
  const configMap = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}';

  it.each([
    ['no request at all', 'GARBAGE\r\n\r\n'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('answers 400 as text to %s', async (_what, bytes) => {
    expect(await send(bytes)).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: text\/plain; charset=utf-8\r\n[^]*\r\n\r\n400 Bad Request$/,
    );
  });

  it('answers 400 as text to a malformed escape', async () => {
    expect(await get('/api/%zz')).toMatch(/^HTTP\/1\.1 400 [^]*\r\n\r\n400 Bad Request$/);
  });

  it('reads a long body that comes while the answer before it is on its way', async () => {
    const socket = connect({ port: cluster.port, host: '127.0.0.1', ca: cluster.caPem, ALPNProtocols: ['http/1.1'] });
    // More than fits between the two: it waits until somebody reads.
    socket.write(`GET /openapi/v2 HTTP/1.1\r\nHost: x\r\n${ADMIN}\r\n`.repeat(6));
    await once(socket, 'readable');
    const long = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'long' }, data: { text: 'x'.repeat(500_000) } });
    const written = new Promise((resolve) => socket.write(post(long), resolve));
    await setImmediate();
    const answers = read(socket, '');
    await written;
    expect(await answers).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 201 /);
  });

  it('takes a megabyte of headers, and no more', async () => {
    expect(await get(`${CONFIG_MAPS}?labelSelector=a%20in%20(${'x,'.repeat(20_000)}x)`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(1_100_000)}`).catch(() => 'reset')).toMatch(
      /^HTTP\/1\.1 431 |^reset$/,
    );
  });

  it('overlooks no header among thousands', async () => {
    const filler = Array.from({ length: 3000 }, (_, i) => `X-${String(i)}: a\r\n`).join('');
    expect(await get(`${CONFIG_MAPS}/a`, `${filler}Impersonate-User: eve\r\n`)).toMatch(/^HTTP\/1\.1 403 [^]*User \\"eve\\"/);
  });

  it('reads and writes headers as UTF-8', async () => {
    const refused = await get(`${CONFIG_MAPS}/a`, 'Impersonate-User: évé中\r\n');
    expect(refused).toContain('User \\"évé中\\" cannot get');
    expect(refused).toContain('x-content-type-options: nosniff');
    const warned = await send(post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"中\\"\\n":1}'));
    expect(warned).toMatch(/^HTTP\/1\.1 201 /);
    expect(warned).toContain(String.raw`warning: 299 - "unknown field \"中\\\"\\n\""`);
  });

  it('reads the body of a request that wishes for another protocol', async () => {
    const wish = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n';
    const last = `GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    const { hostname, port } = new URL(cluster.insecureUrl ?? '');
    for (const socket of [
      net.connect(Number(port), hostname),
      connect({ port: cluster.port, host: '127.0.0.1', ca: cluster.caPem, ALPNProtocols: ['http/1.1'] }),
    ]) {
      for (let request = 0; request < 15; request++) {
        socket.write(post(configMap, wish));
        expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 201 [^]*"name":"a"/);
      }
      socket.destroy();
    }
    process.off('warning', warned);
    // Of listeners that pile up on a connection, above all.
    expect(warnings).toEqual([]);
    expect(await sendPlainly(`GET /readyz HTTP/1.1\r\nHost: x\r\n${wish}\r\n${last}`)).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 /);
  });

  it('writes JSON as Go does', async () => {
    const made = await send(post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"<é>&"}}'));
    expect(made).toContain(String.raw`"k":"\u003cé\u003e\u0026"`);
    expect(await send(post(''))).toContain(String.raw`(\u003cempty\u003e)`);
    expect(await send(post('x'.repeat(3 * 1024 * 1024 + 1)))).toMatch(/^HTTP\/1\.1 413 Request Entity Too Large\r\n/);
  });

  it.each([
    ['..', `Name parameter invalid: \\"..\\": may not be '..'`],
    ['a%25b', `Name parameter invalid: \\"a%b\\": may not contain '%'`],
  ])('refuses %s as a name', async (name, message) => {
    for (const method of ['GET', 'DELETE'])
      expect(
        await send(`${method} ${CONFIG_MAPS}/${name.replace('..', '%2e%2e')} HTTP/1.1\r\nHost: x\r\n${ADMIN}Connection: close\r\n\r\n`),
      ).toMatch(new RegExp(`^HTTP/1\\.1 400 [^]*${message.replace(/[\\.]/g, '\\$&')}`));
  });
});
