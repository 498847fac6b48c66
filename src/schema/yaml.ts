import { isUtf8 } from 'node:buffer';
import { plainValue } from './json-literal.js';
import type { LiteralValue } from './json-literal.js';
import { decodeNode } from './yaml-decode.js';
import { YamlError } from './yaml-error.js';
import { parseDocument, parseDocuments } from './yaml-node.js';
import type { JsonValue } from './type.js';

export { printYaml } from './yaml-print.js';
export { YamlError } from './yaml-error.js';

export interface ParsedYaml {
  /** The first document as JSON, keys sorted; null if there is none. */
  readonly value: JsonValue;
  /** As `value`, with integers beyond 2^53 kept as they are. */
  readonly literal: LiteralValue;
  /** `line 7: key "k" already set in map`, one a repeated key. */
  readonly duplicates: readonly string[];
}

/**
 * Reads a body in YAML as the real server does (sigs.k8s.io/yaml over go-yaml
 * v2): YAML 1.1 with its many words for booleans, only the first document, and
 * go-yaml's words for faults.
 * @throws YamlError
 */
export function parseYaml(input: string | Buffer): ParsedYaml {
  const node = parseDocument(textOf(input));
  if (node === undefined) return { value: null, literal: null, duplicates: [] };
  const { value, duplicates, odd } = decodeNode(node);
  return { value: odd ? plainValue(value) : (value as JsonValue), literal: value, duplicates };
}

/** All documents of a text, for files of manifests. */
export function parseYamlDocuments(input: string | Buffer): JsonValue[] {
  return parseDocuments(textOf(input)).map((node) => plainValue(decodeNode(node).value));
}

/** What YAML 1.1 lets a text hold. */
const FORBIDDEN = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function textOf(input: string | Buffer): string {
  if (typeof input !== 'string' && !isUtf8(input)) throw new YamlError('yaml: invalid leading UTF-8 octet');
  const text = typeof input === 'string' ? input : input.toString('utf8');
  if (FORBIDDEN.test(text)) throw new YamlError('yaml: control characters are not allowed');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
