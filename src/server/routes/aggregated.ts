import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from '../options.js';
import { flushEarly, joinUpgraded, upgradeOf, upgradeSocketOf } from '../streams/upgrade.js';

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
  const upgrade = upgradeOf(request.headers) === '' ? undefined : upgradeSocketOf(request.raw as IncomingMessage);
  const answer = await options.remote.passOn(group, version, {
    method: request.method,
    url: request.url,
    headers: { ...request.headers, 'content-type': kube.contentType },
    body: Buffer.isBuffer(request.body) ? request.body : EMPTY,
    user: kube.user,
    isUpgrade: upgrade !== undefined,
    signal: isResourceRequest ? gone.signal : AbortSignal.any([gone.signal, AbortSignal.timeout(DISCOVERY_TIMEOUT)]),
  });
  if (answer.upgraded !== undefined && upgrade !== undefined) {
    upgrade.onTaken = () => kube.audit?.started(answer.status);
    const { connection, rawHeaders } = answer.upgraded;
    connection.once(
      'close',
      options.track(() => connection.destroy()),
    );
    joinUpgraded(reply, upgrade, connection, rawHeaders);
    kube.audit?.completed(answer.status);
    return;
  }
  reply.code(answer.status);
  for (const [name, value] of Object.entries(answer.headers)) reply.header(name, typeof value === 'string' ? value : [...value]);
  flushEarly(reply);
  await reply.send(Buffer.isBuffer(answer.body) ? answer.body : Readable.from(answer.body, { objectMode: false }));
}
