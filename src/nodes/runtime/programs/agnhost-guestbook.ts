import type { ServerResponse } from 'node:http';
import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { bodyText, fetchHttp } from './http-client.js';
import { untilStopped } from './image-server.js';
import { goLog } from './go-log.js';
import { serveHttp, text } from './serve.js';

/** What one node of the guestbook knows. */
interface Guestbook {
  readonly values: Map<string, string>;
  /** Addresses that are told what is set here. */
  readonly replicas: string[];
  readonly backendPort: string;
}

/** How long a replica looks for its primary, and how long it waits between tries. Milliseconds. */
const REGISTRATION_TIMEOUT = 15_000;
const REGISTRATION_PAUSE = 1000;
const DIAL_TIMEOUT = 5000;

/** `agnhost guestbook`: a frontend, the primary that it writes to, or a replica that it reads from. */
export async function agnhostGuestbook(process: Process, { options }: Parsed): Promise<number> {
  const guestbook: Guestbook = { values: new Map(), replicas: [], backendPort: options.get('backend-port') ?? '6379' };
  serveHttp(process, Number(options.get('http-port') ?? 80), async (request, response) => {
    request.resume();
    const url = new URL(request.url ?? '/', 'http://in.process');
    await goLog(process, `GET ${url.pathname}${url.search}`);
    const handler = Object.hasOwn(HANDLERS, url.pathname) ? HANDLERS[url.pathname] : undefined;
    if (handler === undefined) return text(response, '404 page not found\n', 404);
    await handler(process, guestbook, url.searchParams, response);
  });
  const primary = options.get('replicaof') ?? '';
  if (primary !== '' && !(await register(process, guestbook, primary))) {
    await goLog(process, 'Timed out while registering to primary.');
    return 1;
  }
  return await untilStopped(process, { stopCode: 2 });
}

type Handler = (process: Process, guestbook: Guestbook, query: URLSearchParams, response: ServerResponse) => Promise<void> | void;

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/register': (_process, { values, replicas }, query, response) => {
    replicas.push(query.get('host') ?? '');
    text(response, JSON.stringify({ data: Object.fromEntries(values) }));
  },
  '/get': (_process, { values }, query, response) => {
    const key = query.get('key') ?? '';
    text(response, JSON.stringify({ data: key === '' ? Object.fromEntries(values) : (values.get(key) ?? '') }));
  },
  '/set': async (process, guestbook, query, response) => {
    const [key, value] = [query.get('key') ?? '', query.get('value') ?? ''];
    if (key === '') return text(response, 'cannot set with empty key.\n', 400);
    guestbook.values.set(key, value);
    for (const replica of guestbook.replicas) {
      try {
        await dial(process, replica, guestbook, 'set', { key, value });
      } catch (error) {
        return text(response, `encountered error while propagating to replica '${replica}': ${String(error)}\n`, 417);
      }
    }
    text(response, JSON.stringify({ message: 'Updated' }));
  },
  '/guestbook': async (process, guestbook, query, response) => {
    const [cmd, key, value] = [(query.get('cmd') ?? '').toLowerCase(), query.get('key') ?? '', query.get('value') ?? ''];
    if (cmd !== 'get' && cmd !== 'set') return text(response, `unsupported cmd: '${cmd}'\n`, 400);
    if (cmd === 'set' && key === '') return text(response, 'cannot set with empty key.\n', 400);
    try {
      text(response, await dial(process, cmd === 'get' ? 'agnhost-replica' : 'agnhost-primary', guestbook, cmd, { key, value }));
    } catch (error) {
      text(response, `encountered error: ${String(error)}\n`, 417);
    }
  },
};

async function dial(
  process: Process,
  host: string,
  { backendPort }: Guestbook,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<string> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${backendPort}`;
  const url = new URL(`http://${authority}/${path}?${new URLSearchParams(query).toString()}`);
  return await bodyText(process, await fetchHttp(process, { url, timeout: DIAL_TIMEOUT }));
}

/** Takes over what the primary knows; false if there was none in time. */
async function register(process: Process, guestbook: Guestbook, primary: string): Promise<boolean> {
  const { clock, network } = process.machine;
  const end = clock.now() + REGISTRATION_TIMEOUT;
  while (clock.now() < end) {
    try {
      await goLog(process, `Registering to primary: ${primary}:${guestbook.backendPort}/register?host=${network.address}`);
      const answer = JSON.parse(await dial(process, primary, guestbook, 'register', { host: network.address })) as {
        data: Readonly<Record<string, string>>;
      };
      for (const [key, value] of Object.entries(answer.data)) guestbook.values.set(key, value);
      await goLog(process, `Registered to node: ${primary}`);
      return true;
    } catch (error) {
      process.checkAlive();
      await goLog(process, `encountered error while registering to primary: ${String(error)}. Retrying in 1s.`);
      await process.sleep(REGISTRATION_PAUSE);
    }
  }
  return false;
}
