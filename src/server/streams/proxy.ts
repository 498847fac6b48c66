import type { FastifyReply, FastifyRequest } from 'fastify';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { CONNECTION_HEADERS } from '../../apimachinery/connection-headers.js';
import { plainError, serviceUnavailable, StatusError } from '../../apimachinery/status.js';
import type { ProxyConnection } from '../../registry/connection.js';
import { rewriteHtml } from './rewrite-html.js';
import { flushEarly, joinUpgraded, upgradeOf, upgradeSocketOf } from './upgrade.js';

/** What isn't passed on: what belongs to one connection, and credentials, which the API server keeps to itself. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([...CONNECTION_HEADERS, 'authorization', 'content-length']);
const NOT_RETURNED: ReadonlySet<string> = new Set([
  ...[...NOT_FORWARDED].filter((name) => name !== 'content-length'),
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
]);
const IMPERSONATION = 'impersonate-';

/** Pages larger than this go through as they are. Bytes. */
const MAX_PAGE = 8 * 1024 * 1024;

/** What of a proxied URL is ours, and what is the backend's. */
interface ProxiedUrl {
  /** `/api/v1/namespaces/a/services/b/proxy` */
  readonly prefix: string;
  /** Begins with `/`, or is empty. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

const PROXIED = /^(\/api\/v1\/(?:namespaces\/[^/]+\/)?(?:pods|services|nodes)\/[^/]+\/proxy)(\/.*)?$/;

function splitUrl(url: string): ProxiedUrl {
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const match = PROXIED.exec(path);
  return { prefix: match?.[1] ?? path, path: match?.[2] ?? '', query: mark === -1 ? '' : url.slice(mark) };
}

/** Passes a request on to a server in the cluster's network, and its answer back (Go: apimachinery/pkg/util/proxy). */
export async function serveProxy(request: FastifyRequest, reply: FastifyReply, target: ProxyConnection): Promise<void> {
  const url = splitUrl(request.url);
  const upgrade = upgradeOf(request.headers) !== '' && upgradeSocketOf(request.raw) !== undefined;
  const { method } = request;
  if (!upgrade && url.path === '' && (method === 'GET' || method === 'HEAD')) {
    await reply.code(301).header('location', `${url.prefix}/${url.query}`).send();
    return;
  }
  let connection: Duplex;
  try {
    connection = secured(await target.dial(), target);
  } catch (error) {
    // Only the way to an upgrade tells of dialling.
    if (upgrade && error instanceof StatusError)
      throw plainError(500, error.message.replace(/^error trying to reach service: /, 'error dialing backend: '));
    throw error;
  }
  // Without an agent the connection is ours; with one, Node would open its own.
  const outgoing = httpRequest({
    createConnection: () => connection as never,
    method,
    path: `${url.path === '' ? '/' : url.path}${url.query}`,
    headers: forwardedHeaders(request, url, upgrade),
    setHost: false,
  });
  reply.raw.on('close', () => {
    outgoing.destroy();
    connection.destroy();
  });
  if (upgrade) await passUpgrade(request, reply, outgoing, connection);
  else await passAnswer(request, reply, outgoing, url, target);
}

function secured(connection: Duplex, { scheme, host }: ProxyConnection): Duplex {
  if (scheme === 'http') return connection;
  // As the real server, which doesn't check what a pod's certificate says.
  return tlsConnect({ socket: connection, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'], ...serverName(host) });
}

/** Server names are never addresses. */
function serverName(host: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(host) ? {} : { servername: host };
}

function forwardedHeaders(request: FastifyRequest, { prefix, path }: ProxiedUrl, upgrade: boolean): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && !name.startsWith(':') && !NOT_FORWARDED.has(name) && !name.startsWith(IMPERSONATION)) headers[name] = value;
  }
  headers['host'] = String(request.headers.host ?? request.headers[':authority'] ?? '');
  const { contentType } = request.kube;
  if (contentType !== undefined) headers['content-type'] = contentType;
  const earlier = request.headers['x-forwarded-for'];
  const from = request.ip;
  headers['x-forwarded-for'] = earlier === undefined ? from : `${String(earlier)}, ${from}`;
  if (upgrade) {
    headers['connection'] = 'Upgrade';
    headers['upgrade'] = request.headers.upgrade ?? '';
  } else {
    headers['x-forwarded-uri'] = prefix + (path === '' ? '' : path);
    headers['connection'] = 'close';
  }
  return headers;
}

