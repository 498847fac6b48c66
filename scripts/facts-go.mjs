/**
 * Reads the struct and named-type declarations of a Go package of API types.
 * Only what those files use is understood (no generics, no nested anonymous
 * structs); anything else that carries a JSON tag is an error, never skipped.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ pkg: string, name: string }} GoName package directory relative to the source's root, and identifier
 * @typedef {{ kind: 'name', of: GoName } | { kind: 'builtin', of: string } | { kind: 'pointer' | 'list' | 'map', of: GoType }} GoType
 * @typedef {{ goName: string, type: GoType, json: string[] | undefined, proto: number, patch: string | undefined, patchKey: string | undefined, markers: Map<string, string[]> }} GoField
 * @typedef {{ name: string, fields: GoField[] | undefined, underlying: GoType | undefined, markers: Map<string, string[]> }} GoDeclaration
 */

const BUILTIN = new Set([
  'string',
  'bool',
  'int',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'byte',
  'float32',
  'float64',
  'interface{}',
  'any',
  'error',
]);

/**
 * All type declarations of the package in `directory`.
 * @param {string} root the source tree
 * @param {string} directory relative to root
 * @returns {Map<string, GoDeclaration>}
 */
export function readGoPackage(root, directory) {
  /** @type {Map<string, GoDeclaration>} */
  const declarations = new Map();
  const files = readdirSync(join(root, directory)).filter(
    (f) => f.endsWith('.go') && !f.endsWith('_test.go') && !f.startsWith('zz_') && !f.startsWith('generated.'),
  );
  for (const file of files.sort()) readGoFile(readFileSync(join(root, directory, file), 'utf8'), directory, declarations);
  return declarations;
}

/**
 * @param {string} text
 * @param {string} directory
 * @param {Map<string, GoDeclaration>} out
 */
function readGoFile(text, directory, out) {
  const imports = readImports(text);
  /** @type {Map<string, string[]>} */
  let markers = new Map();
  const lines = text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('//')) {
      addMarker(markers, line);
      continue;
    }
    const open = /^type (\w+) struct \{$/.exec(line);
    const empty = /^type (\w+) struct ?\{\}$/.exec(line);
    const named = /^type (\w+) ([\w[\].*]+)\s*(?:\/\/.*)?$/.exec(line);
    if (open?.[1]) {
      let end = i + 1;
      while (lines[end] !== '}') end++;
      out.set(open[1], { name: open[1], fields: readFields(lines.slice(i + 1, end), directory, imports), underlying: undefined, markers });
      i = end;
    } else if (empty?.[1]) {
      out.set(empty[1], { name: empty[1], fields: [], underlying: undefined, markers });
    } else if (named?.[1] && named[2] && named[2] !== 'interface') {
      const underlying = parseGoType(named[2], directory, imports);
      if (underlying) out.set(named[1], { name: named[1], fields: undefined, underlying, markers });
    }
    // Markers may stand apart from the declaration by one blank line (genclient style).
    if (line !== '') markers = new Map();
  }
}

/** @param {string} text */
function readImports(text) {
  /** @type {Map<string, string>} */
  const imports = new Map();
  const block = /^import \(([\s\S]*?)^\)/m.exec(text)?.[1] ?? /^import (.*)$/m.exec(text)?.[1] ?? '';
  for (const line of block.split('\n')) {
    const match = /^\s*(?:(\w+)\s+)?"([^"]+)"/.exec(line);
    if (!match?.[2]) continue;
    const path = match[2];
    imports.set(match[1] ?? path.slice(path.lastIndexOf('/') + 1), path);
  }
  return imports;
}

/**
 * @param {Map<string, string[]>} markers
 * @param {string} line
 */
function addMarker(markers, line) {
  const match = /^\s*\/\/\s*\+([\w:.-]+)(?:=(.*))?$/.exec(line);
  if (!match?.[1]) return;
  const values = markers.get(match[1]) ?? [];
  values.push((match[2] ?? '').trim());
  markers.set(match[1], values);
}

/**
 * @param {string[]} lines
 * @param {string} directory
 * @param {Map<string, string>} imports
 * @returns {GoField[]}
 */
function readFields(lines, directory, imports) {
  /** @type {GoField[]} */
  const fields = [];
  /** @type {Map<string, string[]>} */
  let markers = new Map();
  for (const line of lines) {
    const trimmed = line.trim();
    if (trimmed === '') {
      markers = new Map();
      continue;
    }
    if (trimmed.startsWith('//')) {
      addMarker(markers, line);
      continue;
    }
    const match = /^(?:(\w+)\s+)?([\w[\].*{}]+)\s*(?:`([^`]*)`)?\s*(?:\/\/.*)?$/.exec(trimmed);
    if (!match?.[2]) {
      if (trimmed.includes('json:"')) throw new Error(`cannot read Go field: ${trimmed}`);
      continue;
    }
    const tags = match[3] ?? '';
    const type = parseGoType(match[2], directory, imports);
    const json = /json:"([^"]*)"/.exec(tags)?.[1]?.split(',');
    if (!type) {
      if (json) throw new Error(`cannot read Go type: ${trimmed}`);
      continue;
    }
    fields.push({
      goName: match[1] ?? match[2].slice(match[2].lastIndexOf('.') + 1),
      type,
      json,
      proto: Number(/protobuf:"[^,"]+,(\d+)/.exec(tags)?.[1] ?? 0),
      patch: /patchStrategy:"([^"]*)"/.exec(tags)?.[1],
      patchKey: /patchMergeKey:"([^"]*)"/.exec(tags)?.[1],
      markers,
    });
    markers = new Map();
  }
  return fields;
}

/**
 * @param {string} text
 * @param {string} directory
 * @param {Map<string, string>} imports
 * @returns {GoType | undefined}
 */
function parseGoType(text, directory, imports) {
  const map = /^map\[[\w.]+\](.+)$/.exec(text);
  const prefix = text.startsWith('*')
    ? /** @type {const} */ (['pointer', text.slice(1)])
    : text.startsWith('[]')
      ? /** @type {const} */ (['list', text.slice(2)])
      : map?.[1]
        ? /** @type {const} */ (['map', map[1]])
        : undefined;
  if (prefix) {
    const of = parseGoType(prefix[1], directory, imports);
    return of && { kind: prefix[0], of };
  }
  if (BUILTIN.has(text)) return { kind: 'builtin', of: text };
  const qualified = /^(\w+)\.(\w+)$/.exec(text);
  if (qualified?.[1] && qualified[2]) {
    const path = imports.get(qualified[1]);
    return path === undefined
      ? undefined
      : { kind: 'name', of: { pkg: path.startsWith('k8s.io/') ? `staging/src/${path}` : path, name: qualified[2] } };
  }
  return /^\w+$/.test(text) ? { kind: 'name', of: { pkg: directory, name: text } } : undefined;
}

/**
 * Field names and numbers of the messages in a generated.proto.
 * @param {string} text
 * @returns {Map<string, Map<string, { number: number, label: string, type: string }>>}
 */
export function readProtoMessages(text) {
  const messages = new Map();
  for (const match of text.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const fields = new Map();
    for (const field of (match[2] ?? '').matchAll(/^ {2}(optional|repeated|map<[^>]+>) ?(\S+)?\s(\w+) = (\d+);/gm)) {
      fields.set(field[3], { number: Number(field[4]), label: field[1], type: field[2] });
    }
    messages.set(match[1], fields);
  }
  return messages;
}
