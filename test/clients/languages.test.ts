import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { has, run } from './tools.js';

const python = process.env['KUBESIM_PYTHON'] ?? 'python3';
const hasPython = has(python) && run(python, ['-c', 'import kubernetes']).code === 0;
const hasGo = has('go');
if (!hasPython) console.log('Python client: skipped, python3 with the package kubernetes is not here');
if (!hasGo) console.log('client-go and controller-runtime: skipped, go is not here');

let cluster: ClusterProcess;
beforeAll(async () => {
  cluster = await startProcess(['--controllers=-*', '--nodes', '0']);
});
afterAll(async () => {
  expect(await cluster.stop()).toBe(0);
  expect(cluster.output()).not.toContain('fault');
});

describe('clients in other languages', () => {
  it.skipIf(!hasGo)('client-go and controller-runtime pass their suite', () => {
    const { code, stdout, stderr } = run('go', ['test', '-count=1', '-v', './...'], {
      cwd: path.join(root, 'test/clients/go'),
      env: { KUBECONFIG: cluster.kubeconfig },
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.match(/^--- PASS/gm)?.length).toBeGreaterThanOrEqual(5);
  });

  it.skipIf(!hasPython)('the Python client passes its suite', () => {
    const { code, stdout, stderr } = run(python, [path.join(root, 'test/clients/python/clients.py')], {
      env: { KUBECONFIG: cluster.kubeconfig },
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.match(/^ok /gm)?.length).toBeGreaterThanOrEqual(10);
  });

  it.skipIf(!hasPython)('the Python client looks into pods', async () => {
    const alive = await startProcess(['--speed', 'instant']);
    const { code, stdout, stderr } = run(python, [path.join(root, 'test/clients/python/pods.py')], {
      env: { KUBECONFIG: alive.kubeconfig },
    });
    await alive.stop();
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.match(/^ok /gm)).toHaveLength(4);
  });
});
