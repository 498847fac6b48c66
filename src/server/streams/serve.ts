import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { badRequest, internalError } from '../../apimachinery/status.js';
import type { Connection } from '../../registry/connection.js';
import { KubeletError } from '../../registry/kubelet.js';
import type { ServerOptions } from '../options.js';
import { serveLog } from './log.js';
import { servePortForward } from './port-forward.js';
import { serveProxy } from './proxy.js';
import { serveRemoteCommand } from './remote-command.js';
import { ClientGone } from './upgrade.js';
import { upgradeSocketOf } from './upgrade.js';

/** Joins a client with what its request leads to. Resolves when the request is answered or the stream has ended. */
export async function serveConnection(
  connection: Exclude<Connection, { kind: 'empty' }>,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions,
): Promise<void> {
  // HTTP/2 has no upgrades, so these are only touched over HTTP/1.1.
  const raw = reply.raw as ServerResponse;
  const untrack = options.track(() => {
    request.raw.socket.destroy();
  });
  const taken = auditUpgrade(request);
  try {
    switch (connection.kind) {
      case 'log':
        await serveLog(request, reply, connection.open).catch(logRefusal);
        break;
      case 'program':
        await serveRemoteCommand(request.raw, raw, connection.options, connection.open, (delay, action) =>
          options.clock.after(delay, action),
        );
        if (!reply.sent) reply.hijack();
        break;
      case 'ports':
        await servePortForward(request.raw, raw, request.kube.query, connection);
        if (!reply.sent) reply.hijack();
        break;
      case 'proxy':
        await serveProxy(request, reply, connection);
        break;
    }
  } catch (error) {
    if (error instanceof ClientGone) {
      if (!reply.sent) reply.hijack();
      return;
    }
    if (!(error instanceof KubeletError)) throw error;
    // The kubelet's answer goes through as it is.
    await reply.code(error.code).header('content-type', 'text/plain; charset=utf-8').send(error.message);
  } finally {
    untrack();
    // Nobody sees the end of an answer that has left HTTP.
    if (taken()) request.kube.audit?.completed(SWITCHING);
  }
}

const SWITCHING = 101;

/** Tells the audit trail when an upgraded connection begins; the function tells whether it did. */
function auditUpgrade(request: FastifyRequest): () => boolean {
  const upgrade = upgradeSocketOf(request.raw);
  let isTaken = false;
  if (upgrade !== undefined) {
    upgrade.onTaken = () => {
      isTaken = true;
      request.kube.audit?.started(SWITCHING);
    };
  }
  return () => isTaken;
}

/** What the API server makes of a kubelet's refusal of logs (Go: GenericHttpResponseChecker). */
function logRefusal(error: unknown): never {
  if (!(error instanceof KubeletError)) throw error;
  throw error.code === 500 ? internalError(error.message) : badRequest(error.message);
}
