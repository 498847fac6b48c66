import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import nodeModule from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';

// Only in Node 22.8 and later.
it.runIf('enableCompileCache' in nodeModule)('keeps what V8 compiled in the user’s cache folder', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-cache-'));
  try {
    const { status } = spawnSync(process.execPath, ['dist/bin.js', '--help'], { env: { ...process.env, XDG_CACHE_HOME: folder } });
    expect(status).toBe(0);
    expect(readdirSync(path.join(folder, 'kubesim'))).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
