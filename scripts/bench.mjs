// Figures of this build: in process and over HTTPS, start-up and memory.
//
//   npm run bench                          all of it
//   npm run bench -- --against KUBECONFIG  the HTTPS figures of another server beside ours, in the same run
//   npm run bench -- --objects 5000        more objects (default 2000)
//   npm run bench -- --authorization       instead: what RBAC costs with 500 roles and 1,000 bindings
//
// The Go load generator in ../shared/bench/load, where it is, loads a server harder than this client in JavaScript can.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { authorizationCost } from './bench-authorization.mjs';
import { begin, clientOf, configMap, rate, root } from './bench-server.mjs';
import { clusterFigures } from './bench-cluster.mjs';

const { values } = parseArgs({
  options: { against: { type: 'string' }, objects: { type: 'string', default: '2000' }, authorization: { type: 'boolean' } },
});
const count = Number(values.objects);
const WATCHERS = 50;

if (values.authorization === true) {
  await authorizationCost(count);
  process.exit();
}

/** @param {string} kubeconfig */
async function overHttps(kubeconfig) {
  const { session, request, token } = clientOf(kubeconfig);
  const namespace = JSON.parse(
    (await request('POST', '/api/v1/namespaces', JSON.stringify({ metadata: { generateName: 'bench-' } }))).toString(),
  ).metadata.name;
  const base = `/api/v1/namespaces/${namespace}/configmaps`;
  const stored = [];
  const figures = {};
  figures['create/s'] = await rate(count, (i) => request('POST', base, JSON.stringify(configMap(i))));
  figures['get/s'] = await rate(count, async (i) => (stored[i] = await request('GET', `${base}/bench-${i}`)));
  figures['update/s'] = await rate(count, (i) =>
    request('PUT', `${base}/bench-${i}`, stored[i].toString().replace('"payload":"x', '"payload":"y')),
  );
  figures['patch/s'] = await rate(count, (i) =>
    request('PATCH', `${base}/bench-${i}`, '{"data":{"index":"patched"}}', 'application/merge-patch+json'),
  );
  figures['apply/s'] = await rate(Math.ceil(count / 5), (i) =>
    request('PATCH', `${base}/bench-${i}?fieldManager=bench&force=true`, JSON.stringify(configMap(i)), 'application/apply-patch+yaml'),
  );
  let began = performance.now();
  for (let i = 0; i < 10; i++) await request('GET', base);
  figures['list ms'] = Math.round((performance.now() - began) / 10);

  const { resourceVersion } = JSON.parse((await request('GET', `${base}?limit=1`)).toString()).metadata;
  const events = 200;
  let seen = 0;
  await new Promise((resolve, reject) => {
    for (let w = 0; w < WATCHERS; w++) {
      const stream = session.request({ ':path': `${base}?watch=1&resourceVersion=${resourceVersion}`, ...token });
      stream.on('error', reject);
      stream.on('data', (chunk) => {
        for (const byte of chunk) if (byte === 10) seen++;
        if (seen >= WATCHERS * events) resolve();
      });
    }
    began = performance.now();
    rate(events, (i) => request('POST', base, JSON.stringify(configMap(count + i)))).catch(reject);
  });
  figures['watch events/s'] = Math.round((WATCHERS * events) / ((performance.now() - began) / 1000));
  await request('DELETE', base);
  session.destroy();
  return figures;
}

async function inProcess() {
  const { startCluster } = await import(path.join(root, 'dist/index.js'));
  const cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
  const target = { resource: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'default' };
  const stored = [];
  const figures = {};
  figures['create/s'] = await rate(count, async (i) => (stored[i] = await cluster.client.create(target, configMap(i))));
  figures['get/s'] = await rate(count, (i) => cluster.client.get(target, `bench-${i}`));
  figures['update/s'] = await rate(count, (i) => cluster.client.update(target, { ...stored[i], data: { index: 'new' } }));
  figures['patch/s'] = await rate(count, (i) => cluster.client.patch(target, `bench-${i}`, 'merge', { data: { index: 'patched' } }));
  figures['apply/s'] = await rate(Math.ceil(count / 5), (i) =>
    cluster.client.patch(target, `bench-${i}`, 'apply', configMap(i), { fieldManager: 'bench', force: true }),
  );
  const began = performance.now();
  for (let i = 0; i < 10; i++) await cluster.client.list(target);
  figures['list ms'] = Math.round(((performance.now() - began) / 10) * 100) / 100;
  await cluster.stop();
  return figures;
}

/** Milliseconds to readiness (median of ten) and megabytes when idle. */
async function startUp() {
  const times = [];
  let memory = 0;
  for (let i = 0; i < 10; i++) {
    const { child, took, folder } = await begin();
    times.push(took);
    if (process.platform === 'linux')
      memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    child.kill();
    await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
  return { 'start-up ms (median of 10)': Math.round(times.sort((a, b) => a - b)[5] ?? 0), 'idle MB': Math.round(memory) };
}

const columns = {};
process.stderr.write('start-up…\n');
const start = await startUp();
process.stderr.write('in process…\n');
columns['in process'] = await inProcess();
process.stderr.write('over HTTPS…\n');
const ours = await begin();
columns['over HTTPS'] = await overHttps(ours.kubeconfig);
ours.child.kill();
rmSync(ours.folder, { recursive: true, force: true });
if (values.against !== undefined) {
  process.stderr.write('the other server…\n');
  columns['the other'] = await overHttps(values.against);
}
process.stderr.write('a cluster…\n');
const cluster = await clusterFigures();
for (const [name, value] of Object.entries({ ...start, ...cluster })) console.log(`${name}: ${value}`);
const names = [...new Set(Object.values(columns).flatMap((figures) => Object.keys(figures)))];
console.log(
  `\n${''.padEnd(18)}${Object.keys(columns)
    .map((name) => name.padStart(14))
    .join('')}`,
);
for (const name of names)
  console.log(
    `${name.padEnd(18)}${Object.values(columns)
      .map((figures) => String(figures[name] ?? '').padStart(14))
      .join('')}`,
  );
