import { goQuote } from '../../../apimachinery/field-error.js';
import type { Volume, VolumeProjection } from '../../../schema/generated/core-v1.js';

/** A file in a volume, and which of several sources puts it there. */
interface Placed {
  readonly path: string;
  readonly source: string;
}

/** Files of one volume that hide each other (Go: warningsForOverlappingVirtualPaths). */
export function overlappingPathWarnings(volumes: readonly Volume[]): string[] {
  const warnings: string[] = [];
  for (const { name = '', configMap, secret, downwardAPI, projected } of volumes) {
    const warn = (what: string, overlaps: readonly string[]): void => {
      for (const overlap of overlaps) warnings.push(`volume ${goQuote(name)} (${what}): overlapping paths: ${overlap}`);
    };
    if (configMap?.items !== undefined) warn(`ConfigMap ${goQuote(configMap.name ?? '')}`, overlapsOf(placed(configMap.items, '')));
    if (secret?.items !== undefined) warn(`Secret ${goQuote(secret.secretName ?? '')}`, overlapsOf(placed(secret.items, '')));
    if (downwardAPI?.items !== undefined) warn('DownwardAPI', overlapsOf(placed(downwardAPI.items, '')));
    if (projected === undefined) continue;
    const files: Placed[] = [];
    for (const source of projected.sources ?? []) {
      if (Object.values(source).every((kind) => kind === undefined))
        warnings.push(`volume ${goQuote(name)} (Projected) has no sources provided`);
      else for (const file of filesOf(source)) warn('Projected', add(file, files));
    }
  }
  return warnings;
}

function placed(items: readonly { path?: string | undefined }[], source: string): Placed[] {
  return items.map(({ path = '' }) => ({ path, source }));
}

/** The first kind of source counts, in this order. */
function filesOf({ configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection): Placed[] {
  if (configMap?.items !== undefined) return placed(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`);
  if (secret?.items !== undefined) return placed(secret.items, `Secret ${goQuote(secret.name ?? '')}`);
  if (downwardAPI?.items !== undefined) return placed(downwardAPI.items, 'DownwardAPI');
  return serviceAccountToken === undefined ? [] : placed([serviceAccountToken], 'ServiceAccountToken');
}

function overlapsOf(files: readonly Placed[]): string[] {
  const seen: Placed[] = [];
  return files.flatMap((file) => add(file, seen));
}

/** Puts one more file beside those that are there; returns which it collides with. */
function add(file: Placed, files: Placed[]): string[] {
  const own: Placed = { path: file.path.replace(/\/+$/, ''), source: file.source };
  const overlaps =
    own.path === '' ? [] : files.filter((other) => collide(own.path, other.path)).map((other) => `${print(own)} with ${print(other)}`);
  files.push(own);
  return overlaps;
}

function collide(a: string, b: string): boolean {
  return b !== '' && (`${b}/`.startsWith(`${a}/`) || `${a}/`.startsWith(`${b}/`));
}

function print({ path, source }: Placed): string {
  return source === '' ? goQuote(path) : `${goQuote(path)} (${source})`;
}
