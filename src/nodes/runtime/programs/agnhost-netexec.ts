import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Process } from '../process/process.js';
import { dialUdp, serveUdpCommands } from './agnhost-udp.js';
import { goDuration, type Parsed } from './arguments.js';
import { goLog } from './go-log.js';
import { bodyText, fetchHttp } from './http-client.js';
import { untilStopped } from './image-server.js';
import { bodyOf, clientOf, serveHttp, serveHttps, text } from './serve.js';

const HTTP_PORT = 8080;
const UDP_PORT = '8081';

/** `agnhost netexec`: answers who it is and who asks, runs commands, and asks others. */
export async function agnhostNetexec(process: Process, { options }: Parsed): Promise<number> {
  const port = Number(options.get('http-port') ?? HTTP_PORT);
  const udpPort = options.get('udp-port') ?? UDP_PORT;
  await goLog(process, `Started HTTP server on port ${String(port)}`);
  if (udpPort !== '-1') {
    serveUdpCommands(process, Number(udpPort));
    await goLog(process, `Started UDP server on port  ${udpPort}`);
  }
  let quit: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (quit = resolve));
  const serve = options.has('tls-cert-file') ? serveHttps : serveHttp;
  serve(process, port, (request, response) => answer(process, { port, quit }, request, response));
  // Go's servers end with 2 when they are told to stop.
  return await untilStopped(process, { stopCode: 2 }, ended);
}

/** The parts of a query that netexec logs with a path, all of them whether they were given or not. */
const LOGGED: Readonly<Record<string, readonly string[]>> = {
  '/': [],
  '/clientip': [],
  '/header': [],
  '/dial': ['host', 'protocol', 'port', 'request', 'tries'],
  '/echo': ['msg', 'code'],
  '/exit': ['code', 'timeout', 'wait'],
  '/healthz': [],
  '/hostname': [],
  '/hostName': [],
  '/shell': ['cmd'],
  '/readyz': [],
  '/serverport': [],
  '/shutdown': [],
  '/upload': [],
};

function logged({ pathname, searchParams }: URL): string {
  const query = (LOGGED[pathname] ?? []).map((name) => `${name}=${searchParams.get(name) ?? ''}`);
  return query.length === 0 ? pathname : `${pathname}?${query.join('&')}`;
}

async function answer(
  process: Process,
  { port, quit }: { readonly port: number; readonly quit: (code: number) => void },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://in.process');
  const query = url.searchParams;
  await goLog(process, `GET ${Object.hasOwn(LOGGED, url.pathname) ? logged(url) : '/'}`);
  switch (url.pathname) {
    case '/hostname':
    case '/hostName':
      return text(response, process.machine.hostname);
    case '/clientip':
      return text(response, `${clientOf(request).address}:${String(clientOf(request).port)}`);
    case '/header':
      return text(response, headerText(request, query.get('key') ?? ''));
    case '/healthz':
      return text(response, '');
    case '/readyz':
      return text(response, 'ok');
    case '/serverport':
      return text(response, String(port));
    case '/echo':
      return text(response, query.get('msg') ?? '', Number(query.get('code') ?? 200));
    case '/redirect':
      response.writeHead(Number(query.get('code') ?? 302), { location: query.get('location') ?? '/' });
      response.end();
      return;
    case '/exit':
      await process.sleep(goDuration(query.get('wait') ?? '0s'));
      quit(Number(query.get('code') ?? 0));
      return;
    case '/shutdown':
      quit(0);
      return;
    case '/shell':
    case '/shutdown-shell':
      return text(response, await shellOutput(process, query.get('cmd') ?? query.get('shellCommand') ?? ''));
    case '/dial':
      return text(response, await dial(process, query));
    case '/upload': {
      const body = await bodyOf(request);
      return text(response, JSON.stringify({ output: `/uploads/upload${String(body.length)}` }), 201);
    }
    default:
      return text(response, `NOW: ${new Date(process.machine.clock.now()).toISOString()}`);
  }
}

/** One header, or all of them as Go writes an http.Header. */
function headerText({ headers }: IncomingMessage, key: string): string {
  if (key !== '') return String(headers[key.toLowerCase()] ?? '');
  const canonical = (name: string): string => name.replace(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
  const all = Object.entries(headers).map(([name, value]) => [canonical(name), [value].flat()] as const);
  return JSON.stringify(Object.fromEntries(all.filter(([name]) => name !== 'Host').sort(([a], [b]) => (a < b ? -1 : 1))));
}

async function shellOutput(process: Process, script: string): Promise<string> {
  let output = '';
  const sink = {
    write: (bytes: Uint8Array) => {
      output += Buffer.from(bytes).toString('utf8');
    },
    close: () => undefined,
  };
  const program = process.machine.findProgram('sh', process);
  if (program === undefined) return JSON.stringify({ error: 'no shell' });
  const { env, cwd, credentials, stdin } = process;
  const child = process.machine.start(
    { argv: ['sh', '-c', script], env, cwd, credentials, stdin, stdout: sink, stderr: sink, parent: process },
    program,
  );
  const code = await child.exited;
  return JSON.stringify(code === 0 ? { output } : { output, error: `exit status ${String(code)}` });
}

/** Asks others in the caller's name: `/dial?host=…&port=…&request=hostname&protocol=http&tries=1`. */
async function dial(process: Process, query: URLSearchParams): Promise<string> {
  const responses: string[] = [];
  const errors: string[] = [];
  const host = query.get('host') ?? '';
  for (let i = 0; i < Math.min(Number(query.get('tries') ?? 1), 100); i++) {
    try {
      if (query.get('protocol') === 'udp') {
        responses.push(await dialUdp(process, host, Number(query.get('port')), query.get('request') ?? 'hostname'));
        continue;
      }
      const url = new URL(
        `http://${host.includes(':') ? `[${host}]` : host}:${query.get('port') ?? ''}/${query.get('request') ?? 'hostname'}`,
      );
      responses.push(await bodyText(process, await fetchHttp(process, { url, timeout: 5000 })));
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  }
  return JSON.stringify({ ...(responses.length > 0 ? { responses } : {}), ...(errors.length > 0 ? { errors } : {}) });
}
