import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseDuration } from '../../apimachinery/duration.js';
import { badRequest, noSuchPath, StatusError } from '../../apimachinery/status.js';
import type { RequestContext } from '../../registry/request.js';
import type { ResourceDefinition, Subresource } from '../../registry/resource.js';
import type { RequestBody, ResourceRequest } from '../../registry/handlers/api-request.js';
import { admitConnect } from '../../registry/handlers/connect.js';
import { dispatch, type PatchType } from '../../registry/handlers/dispatch.js';
import { OBJECT_METHODS } from '../methods.js';
import { acceptLog, checkForm, negotiateBody, negotiateOutput, negotiateWatch } from '../negotiate.js';
import type { ServerOptions } from '../options.js';
import type { KubeRequest } from '../kube-request.js';
import { sendResult } from '../send-result.js';
import { startWatch } from '../start-watch.js';
import { warningHeaders } from '../respond.js';
import { upgradeSocketOf } from '../streams/upgrade.js';
import { customRoute, fitsScope, type CustomRoute } from './custom-route.js';
import { passOn } from './aggregated.js';
import { pageNotFound } from './not-found.js';
import { methodNotAllowed } from './root.js';

/** Everything below /api/V/ and /apis/G/V/. */
export function resourceRoutes(app: FastifyInstance, options: ServerOptions): void {
  const handler = (request: FastifyRequest, reply: FastifyReply): Promise<void> => serve(request, reply, options);
  for (const url of ['/api/:version/*', '/apis/:group/:version/*']) app.route({ method: [...OBJECT_METHODS], url, handler });
}

const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

async function serve(request: FastifyRequest, reply: FastifyReply, options: ServerOptions): Promise<void> {
  const { kube } = request;
  const { info } = kube;
  if (options.remote.has(info.group, info.version)) {
    await passOn(request, reply, options, info.group, info.version);
    return;
  }
  const definition = options.catalog.find(info.group, info.version, info.resource);
  if (definition === undefined) {
    if (info.apiPrefix === 'apis' && !isBuiltinGroup(options, info.group)) {
      await pageNotFound(request, reply);
      return;
    }
    throw noSuchPath();
  }
  const isCustom = definition.custom === true;
  if (isCustom && !fitsScope(info, definition)) {
    await pageNotFound(request, reply);
    return;
  }
  // What isn't there is warned of too if it is custom.
  if (isCustom) addWarnings(kube, definition);
  const { verb, subresource } = isCustom ? customRoute(info, definition) : builtinRoute(request.method, kube, definition);
  const resourceRequest: ResourceRequest = {
    definition,
    subresource,
    context: contextOf(kube, definition),
    query: kube.query,
    body: undefined,
  };
  if (verb === 'connect') {
    if (subresource?.name === 'log') acceptLog(kube);
    await connect(resourceRequest, request, reply, options);
    return;
  }
  if (verb === 'watch') {
    const output = negotiateWatch(kube, definition);
    if (!isCustom) addWarnings(kube, definition);
    const result = await dispatch(resourceRequest, verb, options.handlers);
    if (result.kind !== 'watch') throw new Error('a watch must answer with a watch');
    await startWatch(reply, kube, definition, result, output, options);
    return;
  }
  const output = negotiateOutput(kube, definition, verb);
  if (!isCustom) addWarnings(kube, definition);
  let patchType: PatchType | undefined;
  let body: RequestBody | undefined;
  if (verb === 'patch') {
    patchType = patchTypeOf(kube, definition);
    if (info.name === '') throw badRequest('name must be provided');
    body = { bytes: bytesOf(request), mediaType: patchType === 'apply' ? 'yaml' : 'json' };
  } else if (verb === 'create' || verb === 'update') {
    if (verb === 'update' && info.name === '') throw badRequest('name must be provided');
    body = { bytes: bytesOf(request), mediaType: negotiateBody(kube) };
  } else if (verb === 'delete' || verb === 'deletecollection') {
    const bytes = bytesOf(request);
    if (bytes.length > 0) body = { bytes, mediaType: negotiateBody(kube) };
  }
  const result = await dispatch({ ...resourceRequest, body }, verb, options.handlers, patchType);
  const warnings = kube.warnings.texts;
  if (result.kind === 'watch') {
    await startWatch(reply, kube, definition, result, negotiateWatch(kube, definition), options);
    return;
  }
  if (warnings.length > 0) reply.header('warning', warningHeaders(warnings));
  checkForm(output, definition, verb, result.kind === 'object' ? result.gvk : definition);
  await sendResult(reply, kube, definition, result, output, options);
}

function addWarnings(kube: KubeRequest, { warnings = [] }: ResourceDefinition): void {
  for (const text of warnings) kube.warnings.add(text);
}

function builtinRoute(method: string, kube: KubeRequest, definition: ResourceDefinition): CustomRoute {
  checkTimeout(kube);
  const subresource = locate(kube, definition);
  return { subresource, verb: verbOf(method, kube, definition, subresource) };
}

/** Streams and proxies. What can't be connected with is refused in the real words. */
async function connect(request: ResourceRequest, raw: FastifyRequest, reply: FastifyReply, options: ServerOptions): Promise<void> {
  const spec = request.subresource?.spec;
  if (spec?.form !== 'connect' || spec.connect === undefined) throw methodNotAllowed();
  await admitConnect(request, spec.gvk, options.handlers);
  const upgrade = upgradeSocketOf(raw.raw) !== undefined;
  const connection = await spec.connect({ context: request.context, query: request.query, upgrade });
  if (connection.kind === 'empty') {
    await reply.code(204).send();
    return;
  }
  const { serveConnection } = await import('../streams/serve.js');
  await serveConnection(connection, raw, reply, options);
}

