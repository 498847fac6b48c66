import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { kubectls, run } from './tools.js';

interface WrongManifest {
  readonly of: string;
  readonly change: readonly [string, string];
  /** The server's message; absent where kubectl itself refuses. */
  readonly says?: string;
}

const { bases, cases } = load(readFileSync(path.join(root, 'test/clients/wrong-manifests.yaml'), 'utf8')) as {
  bases: Record<string, string>;
  cases: readonly WrongManifest[];
};

/** From this minor version on kubectl leaves it to the server to find unknown fields. */
const ASKS_THE_SERVER = 25;
const minorOf = (version: string): number => Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? 0);
const found = kubectls().filter(({ version }) => minorOf(version) >= ASKS_THE_SERVER);
if (found.length === 0) console.log('wrong manifests: skipped, there is no kubectl of 1.25 or later on this machine');

const fileOf = (i: number): string => `${String(i).padStart(3, '0')}.yaml`;
const manifests = cases.map(({ of, change: [from, to] }) => {
  const base = bases[of] ?? '';
  return { base, text: base.replace(from, () => to) };
});

/** What kubectl said about each file: `error when creating "…/007.yaml": message`, one after the other, or several in one list. */
function refusals(output: string): Map<string, string> {
  const said = new Map<string, string>();
  for (const [, file = '', message = ''] of output.matchAll(
    /error when creating "[^"]*?(\d{3}\.yaml)": ([^]*?)(?=\n(?:Error from server|\[|error|resource mapping|unable)|\n?$)/g,
  ))
    said.set(file, message.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>'));
  for (const [file] of output.matchAll(/\d{3}\.yaml/g)) if (!said.has(file)) said.set(file, '');
  return said;
}

it('the wrong manifests differ from good ones, and are no two alike', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  for (const [i, { base, text }] of manifests.entries()) expect(text, `${cases[i]?.of ?? ''} ${fileOf(i)}`).not.toBe(base);
  expect(new Set(manifests.map(({ text }) => text)).size).toBe(manifests.length);
});

describe.each(found)('wrong manifests with kubectl $version', ({ program }) => {
  let cluster: ClusterProcess;
  let folder: string;
  let said: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-wrong-'));
    cluster = await startProcess(['--nodes', '0', '--controllers=-*']);
    const env = { KUBECONFIG: cluster.kubeconfig, HOME: folder };
    run(program, ['create', 'serviceaccount', 'default'], { env });
    for (const [part, texts] of [
      ['wrong', manifests.map(({ text }) => text)],
      ['good', Object.values(bases)],
    ] as const) {
      mkdirSync(path.join(folder, part));
      for (const [i, text] of texts.entries()) writeFileSync(path.join(folder, part, fileOf(i)), text);
    }
    // One call for all: it goes on after each refusal, and names the file.
    const { stdout, stderr } = run(program, ['create', '--dry-run=server', '-f', path.join(folder, 'wrong')], { env });
    expect(stdout).toBe('');
    said = refusals(stderr);
  });
  afterAll(async () => {
    expect(await cluster.stop()).toBe(0);
    expect(cluster.output()).not.toContain('fault');
    rmSync(folder, { recursive: true, force: true });
  });

  it('the manifests that they were made of are good', () => {
    const env = { KUBECONFIG: cluster.kubeconfig, HOME: folder };
    const { code, stderr } = run(program, ['create', '--dry-run=server', '-f', path.join(folder, 'good')], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(cases.map((wrong, i) => ({ ...wrong, file: fileOf(i), title: JSON.stringify(wrong.change) })))(
    '$of with $title is refused in the real words',
    ({ file, says }) => {
      expect(said.has(file)).toBe(true);
      const message = said.get(file) ?? '';
      expect(message).not.toMatch(/internal error/i);
      // Where kubectl itself refuses, its words are its own.
      if (message !== '') expect(message).toBe(says);
    },
  );

  it('most of them by the server', () => {
    const answered = [...said.values()].filter((message) => message !== '').length;
    expect(answered).toBeGreaterThanOrEqual(cases.filter(({ says }) => says !== undefined).length - 10);
  });
});
