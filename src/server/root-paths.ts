import { healthPaths } from './health-checks.js';
import type { ServerOptions } from './options.js';
import { ServedGroupVersions } from './served.js';

/** What `/` lists: API roots, group versions, health checks and the rest, sorted. */
export function rootPaths(options: ServerOptions): string[] {
  const paths = new Set<string>([
    '/.well-known/openid-configuration',
    '/api',
    '/apis',
    '/apis/',
    '/flagz',
    '/metrics',
    '/metrics/slis',
    '/statusz',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/',
    '/openid/v1/jwks',
    '/version',
    ...healthPaths(options.health),
  ]);
  for (const { group, version } of new ServedGroupVersions(options.catalog, options.remote).list()) {
    if (group === '') paths.add(`/api/${version}`);
    else {
      paths.add(`/apis/${group}`);
      paths.add(`/apis/${group}/${version}`);
    }
  }
  return [...paths].sort();
}
