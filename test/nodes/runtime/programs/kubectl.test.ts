import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../../../src/client/client.js';
import { startCluster, type Cluster } from '../../../../src/index.js';

const namespace = 'default';
const core = (resource: string) => ({ resource: { group: '', version: 'v1', resource }, namespace });
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterrolebindings' };

describe('kubectl in a pod', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 1, speed: 'instant', insecurePort: 0 });
    await cluster.client.create({ resource: RBAC }, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'editor' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace }],
    } as KubeObject);
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const MANIFEST = 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: settings, labels: {a: b}}\\ndata: {colour: red}\\n';
  const cases: readonly (readonly [script: string, output: string | RegExp])[] = [
    [
      `printf '${MANIFEST}' | kubectl apply -f -; printf '${MANIFEST}' | kubectl apply -f -`,
      'configmap/settings created\nconfigmap/settings configured\n',
    ],
    [
      'kubectl get cm settings -o yaml',
      /^apiVersion: v1\ndata:\n {2}colour: red\nkind: ConfigMap\nmetadata:\n {2}creationTimestamp: .*\n {2}labels:\n {4}a: b\n {2}name: settings\n {2}namespace: default\n {2}resourceVersion: "\d+"\n {2}uid: .*\n$/,
    ],
    ['kubectl get cm settings -o json | jq -r .data.colour', 'red\n'],
    ['kubectl get cm settings -o wrong; echo $?', 'error: unable to match a printer suitable for the output format "wrong"\n1\n'],
    ['kubectl get cm -l a=b -o name; kubectl delete cm settings', 'configmap/settings\nconfigmap "settings" deleted\n'],
    ['kubectl auth can-i delete nodes; kubectl auth can-i get pods', 'no\nyes\n'],
    [
      'kubectl get nodes; echo $?',
      /^Error from server \(Forbidden\): nodes is forbidden: User "system:serviceaccount:default:default" cannot list .*\n1\n$/,
    ],
  ];
  it.each(cases)('runs %s', async (script, output) => {
    const name = `kubectl-${String(cases.findIndex(([each]) => each === script))}`;
    await cluster.client.create(core('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'bitnami/kubectl', command: ['sh', '-c', script] }] },
    } as KubeObject);
    await vi.waitFor(async () => {
      expect(await cluster.client.get(core('pods'), name)).toMatchObject({ status: { phase: 'Succeeded' } });
    }, 10_000);
    const log = await (await fetch(`${String(cluster.insecureUrl)}/api/v1/namespaces/${namespace}/pods/${name}/log`)).text();
    if (typeof output === 'string') expect(log).toBe(output);
    else expect(log).toMatch(output);
  });
});
