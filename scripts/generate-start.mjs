/** Compiles folders of manifests into one JSON file of objects each: what the API server creates at its start, what kubeadm adds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';

/**
 * The objects of all files of a folder below `fixtures`, file by file in the order of their names.
 * @param {string} root
 * @param {string} name
 * @returns {string}
 */
export function fixtureObjects(root, name) {
  const folder = join(root, 'fixtures', name);
  const objects = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => loadAll(readFileSync(join(folder, file), 'utf8')).filter((document) => document !== null && document !== undefined));
  return JSON.stringify(objects);
}
