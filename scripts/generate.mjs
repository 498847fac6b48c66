/**
 * Compiles the facts (`openapi/*.yaml`): `dist/facts/*.json`, which the server
 * reads, and `src/schema/generated/*.ts`, the same types for TypeScript.
 *
 *     node scripts/generate.mjs [DIST]
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { checkFacts } from './generate-check.mjs';
import { writeDescriptions } from './generate-descriptions.mjs';
import { fixtureObjects } from './generate-start.mjs';
import { typesText } from './generate-types.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const factsFolder = join(process.argv[2] ?? join(root, 'dist'), 'facts');
const typesFolder = join(root, 'src/schema/generated');
const written = new Set();

/** @param {string} folder @param {string} name @param {string} text */
function write(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  written.add(join(folder, name));
}

/** @type {Map<string, import('./generate-check.mjs').FactFile>} */
const files = new Map();
/** @type {Record<string, unknown>} */
let groups = {};
for (const name of readdirSync(join(root, 'openapi')).sort()) {
  if (!name.endsWith('.yaml')) continue;
  const facts = load(readFileSync(join(root, 'openapi', name), 'utf8'));
  if (name === 'groups.yaml') groups = facts;
  else files.set(name.slice(0, -'.yaml'.length), facts);
}
checkFacts(files);

const index = [];
for (const [file, { names, types, ...head }] of files) {
  index.push({ file, ...head, kinds: kindsOf(types) });
  write(factsFolder, `${file}.json`, JSON.stringify({ names: names ?? {}, types: types ?? {} }));
  write(typesFolder, `${file.replace('.', '-')}.ts`, typesText(file, files));
}
for (const name of ['start', 'kubeadm', 'metrics', 'behaviour']) write(factsFolder, `${name}.json`, fixtureObjects(root, name));
writeDescriptions(files, (name, text) => {
  write(join(factsFolder, 'descriptions'), name, text);
});
write(factsFolder, 'index.json', JSON.stringify({ ...groups, hash: hashOfInputs(), files: index }));

// Not cleared beforehand: a server or a test may be reading.
for (const folder of [factsFolder, typesFolder]) {
  for (const name of readdirSync(folder)) {
    if (/\.(?:json|ts)$/.test(name) && !written.has(join(folder, name))) rmSync(join(folder, name));
  }
}

/**
 * Kinds by the group versions that have them, so that a kind is found without reading its file.
 * @param {Record<string, any> | undefined} types
 */
function kindsOf(types) {
  /** @type {Record<string, string[]>} */
  const kinds = {};
  for (const [name, fields] of Object.entries(types ?? {})) {
    const mark = fields._?.gvk ?? (fields.TypeMeta?.inline ? 'own' : undefined);
    if (mark !== undefined) (kinds[mark === 'none' ? 'own' : mark] ??= []).push(name);
  }
  return kinds;
}

/** Changes whenever a built-in OpenAPI document may; clients cache those by it for as long as a year. */
function hashOfInputs() {
  const hash = createHash('sha256').update(JSON.stringify({ groups, index }));
  const discovery = join(root, 'src/discovery');
  const code = readdirSync(discovery).map((name) => join(discovery, name));
  for (const path of [...written, ...code].filter((name) => /\.(?:json|ts)$/.test(name)).sort()) hash.update(readFileSync(path));
  return hash.digest('hex');
}
