import type { IncomingMessage } from 'node:http';
import { CONNECTION_HEADERS } from '../../apimachinery/connection-headers.js';
import { sentHeader } from '../../apimachinery/header-text.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { AggregatedAnswer, AggregatedApi, AggregatedRequest } from '../../registry/aggregated-api.js';
import type { APIServiceSpec } from '../../schema/generated/apiregistration-v1.js';
import type { ClientCertificate, Destination } from '../../webhook/destination.js';
import type { HttpsClient } from '../../webhook/https-client.js';

/** What passing requests on takes. */
export interface FrontProxy {
  readonly client: HttpsClient;
  /** By which aggregated servers know that they may believe the headers; made when it is first needed. */
  readonly certificate: () => ClientCertificate;
}

/** What isn't passed on: what belongs to one connection, and what the proxy fills in itself. */
const NOT_PASSED: ReadonlySet<string> = new Set([...CONNECTION_HEADERS, 'host', 'content-length', 'authorization']);
const REMOTE = 'x-remote-';
const IMPERSONATION = 'impersonate-';
const EMPTY = Buffer.alloc(0);

/** The server of an APIService, as the front proxy reaches it (Go: kube-aggregator's proxyHandler). */
export function serverBehind({ service, caBundle = '', insecureSkipTLSVerify }: APIServiceSpec, proxy: FrontProxy): AggregatedApi {
  const { name = '', namespace = '', port = 443 } = service ?? {};
  const host = `${name}.${namespace}.svc`;
  const destination: Destination = {
    host,
    port,
    service: { namespace, name, port },
    origin: `https://${host}:${String(port)}`,
    path: '',
    ca: Buffer.from(caBundle, 'base64').toString('latin1').trim(),
    insecure: insecureSkipTLSVerify === true,
  };
  return (request) => pass(request, destination, proxy);
}

async function pass(request: AggregatedRequest, destination: Destination, { client, certificate }: FrontProxy): Promise<AggregatedAnswer> {
  const { method, url, body, signal, isUpgrade } = request;
  const headers: Record<string, string | readonly string[]> = { ...passedHeaders(request.headers), ...remoteHeaders(request.user) };
  if (body.length > 0) headers['content-length'] = String(body.length);
  if (isUpgrade === true) Object.assign(headers, { connection: 'Upgrade', upgrade: request.headers['upgrade'] });
  const response = await client.exchange({ ...destination, path: url }, { method, headers, body, signal, certificate: certificate() });
  if (response.statusCode === 101)
    return { status: 101, headers: {}, body: EMPTY, upgraded: { connection: response.socket, rawHeaders: response.rawHeaders } };
  if (isRedirect(response)) {
    response.destroy();
    return REDIRECTED;
  }
  return { status: response.statusCode ?? 502, headers: passedHeaders(response.headers), body: response as AsyncIterable<Uint8Array> };
}

/** Where a redirect leads the client would take its credentials to (CVE-2022-3172). */
const REDIRECTED: AggregatedAnswer = {
  status: 502,
  headers: {},
  body: Buffer.from('the backend attempted to redirect this request, which is not permitted'),
};

function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode <= 399 && !!headers.location;
}

/** Who is impersonated has been settled; the server behind must not settle it once more. */
function isPassed(name: string): boolean {
  return !NOT_PASSED.has(name) && !name.startsWith(REMOTE) && !name.startsWith(IMPERSONATION) && !name.startsWith(':');
}

function passedHeaders(headers: AggregatedRequest['headers']): Record<string, string | readonly string[]> {
  const passed: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && isPassed(name)) passed[name] = value;
  }
  return passed;
}

/** Who makes the request (Go: transport.SetAuthProxyHeaders). */
function remoteHeaders({ name, uid, groups, extra }: UserInfo): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = { [`${REMOTE}user`]: sentHeader(name) };
  if (uid !== '') headers[`${REMOTE}uid`] = sentHeader(uid);
  if (groups.length > 0) headers[`${REMOTE}group`] = groups.map(sentHeader);
  for (const [key, values] of Object.entries(extra)) headers[`${REMOTE}extra-${encodeURIComponent(key)}`] = values.map(sentHeader);
  return headers;
}
