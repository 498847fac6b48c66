import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { assets } from '../../src/cli/assets.js';
import { UsageError } from '../../src/cli/flags.js';
import { LooseFlags } from '../../src/cli/stand-in/loose-flags.js';

describe('kubesim assets', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-assets-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes launchers that can be run', async () => {
    expect(await assets([folder])).toBe(0);
    for (const name of ['kube-apiserver', 'etcd', 'kubectl']) {
      const file = path.join(folder, name);
      expect(statSync(file).mode & 0o111).toBe(0o111);
      expect(readFileSync(file, 'utf8')).toMatch(/^#!\/bin\/sh\n/);
    }
    expect(readFileSync(path.join(folder, 'etcd'), 'utf8')).toMatch(/etcd\.cjs' "\$@"\n$/);
  });

  it('wants one directory', () => {
    expect(() => assets([])).toThrow(UsageError);
    expect(() => assets([path.join(folder, 'etcd', 'below')])).toThrow(/can't write to/);
  });

  it('reads flags of other programs without knowing them all', () => {
    const flags = new LooseFlags(['--a=1', '--b', '2', '--switch', '--c=x,y', '--c=z', '--empty=', 'stray']);
    expect(flags.names).toEqual(['a', 'b', 'switch', 'c', 'empty']);
    expect([flags.last('a'), flags.last('b'), flags.last('switch'), flags.last('empty'), flags.last('none')]).toEqual([
      '1',
      '2',
      'true',
      undefined,
      undefined,
    ]);
    expect(flags.list('c')).toEqual(['x', 'y', 'z']);
  });
});
