import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Image, ImagePort, ImageRoute } from '../../images/image.js';
import { permits } from '../fs/file-system.js';
import { contentOf } from '../fs/nodes.js';
import { acceptGrpcHealth, SERVING } from '../grpc-health.js';
import type { Process, Program } from '../process/process.js';
import { signalNumber, SIGNALS } from '../process/signals.js';
import { listen, serveHttp, serveHttps } from './serve.js';
import { strftime } from './system.js';

/** The program of a server image: listens where the image says, answers what it says, and waits. */
export function imageServer(image: Image, ports: readonly ImagePort[] = image.ports ?? []): Program {
  return async (process) => {
    if (process.argv.some((arg) => arg === '-v' || arg === '-V' || arg === '--version')) {
      await process.error(`${process.name} version: ${image.ports?.[0]?.server ?? process.name}\n`);
      return 0;
    }
    for (const line of image.log ?? []) await process.write(`${line}\n`);
    for (const port of ports) {
      try {
        open(process, port);
      } catch (error) {
        // Another container of the pod, or another pod of the node's network, was there first.
        await process.error(`${process.name}: port ${String(port.port)}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    return await untilStopped(process, image);
  };
}

/**
 * Waits for a signal to stop, at no cost, and ends as the image does.
 * @param quit resolves with an exit code if the server ends by itself
 */
export async function untilStopped(
  process: Process,
  { stopSignal, stopCode = 0 }: Pick<Image, 'stopSignal' | 'stopCode'>,
  quit?: Promise<number>,
): Promise<number> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<number>((resolve) => {
    stop = () => {
      resolve(stopCode);
    };
  });
  for (const signal of new Set([SIGNALS['TERM'], SIGNALS['INT'], SIGNALS['QUIT'], signalNumber(stopSignal ?? 'TERM')]))
    if (signal !== undefined) process.onSignal(signal, stop);
  return await process.wait(quit === undefined ? stopped : Promise.race([stopped, quit]));
}

function open(process: Process, port: ImagePort): void {
  // Idle until somebody asks, and not what can be guessed from its requests.
  if (port.work !== undefined) process.machine.load.spend(0);
  const handler = port.handler ?? ((request, response) => answer(process, port, request, response));
  switch (port.protocol ?? 'http') {
    case 'tcp':
      listen(process, port.port, (connection) => connection.resume());
      return;
    case 'grpc':
      listen(process, port.port, (connection) => {
        acceptGrpcHealth(connection, () => SERVING);
      });
      return;
    case 'https':
      serveHttps(process, port.port, handler);
      return;
    default:
      serveHttp(process, port.port, handler, port.upgrade);
  }
}

async function answer(process: Process, port: ImagePort, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  if (port.work !== undefined) {
    process.machine.load.spend(port.work);
    await process.sleep(port.work);
  }
  const [path = '/'] = (request.url ?? '/').split('?');
  if (port.server !== undefined) response.setHeader('server', port.server);
  const route = (port.routes ?? []).find((each) => matches(each, path));
  const { status, body, type } = route === undefined ? await fileAt(process, port, path) : await routed(process, route);
  for (const [name, value] of Object.entries(route?.headers ?? {})) response.setHeader(name, value);
  if (!response.hasHeader('content-type')) response.setHeader('content-type', type);
  response.writeHead(status, { 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
  if (port.accessLog !== undefined) await process.write(logLine(process, request, status, body.length));
}

function matches({ path: pattern }: ImageRoute, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly type: string;
}

async function routed(process: Process, route: ImageRoute): Promise<Answer> {
  if (route.file !== undefined) {
    await process.machine.prepare();
    const found = read(process, route.file);
    return found === undefined ? page(404, 'Not Found') : { status: route.status ?? 200, body: found, type: typeOf(route.file) };
  }
  return { status: route.status ?? 200, body: Buffer.from(route.body ?? ''), type: 'text/plain' };
}

async function fileAt(process: Process, { root, routes }: ImagePort, path: string): Promise<Answer> {
  if (root === undefined) return routes === undefined ? { status: 200, body: Buffer.from(''), type: 'text/plain' } : page(404, 'Not Found');
  await process.machine.prepare();
  const file = root + decode(path) + (path.endsWith('/') ? 'index.html' : '');
  const found = read(process, file);
  if (found !== undefined) return { status: 200, body: found, type: typeOf(file) };
  return path.endsWith('/') && process.fs.exists(root + decode(path)) ? page(403, 'Forbidden') : page(404, 'Not Found');
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function read(process: Process, path: string): Uint8Array | undefined {
  const node = process.fs.tryLookup(path);
  return node?.kind === 'file' && permits(node, process.credentials, 4) ? contentOf(node) : undefined;
}

function page(status: number, text: string): Answer {
  const title = `${String(status)} ${text}`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, body: Buffer.from(body), type: 'text/html' };
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
};

/** The media type of a file by its name. */
export function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
}

function logLine(process: Process, request: IncomingMessage, status: number, size: number): string {
  const time = strftime('%d/%b/%Y:%H:%M:%S +0000', process.machine.clock.now());
  const agent = request.headers['user-agent'] ?? '-';
  const first = `${request.method ?? ''} ${request.url ?? ''} HTTP/${request.httpVersion}`;
  return `${request.socket.remoteAddress ?? '-'} - - [${time}] "${first}" ${String(status)} ${String(size)} "${request.headers.referer ?? '-'}" "${agent}" "-"\n`;
}
