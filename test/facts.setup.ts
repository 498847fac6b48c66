import { spawnSync } from 'node:child_process';

/** Compiles the facts, so that tests see openapi/ as it is now. */
export default function setup(): void {
  const { status } = spawnSync(process.execPath, ['scripts/generate.mjs'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('scripts/generate.mjs failed');
}
