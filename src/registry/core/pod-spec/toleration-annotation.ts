import { jsonSyntaxError } from '../../../schema/json-syntax.js';
import type { Toleration } from '../../../schema/generated/core-v1.js';

/** Tolerations in an annotation, or why its text isn't a list of them (in the words of Go's encoding/json). */
export type ParsedTolerations = { readonly tolerations: readonly Toleration[]; readonly fault?: undefined } | { readonly fault: string };

/** Reads the JSON of the annotation that tolerations had before there was a field. */
export function parseTolerations(text: string): ParsedTolerations {
  const syntax = jsonSyntaxError(Buffer.from(text));
  if (syntax !== undefined) return { fault: syntax };
  const value: unknown = JSON.parse(text);
  if (value === null) return { tolerations: [] };
  if (!Array.isArray(value)) return { fault: `json: cannot unmarshal ${kindOf(value)} into Go value of type []core.Toleration` };
  const tolerations: Toleration[] = [];
  for (const item of value as unknown[]) {
    if (typeof item !== 'object' || Array.isArray(item))
      return { fault: `json: cannot unmarshal ${kindOf(item)} into Go value of type core.Toleration` };
    const read = readToleration(item as Record<string, unknown> | null);
    if (typeof read === 'string') return { fault: read };
    tolerations.push(read);
  }
  return { tolerations };
}

const FIELDS = [
  ['Key', 'key', 'string'],
  ['Operator', 'operator', 'core.TolerationOperator'],
  ['Value', 'value', 'string'],
  ['Effect', 'effect', 'core.TaintEffect'],
  ['TolerationSeconds', 'tolerationSeconds', 'int64'],
] as const;

/** Names match in any case; the type has no tags of its own. */
function readToleration(item: Record<string, unknown> | null): Toleration | string {
  const toleration: Toleration = {};
  for (const [key, value] of Object.entries(item ?? {})) {
    const field = FIELDS.find(([name]) => name.toLowerCase() === key.toLowerCase());
    if (field === undefined || value === null) continue;
    const [name, target, type] = field;
    if (target === 'tolerationSeconds' ? !Number.isInteger(value) : typeof value !== 'string') {
      const what = typeof value === 'number' && type === 'int64' ? `number ${String(value)}` : kindOf(value);
      return `json: cannot unmarshal ${what} into Go struct field Toleration.${name} of type ${type}`;
    }
    Object.assign(toleration, { [target]: value });
  }
  return toleration;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
