import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { KubeletError } from '../../registry/kubelet.js';
import { takeOver, upgradeOf, upgradeSocketOf } from './upgrade.js';
import { offeredProtocols, openWebSocket } from './websocket.js';
import type { ServerResponse } from 'node:http';

/** How a log goes through a WebSocket (Go: wsstream.NewDefaultReaderProtocols). */
const READER_PROTOCOLS: Readonly<Record<string, { readonly base64: boolean }>> = {
  '': { base64: false },
  'binary.k8s.io': { base64: false },
  'base64.binary.k8s.io': { base64: true },
};

/** Sends a log as it grows: as a chunked answer, or as the messages of a WebSocket. */
export async function serveLog(request: FastifyRequest, reply: FastifyReply, open: () => Promise<Readable>): Promise<void> {
  const log = await open();
  const upgrade = upgradeSocketOf(request.raw);
  if (upgrade !== undefined && upgradeOf(request.headers) === 'websocket') {
    const offered = offeredProtocols(request.raw);
    const protocol = offered.length === 0 ? '' : offered.find((name) => Object.hasOwn(READER_PROTOCOLS, name));
    const form = protocol === undefined ? undefined : READER_PROTOCOLS[protocol];
    if (protocol === undefined || form === undefined) throw new KubeletError(403, '');
    reply.hijack();
    takeOver(reply.raw as ServerResponse, { ...upgrade, head: Buffer.alloc(0) });
    const socket = await openWebSocket(request.raw, upgrade, protocol);
    socket.on('close', () => {
      log.destroy();
    });
    log.on('data', (chunk: Buffer) => {
      socket.send(form.base64 ? chunk.toString('base64') : chunk);
    });
    await finished(log).catch(() => undefined);
    socket.close(1000);
    return;
  }
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) response.setHeader(name, value);
  response.writeHead(200, { 'content-type': 'text/plain' });
  request.kube.audit?.started(200);
  // A client that follows wants to know at once that it is connected.
  if ('flushHeaders' in response) response.flushHeaders();
  await pipeline(log, response).catch(() => undefined);
}
