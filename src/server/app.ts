import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { METHODS } from 'node:http';
import { goQuote } from '../apimachinery/field-error.js';
import { receivedHeader } from '../apimachinery/header-text.js';
import { sanitized } from '../apimachinery/sanitized.js';
import { badRequest } from '../apimachinery/status.js';
import { anonymous } from '../apimachinery/user-info.js';
import { auditIdOf } from '../auth/audit/event.js';
import { Warnings } from '../registry/request.js';
import { auditRefusal, beginAudit } from './audit.js';
import { answerInBatches } from './batches.js';
import { answerBadUrl, answerClientError, MAX_HEADER } from './client-errors.js';
import { errorHandler, MAX_BODY } from './errors.js';
import { errorOutput } from './negotiate.js';
import { parseQuery, requestInfoOf, splitPath, type RequestInfo } from './request-info.js';
import { connectionOf } from './connection.js';
import type { Credentials, ServerOptions } from './options.js';
import { discoveryRoutes } from './routes/discovery.js';
import { healthRoutes } from './routes/health.js';
import { metricsRoutes } from './routes/metrics.js';
import { openapiRoutes } from './routes/openapi.js';
import { resourceRoutes } from './routes/resources.js';
import { rootRoutes } from './routes/root.js';
import { wellKnownRoutes } from './routes/well-known.js';
import { zpagesRoutes } from './routes/zpages.js';
import { pageNotFound } from './routes/not-found.js';
import { readOn } from './read-on.js';
import { routeUpgrades } from './streams/upgrade.js';

export type App = FastifyInstance;

/** Where a server listens and with what. */
export interface Listener {
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: readonly string[] } | undefined;
}

/**
 * The HTTP front: one Fastify application per listener over the same parts.
 * Hooks work out what is asked and who asks; routes answer.
 */
export function createApp(options: ServerOptions, listener: Listener): App {
  const common = {
    bodyLimit: MAX_BODY,
    // No path is too long whose request was not.
    routerOptions: { maxParamLength: MAX_HEADER },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    logger: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerBadUrl,
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  } as const;
  const tls = listener.tls;
  const app = (tls === undefined
    ? fastify(common)
    : fastify({
        ...common,
        http2: true,
        https: {
          allowHTTP1: true,
          key: tls.key,
          cert: tls.cert,
          ca: [...tls.ca],
          requestCert: true,
          rejectUnauthorized: false,
          settings: { maxConcurrentStreams: 1000, maxHeaderListSize: MAX_HEADER },
          maxHeaderListPairs: MAX_HEADERS,
        },
      })) as unknown as FastifyInstance;

  // Node leaves out what is beyond its limit without a word, an Impersonate-User too.
  // Properties, since the constructor of an HTTP/2 server has no such options for HTTP/1.1.
  Object.assign(app.server, { maxHeaderSize: MAX_HEADER, maxHeadersCount: MAX_HEADERS });
  answerInBatches(app.server);
  readOn(app.server);
  for (const method of METHODS) if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.decorateRequest('kube', undefined as never);
  app.setErrorHandler(errorHandler(options.logger));
  app.setNotFoundHandler(pageNotFound);

  app.addHook('onRequest', async (request, reply) => {
    begin(request, reply, options);
    if (request.kube.info.undetermined === true) return await undetermined(request, reply);
    await identify(request, reply, options);
    return undefined;
  });
  app.addHook('onResponse', (request, reply, done) => {
    options.metrics.finished(request.kube, request.method, reply.statusCode);
    request.kube.audit?.completed(reply.statusCode);
    if (options.logger.verbosity >= LOG_REQUESTS) {
      const { user, received, userAgent } = request.kube;
      options.logger.info(`${request.method} ${request.url}`, {
        status: reply.statusCode,
        ms: options.clock.now() - received,
        user: user.name,
        agent: userAgent,
      });
    }
    done();
  });

  rootRoutes(app, options);
  healthRoutes(app, options);
  wellKnownRoutes(app, options);
  openapiRoutes(app, options);
  metricsRoutes(app, options);
  zpagesRoutes(app, options);
  discoveryRoutes(app, options);
  resourceRoutes(app, options);
  routeUpgrades(app);
  return app;
}

/** Routes have no JSON schemas; without this Fastify would load compilers for them, for a tenth of the start. */
function noSchemas(): never {
  throw new Error('no route has a schema');
}

/** More than fit into MAX_HEADER. */
const MAX_HEADERS = MAX_HEADER / 4;

/** The verbosity (-v) from which every request is logged. */
const LOG_REQUESTS = 2;

/** Works out what the request is about. */
function begin(request: FastifyRequest, reply: FastifyReply, options: ServerOptions): void {
  const { url } = request;
  const mark = url.indexOf('?');
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const query = parseQuery(mark === -1 ? '' : url.slice(mark + 1));
  const split = splitPath(rawPath);
  const { headers } = request;
  const contentType = headers['content-type'];
  // Fastify must take any body as it comes; the real type is judged by us. Over HTTP/2 a body needs neither a type nor a length.
  if (contentType !== undefined || request.raw.httpVersionMajor > 1) headers['content-type'] = 'application/octet-stream';
  const given = headers['audit-id'];
  const auditId = auditIdOf(typeof given === 'string' ? given : undefined, randomUUID);
  const userAgent = receivedHeader(headers['user-agent'] ?? '');
  const info: RequestInfo = requestInfoOf(request.method, split?.path ?? rawPath, split?.segments ?? [], query);
  request.kube = {
    info,
    query,
    warnings: new Warnings(),
    errorOutput: errorOutput(headers.accept, query, userAgent),
    accept: headers.accept,
    contentType,
    userAgent,
    user: anonymous(),
    received: options.clock.now(),
    auditId,
  };
  reply.header('audit-id', auditId);
  reply.header('cache-control', 'no-cache, private');
  if (split === undefined) throw badRequest('invalid URL escape');
}

/** Go: responsewriters.InternalError of the filter that finds out what a request is about. */
async function undetermined({ url }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const message = `Internal Server Error: ${goQuote(url)}: failed to create RequestInfo: unable to determine kind and namespace from url, ${url}`;
  reply.header('x-content-type-options', 'nosniff');
  return await reply
    .code(500)
    .type('text/plain; charset=utf-8')
    .send(`${sanitized(message)}\n`);
}

/** Authentication, impersonation and authorization; throws 401 and 403. */
async function identify(request: FastifyRequest, reply: FastifyReply, options: ServerOptions): Promise<void> {
  const { kube, raw } = request;
  const { audit } = options;
  const notes: [string, string][] = [];
  const credentials: Credentials = {
    headers: request.headers,
    rawHeaders: raw.rawHeaders,
    connection: connectionOf(raw),
    path: kube.info.path,
    warn: (text) => {
      kube.warnings.add(text);
    },
    annotate: audit === undefined ? ignore : (key, value) => notes.push([key, value]),
  };
  try {
    const found = options.authenticate(credentials);
    kube.user = found instanceof Promise ? await found : found;
  } catch (error) {
    if (audit !== undefined) auditRefusal(request, audit, error);
    throw error;
  }
  if (audit !== undefined) beginAudit(request, audit, notes);
  try {
    const done = options.authorize(kube, credentials);
    if (done instanceof Promise) await done;
  } catch (error) {
    // As Go's responsewriters.Forbidden: the message holds what the client sent.
    reply.header('x-content-type-options', 'nosniff');
    throw error;
  }
}

function ignore(): void {
  // Nobody reads the audit trail.
}
