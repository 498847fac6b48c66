import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A real server's documents, where this checkout has them beside it. */
const folder = new URL('../../../shared/reference/', import.meta.url);

export const hasReference = existsSync(folder);

/** Tests against the reference say so when they cannot run. */
export const withoutReference = 'skipped: ../shared/reference is absent';

export function readReference(path: string): unknown {
  const bytes = readFileSync(new URL(path, folder));
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

/** The paths of the recorded OpenAPI v3 documents: `apis/apps/v1`. */
export function recordedV3Paths(): string[] {
  return readdirSync(new URL('openapi-v3/', folder))
    .filter((name) => name.endsWith('.json.gz'))
    .map((name) => name.slice(0, -'.json.gz'.length).replaceAll('__', '/'));
}

/** The same document without the descriptions of types and fields, which are not facts. */
export function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== 'description' || typeof item !== 'string')
      .map(([key, item]) => [key, withoutDescriptions(item)]),
  );
}
