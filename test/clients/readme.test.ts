import { readFileSync, mkdtempSync, rmSync, writeFileSync, mkdirSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startProcess, type ClusterProcess } from '../support/cluster-process.mjs';
import { has, run } from './tools.js';

interface Block {
  readonly language: string;
  readonly mode: string;
  readonly text: string;
}

const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const blocks: Block[] = [...readme.matchAll(/```(\w+) ?(\w*)\n([\s\S]*?)```/g)].map(([, language = '', mode = '', text = '']) => ({
  language,
  mode,
  text,
}));
const lines = (mode: string): string[] =>
  blocks.filter((block) => block.language === 'sh' && block.mode === mode).flatMap((block) => block.text.trim().split('\n'));
const hasKubectl = has('kubectl');
if (!hasKubectl) console.log('README: the commands with kubectl are skipped, it is not here');

describe('README.md', () => {
  let cluster: ClusterProcess;
  beforeAll(async () => {
    cluster = await startProcess([]);
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it('has every sort of block that is tested here, and no other', () => {
    expect(new Set(blocks.map(({ language, mode }) => `${language} ${mode}`))).toEqual(new Set(['sh ', 'sh run', 'sh session', 'ts ']));
  });

  it('installs and runs as package.json says', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    expect(lines('')).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    expect(scripts).toMatchObject({ start: 'node dist/bin.js', test: 'vitest run' });
  });

  it.skipIf(!hasKubectl).each(lines('run'))('%s', (command) => {
    const { code, stdout, stderr } = run('sh', ['-c', command], { cwd: root });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).not.toBe('');
  });

  it.skipIf(!hasKubectl)('the session in kubectl works line by line', () => {
    for (const command of lines('session')) {
      const { code, stderr } = run('sh', ['-c', command], { cwd: root, env: { KUBECONFIG: cluster.kubeconfig } });
      expect({ command, code, stderr }).toMatchObject({ command, code: 0 });
    }
  });

  it('the library example runs', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-readme-'));
    try {
      mkdirSync(path.join(folder, 'node_modules'));
      symlinkSync(root, path.join(folder, 'node_modules/kubesim'));
      const source = blocks.find(({ language }) => language === 'ts')?.text ?? '';
      writeFileSync(path.join(folder, 'example.ts'), source);
      // `await using` is beyond Node 20 itself; test runners compile it, as esbuild does here.
      const built = run(
        path.join(root, 'node_modules/.bin/esbuild'),
        ['example.ts', '--target=node20', '--format=esm', '--outfile=example.mjs'],
        { cwd: folder },
      );
      expect(built.code, built.stderr).toBe(0);
      const { code, stdout, stderr } = run(process.execPath, ['example.mjs'], { cwd: folder });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/^3 https:\/\/127\.0\.0\.1:\d+ \d+\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
