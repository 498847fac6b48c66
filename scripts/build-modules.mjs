// The program and the library as modules for src/load.ts: what Node itself loads is a line or two.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, transform } from 'esbuild';

/** What is started or imported from outside: its name in dist/, and its source. */
const ENTRIES = { index: 'src/index.ts', bin: 'src/bin.ts', 'tool-thread': 'src/nodes/runtime/programs/text/thread.mjs' };

/**
 * @param {import('esbuild').BuildOptions} common
 * @param {string} dist
 * @returns {Promise<string>} the module that is the program
 */
export async function buildModules(common, dist) {
  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: ENTRIES,
    splitting: true,
    // Only this can be split.
    format: 'esm',
    entryNames: 'chunks/[name]-[hash]',
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    // What Fastify requires only for schemas, logging and injected requests, none of which we use.
    external: ['@fastify/ajv-compiler', '@fastify/fast-json-stringify-compiler', 'light-my-request', 'pino'],
    define: { 'import.meta.url': 'moduleUrl' },
    metafile: true,
    write: false,
  });
  mkdirSync(path.join(dist, 'chunks'), { recursive: true });
  for (const { path: file, text } of outputFiles) {
    const { code } = await transform(text, {
      format: 'cjs',
      platform: 'node',
      target: 'node20',
      supported: { 'dynamic-import': false },
      logLevel: 'warning',
    });
    writeFileSync(file, `(function (exports, require, module, __filename, __dirname, moduleUrl) {${code}\n})`);
  }
  const entry = (name) => {
    const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === ENTRIES[name]);
    if (found === undefined) throw new Error(`nothing was built of ${ENTRIES[name]}`);
    return { module: path.basename(found[0]), exports: found[1].exports };
  };
  const index = entry('index');
  writeFileSync(
    path.join(dist, 'index.js'),
    `import { load } from './load.cjs';\nexport const { ${index.exports.join(', ')} } = load('${index.module}');\n`,
  );
  const thread = entry('tool-thread').module;
  writeFileSync(path.join(dist, 'tool-thread.js'), `import { load } from './load.cjs';\nload('${thread}');\n`);
  const bin = entry('bin').module;
  writeFileSync(
    path.join(dist, 'bin.js'),
    `#!/usr/bin/env node\nimport { keepCode, load } from './load.cjs';\nkeepCode();\nload('${bin}');\n`,
  );
  chmodSync(path.join(dist, 'bin.js'), 0o755);
  return bin;
}
