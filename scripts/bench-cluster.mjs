// Figures of a whole cluster: how soon it settles, and what it costs when it is idle. `npm run bench` prints them.
//
//   node scripts/bench-cluster.mjs
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };
const CRON_JOBS = { group: 'batch', version: 'v1', resource: 'cronjobs' };
const JOBS = { group: 'batch', version: 'v1', resource: 'jobs' };
const inDefault = (resource) => ({ resource, namespace: 'default' });

/** @param {string} name @param {number} replicas */
const deployment = (name, replicas) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }] } },
  },
});

const cronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'often' },
  spec: {
    schedule: '*/5 * * * *',
    successfulJobsHistoryLimit: 1000,
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox', command: ['true'] }] } } },
    },
  },
};

/** Milliseconds of wall time and of processor time that some work takes. */
async function timed(work) {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: Math.round(performance.now() - began), cpu: Math.round((user + system) / 1000) };
}

const text = ({ wall, cpu }) => `${wall} ms (processor ${cpu} ms)`;

/** Each with the bound that is promised. @returns {Promise<Record<string, string>>} */
export async function clusterFigures() {
  const { startCluster } = await import(pathToFileURL(path.join(root, 'dist/index.js')).href);
  const figures = {};
  /** @param {object} options @param {(cluster: any) => Promise<void>} measure */
  const withCluster = async (options, measure) => {
    const cluster = await startCluster({ speed: 'instant', ...options });
    await cluster.settled();
    await measure(cluster);
    await cluster.stop();
  };
  const deploy = async (cluster, name, replicas) => {
    await cluster.client.create(inDefault(DEPLOYMENTS), deployment(name, replicas));
    await cluster.settled();
  };
  await withCluster({}, async (cluster) => {
    await deploy(cluster, 'warm-up', 10);
    figures['Deployment of 10 settled (<= 100 ms)'] = text(await timed(() => deploy(cluster, 'ten', 10)));
    await cluster.client.create({ resource: NAMESPACES }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } });
    const target = { resource: CONFIG_MAPS, namespace: 'full' };
    for (let i = 0; i < 500; i++) await cluster.client.create(target, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${i}` } });
    const remove = async () => {
      await cluster.client.delete({ resource: NAMESPACES }, 'full');
      await cluster.settled();
    };
    figures['namespace of 500 objects gone (<= 2000 ms)'] = text(await timed(remove));
  });
  await withCluster({ nodes: 100 }, async (cluster) => {
    figures['1,000 pods on 100 nodes settled (<= 5000 ms)'] = text(await timed(() => deploy(cluster, 'thousand', 1000)));
    await pause(3000);
    const { wall, cpu } = await timed(() => pause(20_000));
    figures['idle with them (<= 3 % of a core)'] = `${((100 * cpu) / wall).toFixed(2)} %`;
  });
  await withCluster({ clock: 'virtual' }, async (cluster) => {
    await cluster.client.create(inDefault(CRON_JOBS), cronJob);
    const day = await timed(() => cluster.clock.advance('24h'));
    const { items } = await cluster.client.list(inDefault(JOBS));
    figures['a day of a CronJob every 5 minutes (<= 5000 ms)'] = `${text(day)}, ${items.length} jobs`;
  });
  return figures;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, value] of Object.entries(await clusterFigures())) console.log(`${name}: ${value}`);
}
