import type { JsonValue } from './type.js';
export class YamlError extends Error {}
export async function parseYaml(text: string): Promise<{ value: JsonValue; duplicates: readonly string[] }> {
  const { load } = await import('js-yaml');
  try { return { value: (load(text) ?? null) as JsonValue, duplicates: [] }; } catch (e) { throw new YamlError(String(e)); }
}
export async function parseYamlDocuments(text: string): Promise<JsonValue[]> {
  const { loadAll } = await import('js-yaml');
  return loadAll(text) as JsonValue[];
}
export async function printYaml(value: JsonValue): Promise<string> {
  const { dump } = await import('js-yaml');
  return dump(value, { sortKeys: true });
}
