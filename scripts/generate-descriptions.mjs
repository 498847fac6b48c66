/**
 * Descriptions of types, fields and query parameters, taken from the typings of the development
 * dependency `@kubernetes/client-node`, which carry the texts of the real server's OpenAPI document.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolve } from './generate-check.mjs';

const generated = fileURLToPath(new URL('../node_modules/@kubernetes/client-node/dist/gen/', import.meta.url));

/** Options travel as query parameters and have no model; a request that takes them describes them. */
const OPTIONS = {
  'meta.v1': {
    ListOptions: 'CoreV1ApiListNamespacedPodRequest',
    CreateOptions: 'CoreV1ApiCreateNamespacedPodRequest',
    UpdateOptions: 'CoreV1ApiReplaceNamespacedPodRequest',
    PatchOptions: 'CoreV1ApiPatchNamespacedPodRequest',
    GetOptions: 'CustomObjectsApiListClusterCustomObjectRequest',
  },
  'core.v1': {
    PodLogOptions: 'CoreV1ApiReadNamespacedPodLogRequest',
    PodExecOptions: 'CoreV1ApiConnectPostNamespacedPodExecRequest',
    PodAttachOptions: 'CoreV1ApiConnectPostNamespacedPodAttachRequest',
    PodPortForwardOptions: 'CoreV1ApiConnectPostNamespacedPodPortforwardRequest',
    PodProxyOptions: 'CoreV1ApiConnectPostNamespacedPodProxyRequest',
    ServiceProxyOptions: 'CoreV1ApiConnectPostNamespacedServiceProxyRequest',
    NodeProxyOptions: 'CoreV1ApiConnectPostNodeProxyRequest',
  },
};

/**
 * @param {Map<string, import('./generate-check.mjs').FactFile>} files
 * @param {(name: string, text: string) => void} write
 */
export function writeDescriptions(files, write) {
  if (!existsSync(generated)) return;
  /** @type {Map<string, Record<string, Record<string, string>>>} */
  const all = new Map();
  const requests = readFileSync(join(generated, 'types/ObjectParamAPI.d.ts'), 'utf8');
  for (const [file, facts] of files) {
    /** @type {Record<string, Record<string, string>>} */
    const out = {};
    for (const [name, fields] of Object.entries(facts.types ?? {})) {
      const own = flatFields(fields, file, files);
      const described = readModel(facts, name, own);
      if (described) out[name] = described;
    }
    for (const [name, request] of Object.entries(/** @type {Record<string, Record<string, string>>} */ (OPTIONS)[file] ?? {})) {
      out[name] = { ...readRequest(requests, request, flatFields(facts.types?.[name] ?? {}, file, files)), ...out[name] };
    }
    all.set(file, out);
  }
  for (const [file, out] of all) {
    describeReferences(file, out, files, all);
    if (Object.keys(out).length > 0) write(`${file}.json`, JSON.stringify(out));
  }
}

const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';
const STANDARD = new Map([
  ['ObjectMeta', `Standard object's metadata. More info: ${CONVENTIONS}#metadata`],
  ['ListMeta', `Standard list metadata. More info: ${CONVENTIONS}#types-kinds`],
]);

/**
 * The typings have no text for a field that refers to a struct; the first sentence about the struct has to do.
 * @param {string} file @param {Record<string, Record<string, string>>} out
 * @param {Map<string, import('./generate-check.mjs').FactFile>} files @param {Map<string, Record<string, Record<string, string>>>} all
 */
function describeReferences(file, out, files, all) {
  for (const [name, described] of Object.entries(out)) describeFields(files.get(file)?.types?.[name] ?? {}, file, described, files, all);
}

/**
 * @param {Record<string, any>} fields @param {string} file @param {Record<string, string>} described
 * @param {Map<string, import('./generate-check.mjs').FactFile>} files @param {Map<string, Record<string, Record<string, string>>>} all
 */
function describeFields(fields, file, described, files, all) {
  for (const [field, facts] of Object.entries(fields)) {
    if (field === '_' || facts.described === false || (described[field] !== undefined && !facts.inline)) continue;
    const target = resolve(facts.type.replace('?', ''), file, files);
    if (!target) continue;
    const text = all.get(target.file)?.[target.name]?.[''];
    if (facts.inline) describeFields(files.get(target.file)?.types?.[target.name] ?? {}, target.file, described, files, all);
    else if (STANDARD.has(target.name)) described[field] = STANDARD.get(target.name) ?? '';
    else if (text) described[field] = text.replace(/^(.*?[^.]\.)\s.*$/s, '$1');
  }
}