async function passAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  outgoing: ReturnType<typeof httpRequest>,
  url: ProxiedUrl,
  target: ProxyConnection,
): Promise<void> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve);
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      reject(serviceUnavailable(`error trying to reach service: ${error.code === 'ECONNRESET' ? 'EOF' : error.message}`));
    });
  });
  const { body } = request;
  if (Buffer.isBuffer(body) && body.length > 0) {
    outgoing.setHeader('content-length', body.length);
    outgoing.end(body);
  } else {
    if (METHODS_WITH_BODY.has(request.method)) outgoing.setHeader('content-length', 0);
    outgoing.end();
  }
  const answer = await answered;
  reply.code(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !NOT_RETURNED.has(name)) reply.header(name, value);
  }
  const rewrite = (link: string): string =>
    rewriteUrl(link, url.prefix, [`${target.host}:${String(target.port)}`, request.headers.host ?? '']);
  const { location } = answer.headers;
  if (location !== undefined) reply.header('location', rewrite(location));
  else if (isPage(answer.headers)) {
    const page = await textOf(answer);
    reply.removeHeader('content-length');
    await reply.send(Buffer.from(rewriteHtml(page, rewrite)));
    return;
  }
  flushEarly(reply);
  await reply.send(answer);
}

const METHODS_WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

function isPage(headers: IncomingHttpHeaders): boolean {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim();
  return type === 'text/html' && headers['content-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= MAX_PAGE;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Absolute links to the backend itself get the proxy's prefix (Go: proxy.Transport.rewriteURL). */
function rewriteUrl(link: string, prefix: string, own: readonly string[]): string {
  const match = /^(?:([a-z][a-z0-9+.-]*:)?\/\/([^/?#]*))?(\/[^?#]*)?(.*)$/is.exec(link);
  const [, , host, path, rest = ''] = match ?? [];
  if (path === undefined || (host !== undefined && !own.includes(host))) return link;
  return path.startsWith(prefix) ? path + rest : prefix + path + rest;
}

/** Joins the two connections once the backend has agreed; passes its refusal on otherwise. */
async function passUpgrade(
  request: FastifyRequest,
  reply: FastifyReply,
  outgoing: ReturnType<typeof httpRequest>,
  connection: Duplex,
): Promise<void> {
  const upgrade = upgradeSocketOf(request.raw);
  if (upgrade === undefined) return;
  const result = await new Promise<{ answer: IncomingMessage; head: Buffer | undefined }>((resolve, reject) => {
    outgoing.on('upgrade', (answer, _socket, head) => {
      resolve({ answer, head });
    });
    outgoing.on('response', (answer) => {
      resolve({ answer, head: undefined });
    });
    outgoing.on('error', (error) => {
      reject(plainError(500, error.message));
    });
    outgoing.end();
  });
  const { answer, head } = result;
  if (head === undefined) {
    const code = answer.statusCode ?? 500;
    if (code < 400) throw plainError(500, `invalid upgrade response: status code ${String(code)}`);
    reply.code(code);
    for (const [name, value] of Object.entries(answer.headers))
      if (value !== undefined && !NOT_RETURNED.has(name)) reply.header(name, value);
    await reply.send(answer);
    return;
  }
  if (head.length > 0) connection.unshift(head);
  joinUpgraded(reply, upgrade, connection, answer.rawHeaders);
}
