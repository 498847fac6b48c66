import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import { gunzipSync } from 'node:zlib';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../../src/index.js';
import { decodeProtobuf, unwrapUnknown } from '../../src/schema/protobuf.js';
import { typeRegistry } from '../../src/schema/types.js';

interface Answer {
  readonly status: number;
  readonly headers: http2.IncomingHttpHeaders;
  readonly body: Buffer;
}

const tokens = 'admin-token,admin,admin-uid,"system:masters"\ncarol-token,carol,carol-uid\n';

describe('the HTTP front', () => {
  let cluster: Cluster;
  let session: http2.ClientHttp2Session;
  let clientKey: Buffer;
  let clientCert: Buffer;
  const lines: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 0,
      controllers: ['-*'],
      tokens,
      logger: { verbosity: 2, info: (message) => lines.push(message), error: (message) => lines.push(message) },
    });
    const config = load(cluster.kubeconfig) as { users: [{ user: Record<string, string> }] };
    const decode = (name: string): Buffer => Buffer.from(config.users[0].user[name] ?? '', 'base64');
    clientKey = decode('client-key-data');
    clientCert = decode('client-certificate-data');
    session = http2.connect(cluster.url, { ca: cluster.caPem, key: clientKey, cert: clientCert });
  });
  afterAll(async () => {
    session.destroy();
    await cluster.stop();
  });

  const ask = (path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':path': path, ...headers });
      const chunks: Buffer[] = [];
      let answered: http2.IncomingHttpHeaders = {};
      stream.on('response', (received) => (answered = received));
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve({ status: Number(answered[':status']), headers: answered, body: Buffer.concat(chunks) }));
      stream.on('error', reject);
      stream.end(body);
    });
  const json = (answer: Answer): { [key: string]: unknown } => JSON.parse(answer.body.toString()) as { [key: string]: unknown };

  it('speaks HTTP/2 and HTTP/1.1 on one port, with a certificate that its CA signed', async () => {
    expect((await ask('/readyz')).body.toString()).toBe('ok');
    const body = await new Promise<string>((resolve, reject) => {
      https
        .get(`${cluster.url}/readyz`, { ca: cluster.caPem }, (response) =>
          response.on('data', (chunk: Buffer) => resolve(chunk.toString())),
        )
        .on('error', reject);
    });
    expect(body).toBe('ok');
  });

  it.each([
    ['the client certificate', {}, 200],
    ['a token', { authorization: 'Bearer admin-token' }, 200],
    ['a wrong token beside a good certificate', { authorization: 'Bearer nonsense' }, 200],
  ])('lets in by %s', async (_title, headers, status) => {
    expect((await ask('/api/v1/namespaces', headers)).status).toBe(status);
  });

  it('answers 401 to a wrong token alone, and 403 to nobody', async () => {
    const alone = http2.connect(cluster.url, { ca: cluster.caPem });
    const statusOf = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve) => {
        const stream = alone.request({ ':path': '/api/v1/namespaces', ...headers });
        stream.on('response', (received) => resolve(Number(received[':status'])));
        stream.resume();
      });
    expect(await statusOf({ authorization: 'Bearer nonsense' })).toBe(401);
    expect(await statusOf({})).toBe(403);
    expect(await statusOf({ authorization: 'Bearer carol-token' })).toBe(403);
    alone.destroy();
  });

  it('compresses large answers when asked, and only then', async () => {
    const post = (name: string): Promise<Answer> =>
      ask(
        '/api/v1/namespaces/default/configmaps',
        { ':method': 'POST', 'content-type': 'application/json' },
        JSON.stringify({ metadata: { name }, data: { filler: 'x'.repeat(200_000) } }),
      );
    expect((await post('large')).status).toBe(201);
    const packed = await ask('/api/v1/namespaces/default/configmaps', { 'accept-encoding': 'gzip' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body).length).toBeGreaterThan(200_000);
    const plain = await ask('/api/v1/namespaces/default/configmaps');
    expect(plain.headers['content-encoding']).toBeUndefined();
  });

  it('sends a long list whole, of which there is more than one chunk', async () => {
    const names = ['long-a', 'long-b', 'long-c', 'long-d'];
    for (const name of names) {
      const body = JSON.stringify({ metadata: { name, labels: { length: 'long' } }, data: { filler: name.repeat(15_000) } });
      const { status } = await ask('/api/v1/namespaces/default/configmaps', { ':method': 'POST' }, body);
      expect(status).toBe(201);
    }
    const path = '/api/v1/namespaces/default/configmaps?labelSelector=length%3Dlong';
    const answer = await ask(path);
    const { items } = json(answer) as { items: { metadata: { name: string }; data: { filler: string } }[] };
    expect(items.map(({ metadata, data }) => data.filler === metadata.name.repeat(15_000))).toEqual([true, true, true, true]);
    expect(Number(answer.headers['content-length'])).toBe(answer.body.length);

    const { body } = await ask(path, { accept: 'application/vnd.kubernetes.protobuf' });
    const { kind, raw } = unwrapUnknown(body);
    const type = typeRegistry().typeByName('io.k8s.api.core.v1.ConfigMapList');
    expect(kind).toBe('ConfigMapList');
    expect(type && decodeProtobuf(type, raw)).toMatchObject({ items: names.map((name) => ({ metadata: { name } })) });
    await ask(path, { ':method': 'DELETE' });
  });

  it('takes a body that tells neither its type nor its length', async () => {
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bare' } });
    expect((await ask('/api/v1/namespaces/default/secrets', { ':method': 'POST' }, body)).status).toBe(201);
    expect((await ask('/api/v1/namespaces/default/secrets/bare', { ':method': 'DELETE' })).status).toBe(200);
  });

  it('indents for people, and when asked', async () => {
    expect((await ask('/api/v1/namespaces/default', { 'user-agent': 'curl/8' })).body.toString()).toContain('\n  "kind"');
    expect((await ask('/api/v1/namespaces/default?pretty=true')).body.toString()).toContain('\n  "kind"');
    expect((await ask('/api/v1/namespaces/default')).body.toString()).not.toContain('\n  ');
  });

  it('the deprecated /watch/ path is a watch', async () => {
    const { body } = await ask('/api/v1/watch/namespaces?timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault');
    expect(JSON.parse(body.toString().split('\n')[0] ?? '')).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'default' } } });
  });

  it('a watch as Table tells columns once', async () => {
    const { body } = await ask('/api/v1/namespaces?watch=1&timeoutSeconds=1', { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const events = body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { object: { kind: string; columnDefinitions: unknown[] | null } });
    expect(events.length).toBeGreaterThanOrEqual(4);
    expect(events.every(({ object }) => object.kind === 'Table')).toBe(true);
    expect(events[0]?.object.columnDefinitions).toHaveLength(3);
    expect(events[1]?.object.columnDefinitions ?? []).toHaveLength(0);
  });

  it('a watch that asks for initial events ends them with the bookmark that informers wait for', async () => {
    const { body } = await ask(
      '/api/v1/namespaces?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );
    const events = body
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: { metadata: { annotations?: Record<string, string> } } });
    const bookmark = events.find(({ type }) => type === 'BOOKMARK');
    expect(events.indexOf(bookmark as never)).toBeGreaterThanOrEqual(4);
    expect(bookmark?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  it('a watch from a version of the future begins with an error, if it asks for what is there', async () => {
    const { body } = await ask(
      '/api/v1/namespaces?watch=1&resourceVersion=99999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    );
    expect(JSON.parse(body.toString())).toMatchObject({
      type: 'ERROR',
      object: { code: 504, message: expect.stringContaining('Too large resource version: 99999999') as string },
    });
  });

  it('a list goes on after the last name, in the form of the real server', async () => {
    const { metadata } = json(await ask('/api/v1/namespaces?limit=1')) as { metadata: { continue: string } };
    const token = JSON.parse(Buffer.from(metadata.continue, 'base64url').toString()) as { start: string };
    expect(token.start).toBe('default\0');
    const rest = json(await ask(`/api/v1/namespaces?continue=${metadata.continue}`)) as { items: { metadata: { name: string } }[] };
    expect(rest.items[0]?.metadata.name).toBe('kube-node-lease');
    const both = await ask(`/api/v1/namespaces?resourceVersion=1&continue=${metadata.continue}`);
    expect(json(both)['message']).toBe('specifying resource version is not allowed when using continue');
  });

  it.each([
    ['/api/v1/namespaces/default/bindings/x', 404],
    ['/api/v1/bindings', 404],
    ['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews/x', 404],
    ['/api/v1/namespaces/default/bindings', 405],
    ['/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 405],
  ])('what can only be created has no other paths: GET %s', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  it.each([
    ['?timeout=soon', 'invalid timeout specified in the request URL - time: invalid duration "soon"'],
    ['?limit=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['?continue=!', 'invalid continue token'],
  ])('refuses %s in the real words', async (query, message) => {
    const answer = await ask(`/api/v1/namespaces${query}`);
    expect(answer.status).toBe(400);
    expect(json(answer)['message']).toContain(message);
  });

  it('tells its numbers under the names of the real server', async () => {
    const text = (await ask('/metrics')).body.toString();
    for (const name of [
      'apiserver_request_total',
      'apiserver_request_duration_seconds',
      'apiserver_longrunning_requests',
      'apiserver_resource_objects',
    ])
      expect(text).toContain(`# TYPE ${name}`);
    expect(text).toMatch(/apiserver_request_total\{[^}]*resource="configmaps"[^}]*code="201"[^}]*\} [1-9]/);
  });

  it('publishes OpenAPI by hash, and answers 304 to who has it', async () => {
    const index = json(await ask('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
    const url = index.paths['apis/apps/v1']?.serverRelativeURL ?? '';
    const first = await ask(url);
    expect(first.headers['cache-control']).toContain('immutable');
    expect((await ask(url, { 'if-none-match': String(first.headers['etag']) })).status).toBe(304);
    expect((await ask('/openapi/v3/apis/apps/v1?hash=OLD')).status).toBe(301);
  });

  it('logs requests at -v 2', () => {
    expect(lines.some((line) => line.startsWith('GET /openapi/v3'))).toBe(true);
  });

  it('a body beyond 3 MiB is refused', async () => {
    const answer = await ask(
      '/api/v1/namespaces/default/configmaps',
      { ':method': 'POST', 'content-type': 'application/json' },
      `{"data":{"a":"${'x'.repeat(3 * 1024 * 1024)}"}}`,
    );
    expect(answer.status).toBe(413);
  });

  it('its keys never leave the process but in the kubeconfig', () => {
    expect(readFileSync('src/cli/kubeconfig-file.ts', 'utf8')).toContain('0o600');
  });
});
