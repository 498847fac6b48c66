// Runs Kubernetes' own kubectl suite (test/cmd of its source tree) against a fresh kubesim and compares what fails with
// kubectl-suite-gaps.yaml: an unlisted failure fails, and so does a listed one that has started to pass.
//
//   KUBERNETES_TREE=TREE node test/clients/kubectl-suite.mjs [run_FUNCTION …]
//
// TREE is a source tree of Kubernetes v1.36 whose _output/bin holds kubectl and kubectl-convert. What each function said is left in
// the folder that is named at the end.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { load } from 'js-yaml';
import { root, startProcess } from '../support/cluster-process.mjs';

const tree = process.env.KUBERNETES_TREE ?? '';
const missing = ['test/cmd/legacy-script.sh', '_output/bin/kubectl', '_output/bin/kubectl-convert'].filter(
  (file) => tree === '' || !existsSync(path.join(tree, file)),
);
if (missing.length > 0) {
  console.log(
    tree === ''
      ? 'kubectl suite: skipped, KUBERNETES_TREE names no source tree'
      : `kubectl suite: skipped, ${tree} lacks ${missing.join(', ')}`,
  );
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

/**
 * As hack/make-rules/test-cmd.sh starts the real server: controllers, but no scheduler and no nodes; everything is allowed; and
 * nobody gives nodes a podCIDR (--allocate-node-cidrs is off there).
 */
const FLAGS = [
  '--controllers=*,-kube-scheduler,-node-ipam-controller',
  '--nodes=0',
  '--authorization-mode=RBAC,AlwaysAllow',
  '--enable-admission-plugins=LimitRanger,ResourceQuota',
  '--disable-admission-plugins=ServiceAccount,DefaultStorageClass,DefaultTolerationSeconds,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,StorageObjectInUseProtection',
  '--service-cluster-ip-range=10.0.0.0/24',
  `--client-ca-file=${path.join(tree, 'hack/testdata/ca/ca.crt')}`,
  `--token-auth-file=${path.join(tree, 'hack/testdata/auth-tokens.csv')}`,
];

/** @type {{ functions: Record<string, string> }} function → reason */
const { functions: gaps } = load(readFileSync(path.join(root, 'test/clients/kubectl-suite-gaps.yaml'), 'utf8'));
const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-kubectl-suite-'));
const cluster = await startProcess(FLAGS);
let passed = 0;
let failed = 0;
try {
  // The suite wants the serving certificate where --cert-dir would have it.
  copyFileSync(cluster.caFile, path.join(folder, 'apiserver.crt'));
  const suite = spawn('bash', [path.join(root, 'test/clients/kubectl-suite.sh'), tree, cluster.url, folder, ...process.argv.slice(2)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(suite.stdout)) judge(line);
} finally {
  await cluster.stop();
}
console.log(`${passed} passed, ${failed} failed; what they said: ${folder}`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

/** @param {string} line */
function judge(line) {
  const [, outcome, name = ''] = /^(ok|FAIL)\s+(run_\w+)$/.exec(line) ?? [];
  if (outcome === undefined) return;
  const reason = gaps[name];
  const isAsExpected = (outcome === 'ok') === (reason === undefined);
  if (isAsExpected) passed++;
  else failed++;
  if (reason === undefined) console.log(line);
  else console.log(outcome === 'ok' ? `FAIL ${name}: passes now; take it out of kubectl-suite-gaps.yaml` : `gap  ${name}: ${reason}`);
}
