import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { finished } from 'node:stream/promises';
import { badRequest, plainError } from '../../apimachinery/status.js';
import { KubeletError } from '../../registry/kubelet.js';
import { spdyProtocol } from './remote-command.js';
import { SpdyConnection, type SpdyStream } from './spdy/connection.js';
import { switchProtocols, takeOver, upgradeOf, upgradeSocketOf, type UpgradeSocket } from './upgrade.js';
import { offeredProtocols, openWebSocket, webSocketTunnel, WebSocketChannels } from './websocket.js';

/** A pod whose ports are forwarded. */
export interface ForwardTarget {
  /** As error texts name it. */
  readonly pod: string;
  readonly uid: string;
  /** Rejects with KubeletError if the pod can't be forwarded to at all. */
  check(): Promise<void>;
  /** Rejects with the text for the port's error stream. */
  dial(port: number): Promise<Duplex>;
}

const PROTOCOL = 'portforward.k8s.io';
const TUNNEL = /^SPDY\/3\.1\+(.*\.k8s\.io)$/;
const CHANNEL_PROTOCOLS: Readonly<Record<string, { readonly base64: boolean }>> = {
  '': { base64: false },
  'v4.channel.k8s.io': { base64: false },
  'v4.base64.channel.k8s.io': { base64: true },
};

/**
 * Serves port-forward on an upgraded connection: SPDY, SPDY tunnelled through a
 * WebSocket (kubectl 1.31 and later), or a WebSocket's channels (`?ports=`). Throws
 * what is to be answered over HTTP instead.
 */
export async function servePortForward(
  request: IncomingMessage,
  response: ServerResponse,
  query: ReadonlyMap<string, readonly string[]>,
  target: ForwardTarget,
): Promise<void> {
  const upgrade = upgradeSocketOf(request);
  const protocol = upgradeOf(request.headers);
  if (upgrade === undefined || protocol === '') throw badRequest('Upgrade request required');
  if (protocol === 'spdy/3.1') {
    const chosen = spdyProtocol(request, [PROTOCOL]);
    await target.check();
    const socket = takeOver(response, upgrade);
    switchProtocols(socket, {
      Connection: 'Upgrade',
      Upgrade: 'SPDY/3.1',
      ...(chosen === '' ? {} : { 'X-Stream-Protocol-Version': chosen }),
    });
    await forwardStreams(socket, target);
    return;
  }
  if (protocol !== 'websocket')
    throw plainError(400, `unable to upgrade: missing upgrade headers in request: ${JSON.stringify(request.headers)}`);
  const offered = offeredProtocols(request);
  const tunnel = offered.find((name) => TUNNEL.test(name));
  if (tunnel !== undefined) await serveTunnel(request, response, upgrade, tunnel, target);
  else await serveChannels(request, response, upgrade, offered, query, target);
}

async function serveTunnel(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: UpgradeSocket,
  protocol: string,
  target: ForwardTarget,
): Promise<void> {
  const inner = TUNNEL.exec(protocol)?.[1] ?? '';
  if (inner !== PROTOCOL)
    throw new KubeletError(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${inner}], server accepts [${PROTOCOL}]`,
    );
  await target.check();
  takeOver(response, { ...upgrade, head: Buffer.alloc(0) });
  await forwardStreams(await webSocketTunnel(await openWebSocket(request, upgrade, protocol)), target);
}

interface Pair {
  data?: SpdyStream;
  error?: SpdyStream;
}

/** Pairs the data and error streams of a request, and joins each pair with its port (Go: portforward.httpStreamHandler). */
async function forwardStreams(socket: Duplex, target: ForwardTarget): Promise<void> {
  const pairs = new Map<string, Pair>();
  const connection = new SpdyConnection(socket, (stream) => {
    const port = portOf(stream.headers.get('port') ?? '');
    const type = stream.headers.get('streamtype');
    if (port === undefined || (type !== 'data' && type !== 'error')) throw new Error('not a stream of a port');
    const id = requestId(stream, type);
    const pair = pairs.get(id) ?? {};
    if (pair[type] !== undefined) throw new Error(`${type} stream already assigned`);
    pair[type] = stream;
    pairs.set(id, pair);
    if (pair.data === undefined || pair.error === undefined) return;
    pairs.delete(id);
    void forward(pair.data, pair.error, port, target);
  });
  await connection.closed;
}

/** Old clients number no requests; their error stream comes first, with the number before the data stream's. */
function requestId(stream: SpdyStream, type: 'data' | 'error'): string {
  return stream.headers.get('requestid') ?? String(type === 'error' ? stream.id : stream.id - 2);
}

async function forward(data: SpdyStream, error: SpdyStream, port: number, target: ForwardTarget): Promise<void> {
  error.resume();
  const failure = await joinPort(data, port, target);
  if (failure === undefined) {
    data.end();
    error.end();
    return;
  }
  error.write(failure, () => {
    data.destroy();
    error.destroy();
  });
}

/** Resolves with the text for the error stream, or undefined when both sides are done. */
async function joinPort(data: Duplex, port: number, target: ForwardTarget): Promise<string | undefined> {
  let backend: Duplex;
  try {
    backend = await target.dial(port);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `error forwarding port ${String(port)} to pod ${target.pod}, uid ${target.uid}: ${why}`;
  }
  backend.on('error', () => undefined);
  data.on('close', () => {
    backend.destroy();
  });
  data.pipe(backend);
  backend.pipe(data, { end: false });
  await finished(backend, { writable: false }).catch(() => undefined);
  return undefined;
}

async function serveChannels(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: UpgradeSocket,
  offered: readonly string[],
  query: ReadonlyMap<string, readonly string[]>,
  target: ForwardTarget,
): Promise<void> {
  const ports = queryPorts(query);
  const protocol = offered.length === 0 ? '' : offered.find((name) => Object.hasOwn(CHANNEL_PROTOCOLS, name));
  const form = protocol === undefined ? undefined : CHANNEL_PROTOCOLS[protocol];
  if (protocol === undefined || form === undefined) throw new KubeletError(403, '');
  await target.check();
  takeOver(response, { ...upgrade, head: Buffer.alloc(0) });
  const socket = await openWebSocket(request, upgrade, protocol);
  const channels = new WebSocketChannels(socket, { base64: form.base64, closeSignal: false }, ports.length * 2);
  const joined = ports.map(async (port, index) => {
    const data = channels.channel(index * 2);
    const error = channels.channel(index * 2 + 1);
    error.resume();
    const announced = Buffer.alloc(2);
    announced.writeUInt16LE(port);
    data.write(announced);
    error.write(announced);
    const failure = await joinPort(data, port, target);
    if (failure !== undefined) await new Promise((resolve) => error.write(failure, resolve));
    // What waits to be written would be lost with the connection.
    else if (!data.destroyed) await new Promise<void>((resolve) => data.end(resolve));
  });
  void channels.closed.then(() => {
    for (let index = 0; index < ports.length; index++) channels.channel(index * 2).destroy();
  });
  await Promise.race([Promise.all(joined), channels.closed]);
  channels.close();
}

/** `?ports=80,81&ports=82`. */
function queryPorts(query: ReadonlyMap<string, readonly string[]>): readonly number[] {
  const given = query.get('ports') ?? [];
  if (given.length === 0) throw new KubeletError(400, 'query parameter "port" is required');
  return given.flatMap((list) =>
    list.split(',').map((text) => {
      const port = portOf(text);
      if (port === undefined) throw new KubeletError(400, `unable to parse ${JSON.stringify(list)} as a port`);
      return port;
    }),
  );
}

function portOf(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}
