/** Compiles fixtures/start/*.yaml into one JSON file of objects: what the API server creates at its start. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

/**
 * @param {string} root
 * @returns {string}
 */
export function startObjects(root) {
  const folder = join(root, 'fixtures/start');
  const objects = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => loadAll(readFileSync(join(folder, name), 'utf8')).filter((document) => document !== null && document !== undefined));
  return JSON.stringify(objects);
}
