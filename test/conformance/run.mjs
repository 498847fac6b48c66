// Runs Kubernetes' own conformance tests against a fresh kubesim and compares what fails with gaps.yaml: an unlisted
// failure fails, and so does a listed one that has started to pass.
//
//   E2E=FILE [KUBECTL=FILE] node test/conformance/run.mjs [CLASSES] [--only REGEX] [--shards N] [--timeout 1h]
//
// E2E is the e2e.test program of Kubernetes v1.36 (`go test -c ./test/e2e` in its tree). The tests, sorted into classes by what
// they need of a cluster (A the API server, B controllers and nodes, C the inside of pods, D a real kernel or network), and the
// script that runs them are beside the project (../shared/reference). All of A, B and C take about half an hour.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { load } from 'js-yaml';
import { root, startProcess } from '../support/cluster-process.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '.' },
    shards: { type: 'string', default: '6' },
    timeout: { type: 'string', default: '1h' },
  },
});
const classes = positionals[0] ?? 'ABC';
const script = path.join(root, '../shared/reference/suites/conformance.sh');

const lacks = lacking();
if (lacks !== undefined) {
  console.log(`conformance: skipped, ${lacks}`);
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

/** @type {{ name: string, reason: string }[]} */
const listed = load(readFileSync(path.join(root, 'test/conformance/gaps.yaml'), 'utf8')) ?? [];
const gaps = new Map(listed.map(({ name, reason }) => [name, reason]));
const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-conformance-'));
const failing = new Map();
/** @type {string[]} */
const totals = [];
const cluster = await startProcess();
try {
  const suite = spawn('bash', [script, path.join(folder, 'out'), classes, values.shards, values.only], {
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig, TIMEOUT: values.timeout },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(suite.stdout)) {
    const [, name, why] = /^FAIL \w (.*?) :: (.*)$/.exec(line) ?? [];
    if (name !== undefined) failing.set(name, why);
    else if (/^[A-D] \d+\/\d+$/.test(line)) totals.push(line);
  }
} finally {
  await cluster.stop();
}

const unlisted = [...failing].filter(([name]) => !gaps.has(name));
for (const [name, why] of unlisted) console.log(`FAIL ${name}: ${why}`);
const ran = new Set(readFileSync(path.join(folder, 'out/names'), 'utf8').split('\n'));
const closed = [...gaps.keys()].filter((name) => ran.has(name) && !failing.has(name));
for (const name of closed) console.log(`FAIL ${name}: passes now; take it out of gaps.yaml`);
for (const total of totals) console.log(total);
const failed = unlisted.length + closed.length;
console.log(`${ran.size - failing.size} passed, ${failed} failed, ${failing.size - unlisted.length} known gaps; what they said: ${folder}`);
process.exit(failed === 0 && totals.length > 0 ? 0 : 1);

/** What is missing for a run, in words. */
function lacking() {
  const { E2E = '' } = process.env;
  if (E2E === '') return 'E2E names no e2e.test';
  if (!existsSync(E2E)) return `${E2E} is not there`;
  if (!existsSync(script)) return 'the list of tests (../shared/reference) is not here';
  return undefined;
}
