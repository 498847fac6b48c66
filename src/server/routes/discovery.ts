import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MEDIA_TYPES, type BodyFormat } from '../../apimachinery/content-type.js';
import { noSuchPath } from '../../apimachinery/status.js';
import { aggregatedCore, aggregatedGroups, discoveryHash } from '../../discovery/aggregated.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from '../../discovery/groups.js';
import { OBJECT_METHODS } from '../methods.js';
import { negotiateAggregated, negotiateDiscovery, negotiateGroups } from '../negotiate.js';
import type { ServerOptions } from '../options.js';
import { encodeValue, sendBytes, sendValue } from '../respond.js';
import { ServedGroupVersions } from '../served.js';
import { passOn } from './aggregated.js';
import { pageNotFound } from './not-found.js';
import { methodNotAllowed } from './root.js';

/** /api, /apis, /apis/G, /api/V and /apis/G/V; the first two also in the aggregated form that kubectl asks for. */
export function discoveryRoutes(app: FastifyInstance, options: ServerOptions): void {
  const served = new ServedGroupVersions(options.catalog, options.remote);
  const aggregates = new Map<string, { version: number; document: object; bytes: Buffer; etag: string }>();

  const aggregated = async (request: FastifyRequest, reply: FastifyReply, path: 'api' | 'apis', format: BodyFormat): Promise<void> => {
    let made = aggregates.get(path);
    if (made?.version !== served.version) {
      const document = path === 'api' ? aggregatedCore(served.list()) : aggregatedGroups(served.list());
      const bytes = Buffer.from(`${JSON.stringify(document)}\n`);
      made = { version: served.version, document, bytes, etag: `"${discoveryHash(bytes)}"` };
      aggregates.set(path, made);
    }
    reply.header('etag', made.etag);
    reply.header('vary', 'Accept');
    reply.header('cache-control', 'public');
    if (request.headers['if-none-match'] === made.etag) {
      await reply.code(304).send();
      return;
    }
    const type = `${MEDIA_TYPES[format]};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`;
    const bytes = format === 'json' ? made.bytes : await encodeValue(made.document, { format, pretty: false });
    await sendBytes(reply, 200, type, bytes, request.headers['accept-encoding'] as string | undefined);
  };

  const root = (path: 'api' | 'apis') => async (request: FastifyRequest, reply: FastifyReply) => {
    const format = negotiateAggregated(request.kube);
    if (format !== undefined) {
      await aggregated(request, reply, path, format);
      return;
    }
    const output = path === 'api' ? negotiateDiscovery(request.kube) : negotiateGroups(request.kube);
    reply.header('vary', 'Accept');
    const value = path === 'api' ? apiVersions(served.list(), options.serverAddress()) : apiGroupList(served.list());
    await sendValue(reply, 200, value, output, request.headers['accept-encoding'] as string | undefined);
  };

  const group = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { group: name } = request.params as { group: string };
    const value = apiGroup(served.list(), name);
    if (value === undefined) {
      await pageNotFound(request, reply);
      return;
    }
    await sendValue(reply, 200, value, negotiateGroups(request.kube), undefined);
  };

  const version = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const params = request.params as { group?: string; version: string };
    const wanted = params.group ?? '';
    if (options.remote.has(wanted, params.version)) {
      await passOn(request, reply, options, wanted, params.version);
      return;
    }
    const list = served.list();
    const found = list.find((groupVersion) => groupVersion.group === wanted && groupVersion.version === params.version);
    if (found === undefined) {
      // What a custom group lacks is no page at all.
      if (wanted !== '' && !list.some((groupVersion) => groupVersion.group === wanted && groupVersion.qualifiedKinds !== true))
        await pageNotFound(request, reply);
      else throw noSuchPath();
      return;
    }
    await sendValue(reply, 200, apiResourceList(found), negotiateDiscovery(request.kube), undefined);
  };

  const routes: readonly (readonly [string, (request: FastifyRequest, reply: FastifyReply) => Promise<void>])[] = [
    ['/api', root('api')],
    ['/apis', root('apis')],
    ['/api/:version', version],
    ['/apis/:group', group],
    ['/apis/:group/:version', version],
  ];
  const others = OBJECT_METHODS.filter((method) => method !== 'GET');
  for (const [path, handler] of routes) {
    for (const url of [path, `${path}/`]) {
      app.get(url, handler);
      // Documents of groups are no routes of the real server's router, so their methods aren't looked at.
      const anyMethod = path === '/apis' || path === '/apis/:group';
      app.route({ method: others, url, handler: anyMethod ? handler : () => Promise.reject(methodNotAllowed()) });
    }
  }
}
