import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../support/cluster-process.mjs';
import { has, run, type Outcome } from './tools.js';

/**
 * A kubebuilder-style operator whose suite uses controller-runtime's envtest,
 * unchanged: once with the launchers of `kubesim assets`, and once with the
 * real programs where KUBESIM_REAL_ASSETS names a folder of them (setup-envtest
 * makes one).
 */
const folder = path.join(root, 'test/clients/operator');
const real = process.env['KUBESIM_REAL_ASSETS'] ?? process.env['KUBEBUILDER_ASSETS'];
const hasReal = real !== undefined && ['kube-apiserver', 'etcd'].every((name) => has(path.join(real, name)));
const hasGo = has('go');
if (!hasGo) console.log('operator: skipped, go is not here');
if (!hasReal) console.log('operator on the real programs: skipped, KUBESIM_REAL_ASSETS names no kube-apiserver and etcd');

/** Starts are compared by the best of so many. */
const STARTS = 3;
const TIMES_FASTER = 5;

describe.skipIf(!hasGo)('an operator with webhooks and envtest', () => {
  const work = mkdtempSync(path.join(os.tmpdir(), 'kubesim-operator-'));
  const assets = path.join(work, 'assets');
  const program = path.join(work, 'operator.test');
  beforeAll(() => {
    const built = run('go', ['test', '-c', '-o', program, '.'], { cwd: folder });
    expect(built.code, built.stderr).toBe(0);
    expect(run(process.execPath, [path.join(root, 'dist/bin.js'), 'assets', assets]).code).toBe(0);
  });
  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  const suite = (binaries: string, ...args: readonly string[]): Outcome =>
    run(program, ['-test.v', ...args], { cwd: folder, env: { KUBEBUILDER_ASSETS: binaries } });
  const fastestStart = (binaries: string): number =>
    Math.min(
      ...Array.from({ length: STARTS }, () => {
        const { stdout } = suite(binaries, '-test.run=^$');
        return Number(/envtest started in (\d+) ms/.exec(stdout)?.[1]);
      }),
    );

  it('passes its suite on kubesim', () => {
    const { code, stdout, stderr } = suite(assets);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout.match(/^--- PASS/gm)?.length).toBeGreaterThanOrEqual(6);
    expect(stderr).not.toContain('unexpected fault');
  });

  it.skipIf(!hasReal)('passes it on the real programs too', () => {
    const { code, stdout, stderr } = suite(real ?? '');
    expect(code, stdout + stderr).toBe(0);
  });

  it.skipIf(!hasReal)(`starts ${String(TIMES_FASTER)} times faster on kubesim`, () => {
    const ours = fastestStart(assets);
    const theirs = fastestStart(real ?? '');
    console.log(`envtest starts in ${String(ours)} ms on kubesim, in ${String(theirs)} ms on the real programs`);
    expect(theirs / ours).toBeGreaterThanOrEqual(TIMES_FASTER);
  });

  it('has a kubectl that is the one on the PATH, or says that there is none', () => {
    const empty = mkdtempSync(path.join(work, 'empty-'));
    const none = run(path.join(assets, 'kubectl'), ['version'], { env: { PATH: `${empty}` } });
    expect([none.code, none.stderr]).toEqual([127, expect.stringContaining('there is none on the PATH')]);
  });
});
