// Builds dist/: facts, the bundled program and library, and type declarations.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildModules } from './build-modules.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// KUBESIM_DIST builds elsewhere, so that two checks of a working copy don't disturb each other.
const dist = process.env['KUBESIM_DIST'] ?? path.join(root, 'dist');

/** @param {string[]} command */
function run(...command) {
  const { status } = attempt(...command);
  if (status !== 0) process.exit(status ?? 1);
}

/** @param {string[]} command */
function attempt(...command) {
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
}

const common = /** @type {const} */ ({
  absWorkingDir: root,
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  logLevel: 'warning',
});

// Facts stay: a server or a test may be reading them.
for (const old of ['chunks', 'types']) rmSync(path.join(dist, old), { recursive: true, force: true });
run('scripts/generate.mjs', dist);
const program = await buildModules(common, dist);
// CommonJS, since Node starts that soonest.
await build({
  ...common,
  entryPoints: { etcd: 'src/etcd.ts', load: 'src/load.ts' },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
});
// Where nothing may listen the first start makes it.
if (attempt('scripts/compile-code.mjs', dist, program).status !== 0) console.warn('no compiled code is kept; the first start takes longer');
if (!process.argv.includes('--no-types')) run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
