import { readFileSync } from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProcess, type ClusterProcess } from '../support/cluster-process.mjs';

/** The definitions of a large platform. */
const COUNT = 500;
const FIELDS = 1000;
/** Seconds that all of them may take, and megabytes that the process may have then. */
const MAX_SECONDS = 10;
const MAX_MEGABYTES = 400;
/** Milliseconds until a new definition is served, discovered and published. */
const SOON = 100;

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
let cluster: ClusterProcess;
let base = '';

function request(method: string, path: string, body?: Buffer, accept = 'application/json'): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { accept, ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }) };
    const sent = http.request(base + path, { method, agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Ten groups of ten objects with ten fields each, in each of them ten, a description for every field. */
function definition(i: number): Buffer {
  const leaf = (j: number): object => ({
    type: ['string', 'integer', 'boolean'][j % 3],
    description: `Says how much of field ${String(j)} there is to be.`,
  });
  const group = (n: number, make: (j: number) => object): object => ({
    type: 'object',
    description: 'A group of fields that belong together.',
    properties: Object.fromEntries(Array.from({ length: n }, (_, j) => [`field${String(j)}`, make(j)])),
  });
  const spec = group(10, () => group(10, () => group(10, leaf)));
  const plural = `things${String(i)}`;
  return Buffer.from(
    JSON.stringify({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.g${String(i % 50)}.platform.example.com` },
      spec: {
        group: `g${String(i % 50)}.platform.example.com`,
        scope: 'Namespaced',
        names: { plural, kind: `Thing${String(i)}` },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
      },
    }),
  );
}

const megabytes = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(cluster.pid)}/status`, 'utf8'))?.[1] ?? 0) / 1024;

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check()));
}

describe('Definitions of custom resources', () => {
  beforeAll(async () => {
    cluster = await startProcess(['--controllers=-*', '--nodes', '0', '--insecure-port', '0']);
    base = /plain HTTP as admin: (\S+)/.exec(cluster.output())?.[1] ?? '';
  });
  afterAll(async () => {
    agent.destroy();
    await cluster.stop();
    expect(cluster.output()).not.toContain('unexpected fault');
  });

  it(`are served, discovered and published within ${String(SOON)} ms`, async () => {
    // The documents of everything else are made by whoever asks first.
    await request('GET', '/openapi/v3');
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const path = `/apis/g${String(i)}.platform.example.com/v1`;
      const body = definition(i);
      const started = performance.now();
      expect((await request('POST', DEFINITIONS, body)).status).toBe(201);
      await until(async () => (await request('GET', `${path}/things${String(i)}`)).status === 200);
      await until(async () => (await request('GET', path)).text.includes(`things${String(i)}`));
      await until(async () => (await request('GET', `/openapi/v3${path}`)).text.includes(`Thing${String(i)}`));
      times.push(performance.now() - started);
    }
    console.log(`a new definition is there after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThan(SOON);
  });

  it.skipIf(process.platform !== 'linux')(`load by the hundred in ${String(MAX_SECONDS)} s and ${String(MAX_MEGABYTES)} MB`, async () => {
    const bodies = Array.from({ length: COUNT }, (_, i) => definition(i + 100));
    const started = performance.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < bodies.length; i = next++) expect((await request('POST', DEFINITIONS, bodies[i])).status).toBe(201);
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const last = `/apis/g${String((COUNT + 99) % 50)}.platform.example.com/v1/things${String(COUNT + 99)}`;
    await until(async () => (await request('GET', last)).status === 200);
    const seconds = (performance.now() - started) / 1000;
    const loaded = megabytes();
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    expect((await request('GET', '/apis', undefined, accept)).text).toContain(`things${String(COUNT + 99)}`);
    console.log(`${String(COUNT)} definitions of ${String(FIELDS)} fields: ${seconds.toFixed(1)} s, ${loaded.toFixed(0)} MB`);
    expect(seconds).toBeLessThan(MAX_SECONDS);
    expect(loaded).toBeLessThan(MAX_MEGABYTES);
  });
});