/** @param {Record<string, any>} fields @param {string} file @param {Map<string, import('./generate-check.mjs').FactFile>} files @returns {Set<string>} */
function flatFields(fields, file, files) {
  const names = new Set();
  for (const [name, facts] of Object.entries(fields)) {
    if (name === '_') continue;
    if (!facts.inline) names.add(name);
    else {
      const dot = facts.type.lastIndexOf('.');
      const owner = dot === -1 ? file : facts.type.slice(0, dot);
      for (const inner of flatFields(files.get(owner)?.types?.[facts.type.slice(dot + 1).replace('?', '')] ?? {}, owner, files))
        names.add(inner);
    }
  }
  return names;
}

/**
 * The model's class is named after the kind, or group and kind where several groups have one;
 * it is the right one if it has the fields.
 * @param {import('./generate-check.mjs').FactFile} facts @param {string} name @param {Set<string>} fields
 */
function readModel(facts, name, fields) {
  const parts = facts.definitions.split('.');
  const group = parts.at(-2) ?? '';
  const version = facts.version ? capitalized(facts.version) : '';
  for (const candidate of [`${capitalized(group)}${version}${name}`, `${version}${name}`, `${capitalized(parts.at(-1) ?? '')}${name}`]) {
    const path = join(generated, 'models', candidate);
    if (!existsSync(`${path}.d.ts`)) continue;
    const baseNames = readBaseNames(readFileSync(`${path}.js`, 'utf8'));
    if (baseNames.size !== fields.size || ![...baseNames.values()].every((base) => fields.has(base))) continue;
    return readClass(readFileSync(`${path}.d.ts`, 'utf8'), baseNames);
  }
  return undefined;
}

/** Property name in TypeScript → JSON name. @param {string} text @returns {Map<string, string>} */
function readBaseNames(text) {
  return new Map([...text.matchAll(/"name": "([^"]+)",\s+"baseName": "([^"]+)"/g)].map((match) => [match[1] ?? '', match[2] ?? '']));
}

/** @param {string} text @param {Map<string, string>} baseNames */
function readClass(text, baseNames) {
  /** @type {Record<string, string>} */
  const out = {};
  const type = /\/\*\*\n\* ([^\n]*)\n\*\/\nexport declare class/.exec(text);
  if (type?.[1]) out[''] = unescaped(type[1]);
  for (const match of text.matchAll(/\/\*\*\n {4}\* ([^\n]*)\n {4}\*\/\n {4}'([^']+)'\??:/g)) {
    const name = baseNames.get(match[2] ?? '');
    if (name !== undefined) out[name] = unescaped(match[1] ?? '');
  }
  return out;
}

/** @param {string} text @param {string} request @param {Set<string>} fields */
function readRequest(text, request, fields) {
  const start = text.indexOf(`export interface ${request} {`);
  const body = start === -1 ? '' : text.slice(start, text.indexOf('\n}', start));
  /** @type {Record<string, string>} */
  const out = {};
  for (const match of body.matchAll(/\/\*\*\n {5}\* ([^\n]*)\n(?: {5}\*[^\n]*\n)*? {5}\*\/\n {4}(\w+)\??:/g)) {
    const name = (match[2] ?? '').replace(/^_/, '');
    if (fields.has(name)) out[name] = unescaped(match[1] ?? '');
  }
  return out;
}

const ENTITIES = new Map(
  Object.entries({ '&quot;': '"', '&#39;': "'", '&lt;': '<', '&gt;': '>', '&#x60;': '`', '&#x3D;': '=', '&amp;': '&' }),
);

/** @param {string} text */
function unescaped(text) {
  return text
    .replaceAll(/\\(["'\\]|&)/g, '$1')
    .replaceAll(/&(?:quot|#39|lt|gt|#x60|#x3D|amp);/g, (entity) => ENTITIES.get(entity) ?? entity)
    .replaceAll('*_/', '*/');
}

/** @param {string} text */
function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
