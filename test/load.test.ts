import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('the code that V8 makes of the built program', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(path.join(os.tmpdir(), 'kubesim-code-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true });
  });

  /** Runs the program, and tells what it left in the user's cache folder: names and when they were written. */
  const run = (...flags: string[]): Record<string, number> => {
    const { status, stdout } = spawnSync(process.execPath, [...flags, 'dist/bin.js', '--help'], {
      env: { ...process.env, XDG_CACHE_HOME: home },
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('Usage:') as string });
    const folder = path.join(home, 'kubesim', process.version);
    if (!existsSync(folder)) return {};
    return Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).mtimeMs]));
  };

  it('is there from the build', () => {
    expect(run()).toEqual({});
  });

  it('is kept for the user where the build’s does not fit, and taken from there', () => {
    // Another flag of V8, as another version, makes other code.
    const left = run('--no-opt');
    expect(Object.keys(left)).toContainEqual(expect.stringMatching(/^bin-\w+\.code$/));
    expect(run('--no-opt')).toEqual(left);
  });
});