/** `?timeout=` must be a duration, though nothing here takes long enough to need it (Go: filters/request_deadline.go). */
function checkTimeout(kube: KubeRequest): void {
  const text = kube.query.get('timeout')?.[0] ?? '';
  if (text === '') return;
  try {
    parseDuration(text);
  } catch (error) {
    throw badRequest(`invalid timeout specified in the request URL - ${error instanceof Error ? error.message : String(error)}`);
  }
}

const EMPTY = Buffer.alloc(0);

function bytesOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : EMPTY;
}

/** Whether the server itself has the group; what a custom one lacks is no page at all. */
function isBuiltinGroup(options: ServerOptions, group: string): boolean {
  for (const definition of options.catalog.all()) if (definition.group === group && definition.custom !== true) return true;
  return false;
}

/** Whether the path's shape fits the resource; 404 if not. */
function locate(kube: KubeRequest, definition: ResourceDefinition): { name: string; spec: Subresource } | undefined {
  const { info } = kube;
  if (definition.namespaced) {
    if (info.name !== '' && info.parts.length > 1 && !info.inNamespace) throw noSuchPath();
  } else if (info.inNamespace) throw noSuchPath();
  if (info.parts.length < 3) return undefined;
  if (info.legacyVerb !== '') throw noSuchPath();
  const name = info.parts[2] ?? '';
  const spec = definition.subresources.get(name);
  if (spec === undefined) throw noSuchPath();
  if (info.parts.length > 3 && !(spec.form === 'connect' && name === 'proxy')) throw noSuchPath();
  return { name, spec };
}

const METHOD_VERBS: Readonly<Record<string, string>> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** What proxies pass on besides the methods that discovery tells of. */
const PROXIED: ReadonlySet<string> = new Set(['HEAD', 'OPTIONS']);

/** Verbs that are asked for with a name. */
const NAMED_VERBS = ['get', 'update', 'patch', 'delete'];

/** Whether the router of the real server knows the path of a resource at all; what is only created has no names, and no list of all namespaces. */
function isRouted({ info }: KubeRequest, { verbs, namespaced }: ResourceDefinition): boolean {
  if (info.parts.length > 1) return NAMED_VERBS.some((verb) => verbs.includes(verb));
  return !namespaced || info.inNamespace || verbs.includes('list');
}

/** The verb, if the resource takes it here; 404 for paths without any, 405 for others. */
function verbOf(
  method: string,
  kube: KubeRequest,
  definition: ResourceDefinition,
  subresource: { name: string; spec: Subresource } | undefined,
): string {
  const { info } = kube;
  const plain = METHOD_VERBS[method];
  if (subresource?.spec.form === 'connect' && subresource.name === 'proxy' && PROXIED.has(method)) return 'connect';
  if (subresource === undefined && !isRouted(kube, definition)) throw noSuchPath();
  if (plain === undefined) throw methodNotAllowed();
  if (subresource !== undefined) {
    if (subresource.spec.form === 'connect') {
      if (!subresource.spec.verbs.includes(plain)) throw methodNotAllowed();
      return 'connect';
    }
    if (!subresource.spec.verbs.includes(plain)) throw methodNotAllowed();
    return plain;
  }
  const named = info.parts.length > 1;
  const verbs = definition.verbs;
  if (info.legacyVerb === 'watch') {
    if (!verbs.includes('watch')) throw noSuchPath();
    if (plain !== 'get') throw methodNotAllowed();
    return 'watch';
  }
  if (info.legacyVerb !== '') throw noSuchPath();
  if (named) {
    if (plain === 'create' || !verbs.includes(plain)) throw methodNotAllowed();
    return plain;
  }
  if (plain === 'get') {
    if (!verbs.includes('list')) throw methodNotAllowed();
    return 'list';
  }
  const collective = plain === 'delete' ? 'deletecollection' : plain;
  const acrossNamespaces = definition.namespaced && !info.inNamespace && collective !== 'create';
  if ((collective !== 'create' && collective !== 'deletecollection') || !verbs.includes(collective) || acrossNamespaces)
    throw methodNotAllowed();
  if (definition.namespaced && !info.inNamespace && collective === 'create') throw methodNotAllowed();
  return collective;
}

function patchTypeOf(kube: KubeRequest, definition: ResourceDefinition): PatchType {
  const type = (kube.contentType ?? '').split(';')[0]?.trim() ?? '';
  const found = Object.hasOwn(PATCH_TYPES, type) ? PATCH_TYPES[type] : undefined;
  if (found === undefined || (found === 'strategic' && definition.custom === true)) {
    if (definition.custom !== true)
      throw new StatusError({ code: 415, reason: 'UnsupportedMediaType', message: '415: Unsupported Media Type', details: {} });
    const accepted = Object.keys(PATCH_TYPES).filter((name) => name !== 'application/strategic-merge-patch+json');
    throw new StatusError({
      code: 415,
      reason: 'UnsupportedMediaType',
      message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    });
  }
  return found;
}

function contextOf(kube: KubeRequest, definition: ResourceDefinition): RequestContext {
  const { info } = kube;
  const isNamespace = definition.group === '' && definition.resource === 'namespaces';
  return {
    user: kube.user,
    verb: info.verb,
    namespace: definition.namespaced ? info.namespace : '',
    name: isNamespace ? (info.parts[1] ?? '') : info.name,
    userAgent: kube.userAgent,
    path: info.path,
    warn: (text) => {
      kube.warnings.add(text);
    },
    annotate: (key, value) => {
      kube.audit?.annotate(key, value);
    },
    audit: kube.audit,
  };
}
