import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from '../options.js';

/** Discovery must not wait for a server that doesn't answer. Milliseconds. */
const DISCOVERY_TIMEOUT = 5000;
const EMPTY = Buffer.alloc(0);

/** Has the server behind an APIService answer a request (Go: kube-aggregator's proxyHandler). */
export async function passOn(
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions,
  group: string,
  version: string,
): Promise<void> {
  const { kube } = request;
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  const { isResourceRequest } = kube.info;
  const answer = await options.remote.passOn(group, version, {
    method: request.method,
    url: request.url,
    headers: { ...request.headers, 'content-type': kube.contentType },
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    user: kube.user,
    signal: isResourceRequest ? gone.signal : AbortSignal.any([gone.signal, AbortSignal.timeout(DISCOVERY_TIMEOUT)]),
  });
  reply.code(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, typeof value === 'string' ? value : [...value]);
  await reply.send(Buffer.isBuffer(answer.body) ? answer.body : Readable.from(answer.body, { objectMode: false }));
}
