import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe('the documents', () => {
  it('README lists the known gaps as they are', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/known-gaps.mjs', '--check'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('ARCHITECTURE gives a reason for every dependency', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    for (const name of Object.keys(dependencies)) expect(text).toContain(`| ${name} |`);
  });

  it('ARCHITECTURE names only folders that exist', () => {
    const text = readFileSync('ARCHITECTURE.md', 'utf8');
    for (const [, folder = ''] of text.matchAll(/(src\/[a-z]+\/)/g)) expect(existsSync(folder), folder).toBe(true);
  });
});
