// What authorization costs: the same requests of an ordinary user, where RBAC decides among 500 roles and 1,000 bindings and
// where everything is allowed. What counts is the processor time of the server, so that other work on the machine disturbs little.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { begin, clientOf, configMap, rate } from './bench-server.mjs';

const ROLES = 500;
const BINDINGS = 1000;
const ROUNDS = 7;
const USER = 'bench';
const RBAC = 'rbac.authorization.k8s.io';
const BASE = '/api/v1/namespaces/default/configmaps';

/** Half of the roles and bindings are of the cluster, half of the namespace. @param {number} i */
const isClusterWide = (i) => i % 2 === 0;

/** @param {number} i */
const role = (i) => ({
  path: isClusterWide(i) ? 'clusterroles' : 'namespaces/default/roles',
  body: {
    metadata: { name: `bench-${i}` },
    rules: [
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: [`things-${i}`], verbs: ['*'] },
    ],
  },
});

/** Every tenth is of the user; the others are of other people. @param {number} i */
const binding = (i) => ({
  path: isClusterWide(i) ? 'clusterrolebindings' : 'namespaces/default/rolebindings',
  body: {
    metadata: { name: `bench-${i}` },
    roleRef: { apiGroup: RBAC, kind: isClusterWide(i) ? 'ClusterRole' : 'Role', name: `bench-${i % ROLES}` },
    subjects: [
      { apiGroup: RBAC, kind: 'User', name: i % 10 === 0 ? USER : `user-${i}` },
      { apiGroup: RBAC, kind: 'Group', name: `group-${i % 50}` },
    ],
  },
});

/** What lets the user do what the benchmark does; its name is the last in the order of names. */
const GRANT = [
  {
    path: 'namespaces/default/roles',
    body: { metadata: { name: 'zz' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }] },
  },
  {
    path: 'namespaces/default/rolebindings',
    body: {
      metadata: { name: 'zz' },
      roleRef: { apiGroup: RBAC, kind: 'Role', name: 'zz' },
      subjects: [{ apiGroup: RBAC, kind: 'User', name: USER }],
    },
  },
];

/** @param {'RBAC' | 'AlwaysAllow'} mode */
async function server(mode) {
  const tokens = path.join(os.tmpdir(), `kubesim-bench-${process.pid}.csv`);
  writeFileSync(tokens, `bench-token,${USER},1\n`, { mode: 0o600 });
  const started = await begin(['--authorization-mode', mode, '--token-auth-file', tokens]);
  rmSync(tokens);
  const admin = clientOf(started.kubeconfig);
  const objects = [
    ...Array.from({ length: ROLES }, (_, i) => role(i)),
    ...Array.from({ length: BINDINGS }, (_, i) => binding(i)),
    ...GRANT,
  ];
  await rate(objects.length, (i) => {
    const object = objects[i];
    return admin.request('POST', `/apis/${RBAC}/v1/${object?.path}`, JSON.stringify(object?.body));
  });
  const user = clientOf(started.kubeconfig, 'bench-token');
  return {
    mode,
    pid: started.child.pid,
    user,
    stop: () => {
      admin.session.destroy();
      user.session.destroy();
      started.child.kill();
      rmSync(started.folder, { recursive: true, force: true });
    },
  };
}

/** Seconds of processor time that a process has had; real time where the system doesn't tell. @param {number | undefined} pid */
function processorTime(pid) {
  if (process.platform !== 'linux') return performance.now() / 1000;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** @param {number} count */
async function round({ user, pid }, count) {
  const before = processorTime(pid);
  await rate(count, (i) => user.request('POST', BASE, JSON.stringify(configMap(i))));
  await rate(count * 3, (i) => user.request('GET', `${BASE}/bench-${i % count}`));
  await rate(count, (i) => user.request('PATCH', `${BASE}/bench-${i}`, '{"data":{"index":"patched"}}', 'application/merge-patch+json'));
  await user.request('DELETE', BASE);
  return processorTime(pid) - before;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** @param {number} count objects a round */
export async function authorizationCost(count) {
  const servers = [await server('AlwaysAllow'), await server('RBAC')];
  const times = new Map(servers.map(({ mode }) => [mode, []]));
  // The first round warms up.
  for (let i = 0; i <= ROUNDS; i++) {
    for (const each of i % 2 === 0 ? servers : [...servers].reverse()) {
      const took = await round(each, count);
      if (i > 0) times.get(each.mode)?.push(took);
    }
  }
  for (const each of servers) each.stop();
  const [allow = 0, rbac = 0] = [...times.values()].map(median);
  console.log(`${ROLES} roles, ${BINDINGS} bindings; processor time of ${count * 5} requests, median of ${ROUNDS} rounds:`);
  console.log(`  where everything is allowed  ${allow.toFixed(2)} s`);
  console.log(`  where RBAC decides           ${rbac.toFixed(2)} s`);
  console.log(`  authorization costs          ${(((rbac - allow) / allow) * 100).toFixed(1)} %`);
}
