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

/** Every group that was recorded. */
const ALL = ['configmaps', 'api', 'core', 'groups', 'auth', 'crd', 'ctl'];

/** How the server is to be for a group: only the recordings of `ctl` had controllers, and none had nodes. */
const SERVERS = [
  { name: 'without controllers', flags: ['--controllers=-*', '--nodes', '0'], takes: (group) => !group.startsWith('ctl') },
  // What a step that waits for controllers shows first depends on how quick they are, so a scenario that differs is tried once more.
  { name: 'with controllers', flags: ['--nodes', '0'], takes: (group) => group.startsWith('ctl'), tries: 2 },
];

const shared = path.join(root, '../shared/parity');
const gapsFile = path.join(root, 'test/parity/known-gaps.yaml');
const groups = (option('--groups') ?? ALL.join(',')).split(',');

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
let failed = 0;
let passed = 0;
try {
  for (const server of SERVERS) {
    const wanted = groups.filter(server.takes);
    if (wanted.length > 0) await replay(server, wanted);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/**
 * Replays groups against a fresh server of one kind, and counts what passes and what doesn't.
 * @param {{ name: string, flags: string[], tries?: number }} server
 * @param {string[]} wanted
 */
async function replay({ name, flags, tries = 1 }, wanted) {
  const first = await check(flags, wanted);
  const inScope = (step) => wanted.some((group) => step.startsWith(`${group}-`) || step.startsWith(`${group}/`));
  let unlisted = [...first.found].filter(([step]) => !gaps.steps[step]);
  let recovered = 0;
  for (let left = tries - 1; left > 0 && unlisted.length > 0; left--) {
    const scenarios = [...new Set(unlisted.map(([step]) => step.split('/')[0]))];
    console.log(`once more: ${scenarios.join(', ')}`);
    const again = await check(flags, scenarios);
    const still = unlisted.filter(([step]) => again.found.has(step));
    recovered += unlisted.length - still.length;
    unlisted = still;
  }
  for (const [step, difference] of unlisted) tellDifference(step, difference);
  const closed = Object.keys(gaps.steps).filter((step) => inScope(step) && !first.found.has(step));
  for (const step of closed) console.log(`FAIL ${step}: listed as a known gap, but it passes now; take it off the list`);
  passed += first.passed + recovered;
  failed += unlisted.length + closed.length + first.faults;
  const share = (100 * (first.passed + recovered)) / (first.passed + first.found.size);
  const listed = first.found.size - recovered - unlisted.length;
  console.log(`parity of ${wanted.join(',')} (${name}): ${share.toFixed(1)} %, ${listed} known gaps`);
}

/**
 * One run of parity.mjs against a fresh server.
 * @param {string[]} flags
 * @param {string[]} wanted
 */
async function check(flags, wanted) {
  const cluster = await startProcess([...flags, '--token-auth-file', path.join(shared, 'tokens.csv')]);
  try {
    const report = path.join(folder, 'report.json');
    const run = spawnSync(
      process.execPath,
      [path.join(shared, 'parity.mjs'), 'check', '--server', cluster.url, '--only', wanted.join(','), '--json', report],
      { encoding: 'utf8' },
    );
    process.stdout.write(run.stdout);
    const total = /(\d+) passed, (\d+) failed/.exec(run.stdout);
    if (!total) throw new Error(`parity.mjs told no total: ${run.stderr}`);
    const differences = JSON.parse(readFileSync(report, 'utf8'));
    const found = new Map(differences.map((difference) => [`${difference.scenario}/${difference.step}`, difference]));
    if (process.argv.includes('--list')) writeFileSync(1, [...found.keys()].map((step) => `  ${step}: ''\n`).join(''));
    const hasFaults = cluster.output().includes('unexpected fault');
    if (hasFaults) console.log(`FAIL the server met unexpected faults:\n${cluster.output()}`);
    return { passed: Number(total[1]), found, faults: hasFaults ? 1 : 0 };
  } finally {
    await cluster.stop();
  }
}

/**
 * @param {string} step
 * @param {{ note?: string, diff: { at: string, want: unknown, got: unknown }[] }} difference
 */
function tellDifference(step, { note, diff }) {
  console.log(`FAIL ${step} ${note ?? ''}: an unlisted difference`);
  const short = (value) => JSON.stringify(value)?.slice(0, 300);
  for (const { at, want, got } of diff.slice(0, 3)) console.log(`       ${at}\n         want ${short(want)}\n         got  ${short(got)}`);
}
