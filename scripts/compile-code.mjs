/**
 * Leaves beside the built modules the code that V8 makes of them (src/load.ts): of what
 * a start and the first requests need, which is why this starts a cluster and uses it.
 * Usage: node compile-code.mjs DIST MODULE
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const [dist = '', program] = process.argv.slice(2);
const { load, saveCode } = createRequire(import.meta.url)(path.resolve(dist, 'load.cjs'));
const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-build-'));
process.once('exit', () => rmSync(folder, { recursive: true }));

const port = await freePort();
const flags = ['--secure-port', '0', '--insecure-port', String(port), '--kubeconfig', path.join(folder, 'kubeconfig'), '--quiet'];
process.argv.splice(2, Infinity, ...flags);
load(program);
await until(() => ask('GET', '/readyz'));
await useIt();
saveCode(path.join(dist, 'chunks'));
process.emit('SIGTERM');

/** What a first tutorial does. */
async function useIt() {
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
  const deployments = '/apis/apps/v1/namespaces/default/deployments';
  await until(() => ask('GET', '/api/v1/namespaces/default/serviceaccounts/default'));
  for (const document of ['/api', '/apis', '/apis/apps/v1', '/openapi/v3']) await ask('GET', document);
  await ask('POST', deployments, { metadata: { name: 'web' }, spec: { replicas: 3, selector: { matchLabels: labels }, template } });
  await until(async () => (await ask('GET', `${deployments}/web`)).status?.availableReplicas === 3);
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: labels, ports: [{ port: 80 }] } };
  await ask('PATCH', '/api/v1/namespaces/default/services/web?fieldManager=build', service, 'application/apply-patch+yaml');
  await ask('PATCH', `${deployments}/web`, { spec: { replicas: 1 } }, 'application/strategic-merge-patch+json');
  await ask('GET', '/api/v1/namespaces/default/pods', undefined, undefined, 'application/json;as=Table;v=v1;g=meta.k8s.io');
  await ask('DELETE', `${deployments}/web`);
}

/** Answers the body's value; false where the server refuses or isn't there yet. */
async function ask(method, url, body, type = 'application/json', accept = 'application/json') {
  const headers = { accept, 'content-type': type };
  try {
    const response = await globalThis.fetch(`http://127.0.0.1:${port}${url}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    return response.ok && (text.startsWith('{') ? JSON.parse(text) : text);
  } catch {
    return false;
  }
}

/** @param {() => Promise<unknown>} condition */
async function until(condition) {
  const last = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > last) throw new Error('the cluster that was built does not work');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
