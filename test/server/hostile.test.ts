import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/apimachinery/random.js';
import { startCluster, type Cluster } from '../../src/index.js';

/** How many requests of each sort; 10,000 in all. */
const EACH = 1000;
const PATH = '/api/v1/namespaces/default/configmaps';

interface Attack {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const random = new SeededRandom('hostile');
const pick = <T>(items: readonly T[]): T => items[random.int(items.length)] as T;
const bytes = (count: number): Buffer => Buffer.from(random.bytes(count));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const post = (body: Buffer, type = 'application/json', path = PATH): Attack => ({
  method: 'POST',
  path,
  headers: { 'content-type': type },
  body,
});
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const valid = json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', labels: { a: 'b' } }, data: { k: 'v' } });
const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/** None of these may succeed in changing anything: bodies are broken, or go to dry runs. */
const SORTS: readonly (readonly [string, () => Attack])[] = [
  ['random bytes', () => post(bytes(random.int(300)), pick(['application/json', 'application/yaml', PROTOBUF]))],
  ['truncated JSON', () => post(valid.subarray(0, random.int(valid.length - 1)))],
  [
    'deep nesting',
    () =>
      post(
        Buffer.from(
          `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"deep"},"data":${pick(['[', '{"a":'])}`.padEnd(
            200 + random.int(20_000),
            pick(['[', '{"a":']),
          ),
        ),
      ),
  ],
  [
    'huge numbers',
    () =>
      post(
        Buffer.from(
          `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n","generation":${pick(['1e999', '9'.repeat(400), '1.5', '-1e309'])}},"immutable":${pick(['1', '1e999'])}}`,
        ),
      ),
  ],
  [
    'prototype keys',
    () =>
      post(
        Buffer.from(
          `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p","__proto__":{"polluted":1},"labels":{"__proto__":"x","constructor":"y"}},"data":{"__proto__":"a","constructor":"b","hasOwnProperty":"c"}}`,
        ),
        'application/json',
        `${PATH}?dryRun=All`,
      ),
  ],
  ['bad UTF-8', () => post(Buffer.concat([valid.subarray(0, 40), bytes(8), valid.subarray(40)]), 'application/json', `${PATH}?dryRun=All`)],
  [
    'odd headers',
    () => ({
      ...post(
        valid,
        pick(['', ';', 'a/b/c', 'application/json; charset=\u00ff', '*/*', 'application/json,application/json', 'text/html']),
        `${PATH}?dryRun=All`,
      ),
      headers: {
        'content-type': pick([';', 'a/b/c', '*/*', 'application/json,x', 'text/html']),
        accept: pick([';q=', '*/*;q=x', 'application/json;as=Table;v=;g=', ',,,', 'application/json;q=9e99']),
        authorization: pick(['Bearer', 'Basic !!!', 'Bearer \t']),
      },
    }),
  ],
  ['broken protobuf', () => post(Buffer.concat([Buffer.from('k8s\0'), bytes(random.int(200))]), PROTOBUF)],
  [
    'broken patches',
    () => ({
      method: 'PATCH',
      path: `${PATH}/kube-root?fieldManager=x`,
      headers: { 'content-type': pick(patchTypes) },
      body: pick([
        bytes(60),
        json([{ op: 'add' }]),
        json([{ op: 'copy', from: '/', path: '/a' }]),
        json({ $patch: 'x', $retainKeys: 5 }),
        json({ metadata: { $setElementOrder: 1 } }),
        Buffer.from('a: &a [*a]'),
      ]),
    }),
  ],
  [
    'odd URLs',
    () => ({
      method: pick(['GET', 'DELETE', 'PUT', 'OPTIONS', 'PROPFIND']),
      path: pick([
        '/api/v1/%zz',
        `${PATH}/%00`,
        `${PATH}?limit=9e9`,
        `${PATH}?labelSelector=${'('.repeat(50)}`,
        `${PATH}?fieldSelector=a%3D%3D%3Db`,
        `${PATH}?continue=${'A'.repeat(200)}`,
        `/apis/${'x/'.repeat(300)}`,
        `${PATH}/..%2f..%2fetc`,
        '/api/v1/namespaces//pods',
        '/%',
        `${PATH}?resourceVersion=${'9'.repeat(40)}`,
      ]),
      headers: {},
      body: Buffer.alloc(0),
    }),
  ],
];

describe('hostile requests', () => {
  let cluster: Cluster;
  let base: URL;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const faults: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 0,
      controllers: ['-*'],
      insecurePort: 0,
      logger: { verbosity: 0, info: () => undefined, error: (message, error) => faults.push(`${message}: ${String(error)}`) },
    });
    base = new URL(cluster.insecureUrl ?? '');
  });
  afterAll(async () => {
    agent.destroy();
    await cluster.stop();
  });

  const send = ({ method, path, headers, body }: Attack): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { host: base.hostname, port: base.port, agent, method, path, headers: { ...headers, 'content-length': String(body.length) } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
        },
      );
      request.on('error', reject);
      request.end(body);
    });

  const state = async (): Promise<string> => {
    const lists = await Promise.all(
      ['configmaps', 'namespaces', 'secrets'].map((resource) => cluster.client.list({ resource: { group: '', version: 'v1', resource } })),
    );
    return JSON.stringify(lists);
  };

  it.each(SORTS)('%s: an answer each time, no fault of ours, and nothing changes', async (_title, make) => {
    faults.length = 0;
    const before = await state();
    const wrong: string[] = [];
    for (let done = 0; done < EACH; done += 16) {
      await Promise.all(
        Array.from({ length: Math.min(16, EACH - done) }, async () => {
          const attack = make();
          const { status, text } = await send(attack);
          // The real server, too, answers 500 to a resourceVersion that is no number.
          const known = status === 500 && text.includes('strconv.ParseUint');
          if (status < 200 || (status >= 500 && !known))
            wrong.push(
              `${String(status)} ${attack.method} ${attack.path.slice(0, 80)} ${attack.body.toString().slice(0, 120)} → ${text.slice(0, 200)}`,
            );
        }),
      );
    }
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(faults.slice(0, 3)).toEqual([]);
    expect(await state()).toBe(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('what isn’t HTTP is hung up on, and the server goes on', async () => {
    for (let i = 0; i < 100; i++) {
      await new Promise<void>((resolve) => {
        const socket = net.connect(Number(base.port), base.hostname, () => socket.end(bytes(200)));
        socket.on('close', () => resolve());
        socket.on('error', () => resolve());
        socket.resume();
      });
    }
    expect((await send({ method: 'GET', path: '/readyz', headers: {}, body: Buffer.alloc(0) })).text).toBe('ok');
  });
});
