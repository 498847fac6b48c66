import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { badRequest, plainError } from '../../apimachinery/status.js';
import { KubeletError, type ExecOptions, type ExecSession, type StreamOptions } from '../../registry/kubelet.js';
import { SpdyConnection, type SpdyStream } from './spdy/connection.js';
import { outcomeText, type Outcome, type StatusFormat } from './stream-status.js';
import { switchProtocols, takeOver, upgradeOf, upgradeSocketOf, type UpgradeSocket } from './upgrade.js';
import { offeredProtocols, openWebSocket, WebSocketChannels } from './websocket.js';

/** The ends of the wire that a program's streams are joined with (Go: remotecommand.connectionContext). */
interface RemoteStreams {
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  readonly resize: Readable | undefined;
  readonly error: Writable;
  readonly format: StatusFormat;
  /** The client has gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Opens the program's streams; rejects with KubeletError before anything runs. */
export type OpenSession = () => Promise<ExecSession>;

const SPDY = 'spdy/3.1';
const STREAM_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
/** WebSocket subprotocols. Nodes serve them themselves, v5 included (the feature ExtendWebSocketsToKubelet). */
const WEBSOCKETS: Readonly<Record<string, { readonly base64: boolean; readonly format: StatusFormat }>> = {
  'v5.channel.k8s.io': { base64: false, format: 'translated' },
  '': { base64: false, format: 'text' },
  'channel.k8s.io': { base64: false, format: 'text' },
  'base64.channel.k8s.io': { base64: true, format: 'text' },
  'v4.channel.k8s.io': { base64: false, format: 'kubelet' },
  'v4.base64.channel.k8s.io': { base64: true, format: 'kubelet' },
};

/** How long a client may take to open its streams. Milliseconds. */
const CREATION_TIMEOUT = 30_000;

/**
 * Serves exec and attach on an upgraded connection. Resolves when it is over; throws
 * what is to be answered over HTTP instead.
 * @param options the command is empty for attach
 * @param after arranges something for later, and gives back how to cancel it
 */
export async function serveRemoteCommand(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExecOptions,
  open: OpenSession,
  after: (delay: number, action: () => void) => () => void,
): Promise<void> {
  const upgrade = upgradeSocketOf(request);
  const protocol = upgradeOf(request.headers);
  if (upgrade === undefined || protocol === '') throw badRequest('Upgrade request required');
  const wanted = options.tty ? { ...options, stderr: false } : options;
  if (protocol === 'websocket') {
    await serveWebSocket(request, response, upgrade, wanted, open);
    return;
  }
  if (protocol !== SPDY) throw plainError(400, `unable to upgrade: missing upgrade headers in request: ${JSON.stringify(request.headers)}`);
  await serveSpdy(request, response, upgrade, wanted, open, after);
}

async function serveWebSocket(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: UpgradeSocket,
  options: ExecOptions,
  open: OpenSession,
): Promise<void> {
  const offered = offeredProtocols(request);
  const protocol = offered.length === 0 ? '' : offered.find((name) => Object.hasOwn(WEBSOCKETS, name));
  const form = protocol === undefined ? undefined : WEBSOCKETS[protocol];
  if (protocol === undefined || form === undefined) throw new KubeletError(403, '');
  checkStreams(options);
  const session = await open();
  takeOver(response, { ...upgrade, head: Buffer.alloc(0) });
  const socket = await openWebSocket(request, upgrade, protocol);
  await join(
    session,
    webSocketStreams(
      new WebSocketChannels(socket, { base64: form.base64, closeSignal: form.format === 'translated' }, 5),
      options,
      form.format,
    ),
    options.command,
  );
}

function webSocketStreams(channels: WebSocketChannels, options: StreamOptions, format: StatusFormat): RemoteStreams {
  const [stdin, stdout, stderr, error, resize] = [0, 1, 2, 3, 4].map((number) => channels.channel(number)) as [
    Duplex,
    Duplex,
    Duplex,
    Duplex,
    Duplex,
  ];
  // Nobody reads these; what comes is dropped.
  for (const channel of [stdout, stderr, error, ...(options.stdin ? [] : [stdin]), ...(options.tty ? [] : [resize])]) channel.resume();
  // An empty message tells the client that the connection stands.
  (options.stdout ? stdout : options.stderr ? stderr : error).write(Buffer.alloc(0));
  return {
    stdin: options.stdin ? stdin : undefined,
    stdout: options.stdout ? stdout : undefined,
    stderr: options.stderr ? stderr : undefined,
    resize: options.tty ? resize : undefined,
    error,
    format,
    closed: channels.closed,
    close: () => {
      channels.close();
    },
  };
}

/** Throws the kubelet's 400 if no stream is asked for. */
function checkStreams({ stdin, stdout, stderr }: StreamOptions): void {
  if (!stdin && !stdout && !stderr) throw new KubeletError(400, 'you must specify at least 1 of stdin, stdout, stderr');
}

async function serveSpdy(
  request: IncomingMessage,
  response: ServerResponse,
  upgrade: UpgradeSocket,
  options: ExecOptions,
  open: OpenSession,
  after: (delay: number, action: () => void) => () => void,
): Promise<void> {
  checkStreams(options);
  const protocol = spdyProtocol(request, STREAM_PROTOCOLS);
  const session = await open();
  const socket = takeOver(response, upgrade);
  switchProtocols(socket, {
    Connection: 'Upgrade',
    Upgrade: 'SPDY/3.1',
    ...(protocol === '' ? {} : { 'X-Stream-Protocol-Version': protocol }),
  });
  const resizes = options.tty && (protocol.startsWith('v4') || protocol.startsWith('v3'));
  const names = [
    'error',
    ...(options.stdin ? ['stdin'] : []),
    ...(options.stdout ? ['stdout'] : []),
    ...(options.stderr ? ['stderr'] : []),
    ...(resizes ? ['resize'] : []),
  ];
  const opened = new Map<string, SpdyStream>();
  let complete: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const connection = new SpdyConnection(socket, (stream) => {
    opened.set(stream.headers.get('streamtype') ?? '', stream);
    if (names.every((name) => opened.has(name))) complete();
  });
  const cancel = after(CREATION_TIMEOUT, () => {
    if (!names.every((name) => opened.has(name))) connection.close();
  });
  await Promise.race([all, connection.closed]);
  cancel();
  const error = opened.get('error');
  if (error === undefined || !names.every((name) => opened.has(name))) {
    session.close();
    return;
  }
  await join(
    session,
    {
      stdin: opened.get('stdin'),
      stdout: opened.get('stdout'),
      stderr: opened.get('stderr'),
      resize: opened.get('resize'),
      error,
      format: protocol.startsWith('v4') ? 'kubelet' : 'text',
      closed: connection.closed,
      close: () => {
        connection.close();
      },
    },
    options.command,
  );
}

/** The first of the client's protocols that we speak; empty if it names none; throws 403 (Go: httpstream.Handshake). */
export function spdyProtocol(request: IncomingMessage, supported: readonly string[]): string {
  const header = request.headers['x-stream-protocol-version'];
  const offered = (Array.isArray(header) ? header : (header ?? '').split(',')).map((name) => name.trim()).filter((name) => name !== '');
  if (offered.length === 0) return '';
  const found = offered.find((name) => supported.includes(name));
  if (found === undefined)
    throw new KubeletError(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${supported.join(' ')}]`,
    );
  return found;
}

/** Joins a program with its client until one of them ends. */
async function join(session: ExecSession, streams: RemoteStreams, command: readonly string[]): Promise<void> {
  if (streams.stdin !== undefined && session.stdin !== undefined) streams.stdin.pipe(session.stdin);
  if (streams.resize !== undefined) readSizes(streams.resize, session);
  void streams.closed.then(() => {
    session.close();
  });
  const copies = [copy(session.stdout, streams.stdout), copy(session.stderr, streams.stderr)];
  let outcome: Outcome;
  try {
    outcome = { exitCode: await session.exited, command };
  } catch (error) {
    outcome = { failure: `error executing command in container: ${error instanceof Error ? error.message : String(error)}` };
  }
  await Promise.race([Promise.all(copies), streams.closed]);
  await report(streams, outcome);
}

async function copy(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) {
    from.resume();
    return;
  }
  from.pipe(to);
  await finished(to, { readable: false }).catch(() => undefined);
}

/** Tells the outcome and closes the connection. */
async function report(streams: RemoteStreams, outcome: Outcome): Promise<void> {
  const text = outcomeText(streams.format, outcome);
  await new Promise<void>((resolve) => {
    void streams.closed.then(resolve);
    if (text === '') streams.error.end(resolve);
    else streams.error.end(text, resolve);
  });
  streams.close();
}

/** `{"Width":80,"Height":24}` one after the other. */
function readSizes(resize: Readable, session: ExecSession): void {
  let pending = '';
  resize.on('data', (chunk: Buffer) => {
    pending = (pending + chunk.toString('utf8')).slice(-MAX_SIZES);
    for (let end = pending.indexOf('}'); end !== -1; end = pending.indexOf('}')) {
      const size = parseSize(pending.slice(0, end + 1));
      pending = pending.slice(end + 1);
      if (size !== undefined) session.resize(size.Width ?? 0, size.Height ?? 0);
    }
  });
}

/** Characters that are kept while a size isn't complete. */
const MAX_SIZES = 1024;

function parseSize(text: string): { readonly Width?: number; readonly Height?: number } | undefined {
  try {
    return JSON.parse(text) as { readonly Width?: number; readonly Height?: number };
  } catch {
    return undefined;
  }
}
