// Replays the real server's recorded answers against a fresh kubesim and compares the differences with known-gaps.yaml:
// an unlisted difference fails, and so does a listed one that has started to pass.
//
//   node test/parity/run.mjs [--groups api,configmaps] [--update]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { root, startProcess } from '../support/cluster-process.mjs';

/** Groups and scenarios that are done; the others wait for CEL, webhooks and controllers. */
const DONE = [
  'configmaps',
  'api',
  'core',
  'groups',
  'auth',
  ...['definitions', 'objects', 'structural', 'validation', 'defaults', 'subresources', 'versions'].map((name) => `crd-${name}`),
];

const shared = path.join(root, '../shared/parity');
const gapsFile = path.join(root, 'test/parity/known-gaps.yaml');
const groups = option('--groups') ?? DONE.join(',');

/** @param {string} name */
function option(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

if (!existsSync(path.join(shared, 'parity.mjs'))) {
  console.log('parity: skipped, the recordings (../shared/parity) are not here');
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

/** @type {{ steps: Record<string, string> }} step → reason */
const gaps = load(readFileSync(gapsFile, 'utf8'));
const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-parity-'));
const cluster = await startProcess(['--controllers=-*', '--nodes', '0', '--token-auth-file', path.join(shared, 'tokens.csv')]);
let failed = 0;
let passed = 0;
try {
  const report = path.join(folder, 'report.json');
  const run = spawnSync(
    process.execPath,
    [path.join(shared, 'parity.mjs'), 'check', '--server', cluster.url, '--only', groups, '--json', report],
    { encoding: 'utf8' },
  );
  process.stdout.write(run.stdout);
  const total = /(\d+) passed, (\d+) failed/.exec(run.stdout);
  if (!total) throw new Error(`parity.mjs told no total: ${run.stderr}`);
  const differences = JSON.parse(readFileSync(report, 'utf8'));
  const found = new Map(differences.map((difference) => [`${difference.scenario}/${difference.step}`, difference]));
  const inScope = (step) => groups.split(',').some((group) => step.startsWith(`${group}-`) || step.startsWith(`${group}/`));
  if (process.argv.includes('--list')) writeFileSync(1, [...found.keys()].map((step) => `  ${step}: ''\n`).join(''));
  for (const [step, difference] of found) {
    if (gaps.steps[step]) continue;
    failed++;
    console.log(`FAIL ${step} ${difference.note ?? ''}: an unlisted difference`);
    for (const { at, want, got } of difference.diff.slice(0, 3))
      console.log(
        `       ${at}\n         want ${JSON.stringify(want)?.slice(0, 300)}\n         got  ${JSON.stringify(got)?.slice(0, 300)}`,
      );
  }
  for (const step of Object.keys(gaps.steps).filter(inScope)) {
    if (found.has(step)) continue;
    failed++;
    console.log(`FAIL ${step}: listed as a known gap, but it passes now; take it off the list`);
  }
  passed = Number(total[1]);
  const listed = Number(total[2]) - [...found.keys()].filter((step) => !gaps.steps[step]).length;
  if (cluster.output().includes('unexpected fault')) {
    failed++;
    console.log(`FAIL the server met unexpected faults:\n${cluster.output()}`);
  }
  console.log(`parity of ${groups}: ${((100 * passed) / (passed + Number(total[2]))).toFixed(1)} %, ${listed} known gaps`);
} finally {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
