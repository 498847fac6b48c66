// Builds dist/: facts, the bundled program and library, and type declarations.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
// KUBESIM_DIST builds elsewhere, so that two checks of a working copy don't disturb each other.
const dist = process.env['KUBESIM_DIST'] ?? path.join(root, 'dist');

/** @param {string[]} command */
function run(...command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

// Facts stay: a server or a test may be reading them.
for (const old of ['chunks', 'types']) rmSync(path.join(dist, old), { recursive: true, force: true });
run('scripts/generate.mjs', dist);
await build({
  absWorkingDir: root,
  entryPoints: { index: 'src/index.ts', bin: 'src/bin.ts', 'tool-thread': 'src/nodes/runtime/programs/text/thread.mjs' },
  outdir: dist,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  // What Fastify requires only for schemas, logging and injected requests, none of which we use.
  external: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request', 'pino'],
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS dependencies look for these.
  banner: {
    js: "import { createRequire as kubesimRequire } from 'node:module'; import { fileURLToPath as kubesimPath } from 'node:url'; const require = kubesimRequire(import.meta.url); const __filename = kubesimPath(import.meta.url); const __dirname = kubesimPath(new URL('.', import.meta.url));",
  },
  logLevel: 'warning',
});
// CommonJS, since Node starts that soonest.
await build({
  absWorkingDir: root,
  entryPoints: { etcd: 'src/etcd.ts' },
  outdir: dist,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  logLevel: 'warning',
});
chmodSync(path.join(dist, 'bin.js'), 0o755);
if (!process.argv.includes('--no-types')) run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
