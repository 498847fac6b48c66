/**
 * @typedef {{ type: string, proto?: number, inline?: boolean, required?: boolean, always?: boolean, omitzero?: boolean, default?: unknown, list?: string, keys?: string[], map?: string, patch?: string, patchKey?: string, described?: boolean }} FieldFacts
 * @typedef {{ type: string, enum?: string[] }} NameFacts
 * @typedef {{ group?: string, version?: string, definitions: string, protobuf?: string, priority?: { group: number, version: number }, resources?: Record<string, Record<string, unknown>>, names?: Record<string, NameFacts>, types?: Record<string, Record<string, FieldFacts>> }} FactFile
 */

/** Scalars of the model, and the spellings of `json` that protobuf tells apart. */
export const SCALARS = new Set(
  'string boolean int32 int64 uint32 float32 double bytes quantity intOrString time microTime duration rawExtension fieldsV1 json any schemaOrArray schemaOrBool schemaOrStringArray'.split(
    ' ',
  ),
);

const FIELD_KEYS = new Set('type proto inline required always omitzero default list keys map patch patchKey described'.split(' '));
const TYPE_KEYS = new Set('map unions gvk proto'.split(' '));
const RESOURCE_KEYS = new Set('kind group version singular namespaced short categories hash verbs returnsDeleted'.split(' '));
const NAME_KEYS = new Set(['type', 'enum']);

/** Names the first thing in hand-edited facts that the compiler would misread. @param {Map<string, FactFile>} files */
export function checkFacts(files) {
  for (const [file, facts] of files) {
    for (const [name, resource] of Object.entries(facts.resources ?? {}))
      checkKeys(resource, RESOURCE_KEYS, `${file}.yaml: resource ${name}`);
    for (const [name, named] of Object.entries(facts.names ?? {})) {
      checkKeys(named, NAME_KEYS, `${file}.yaml: ${name}`);
      checkType(named.type, file, files, `${file}.yaml: ${name}`);
    }
    for (const [name, fields] of Object.entries(facts.types ?? {})) checkStruct(fields, file, files, `${file}.yaml: ${name}`);
  }
}

/** @param {Record<string, FieldFacts>} fields @param {string} file @param {Map<string, FactFile>} files @param {string} where */
function checkStruct(fields, file, files, where) {
  const numbers = new Set();
  for (const [name, facts] of Object.entries(fields)) {
    if (name === '_') {
      checkKeys(facts, TYPE_KEYS, `${where}._`);
      continue;
    }
    checkKeys(facts, FIELD_KEYS, `${where}.${name}`);
    checkType(facts.type, file, files, `${where}.${name}`);
    if (facts.proto !== undefined && numbers.has(facts.proto)) throw new Error(`${where}.${name}: protobuf number ${facts.proto} is taken`);
    numbers.add(facts.proto);
  }
}

/** @param {object} facts @param {Set<string>} known @param {string} where */
function checkKeys(facts, known, where) {
  for (const key of Object.keys(facts)) if (!known.has(key)) throw new Error(`${where}: unknown key ${key}`);
}

/** @param {string} text @param {string} file @param {Map<string, FactFile>} files @param {string} where */
function checkType(text, file, files, where) {
  const leaf = String(text).replaceAll(/(?:list|map|wrapped)<|[>?]/g, '');
  if (!SCALARS.has(leaf) && !resolve(leaf, file, files)) throw new Error(`${where}: unknown type ${text}`);
}

/**
 * Where a type's name leads: a bare name to its own file, `core.v1.Pod` to that file.
 * @param {string} reference @param {string} file @param {Map<string, FactFile>} files
 * @returns {{ file: string, name: string, named: NameFacts | undefined } | undefined}
 */
export function resolve(reference, file, files) {
  const dot = reference.lastIndexOf('.');
  const owner = dot === -1 ? file : reference.slice(0, dot);
  const name = reference.slice(dot + 1);
  const facts = files.get(owner);
  const named = facts?.names?.[name];
  return named || facts?.types?.[name] ? { file: owner, name, named } : undefined;
}
