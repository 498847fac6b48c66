import type { Process } from '../process/process.js';
import type { Parsed } from './arguments.js';
import { untilStopped } from './image-server.js';
import { bodyOf, serveHttp } from './serve.js';

const PORT = 8080;

/** What `/read` shows, with the names that Go gives the fields. */
interface State {
  readonly Hostname: string;
  readonly Sent: Record<string, number> | null;
  Received: Record<string, number> | null;
  Errors: string[] | null;
  readonly Log: string[] | null;
  readonly StillContactingPeers: boolean;
}

/** `agnhost nettest`: remembers who has written to it. It has no peers that it would write to. */
export async function agnhostNettest(process: Process, { options }: Parsed): Promise<number> {
  const { hostname } = process.machine;
  let quit: (code: number) => void = () => undefined;
  const ended = new Promise<number>((resolve) => (quit = resolve));
  const state: State = { Hostname: hostname, Sent: null, Received: null, Errors: null, Log: null, StillContactingPeers: true };
  serveHttp(process, Number(options.get('port') ?? PORT), async (request, response) => {
    const body = await bodyOf(request);
    switch ((request.url ?? '/').split('?')[0]) {
      case '/read':
        response.end(JSON.stringify(state, undefined, '\t'));
        return;
      case '/write':
        note(state, body.toString('utf8'));
        response.end(`${JSON.stringify({ Hostname: hostname })}\n`);
        return;
      case '/status':
        response.end('running');
        return;
      case '/quit':
        quit(0);
        return;
      default:
        response.writeHead(404);
        response.end('404 page not found\n');
    }
  });
  return await untilStopped(process, { stopCode: 2 }, ended);
}

function note(state: State, body: string): void {
  let source: unknown;
  try {
    source = (JSON.parse(body) as { readonly Source?: unknown } | null)?.Source;
  } catch (error) {
    state.Errors = [...(state.Errors ?? []), error instanceof Error ? error.message : String(error)];
  }
  if (typeof source !== 'string' || source === '')
    state.Errors = [...(state.Errors ?? []), `${state.Hostname}: Got request with no source`];
  else state.Received = { ...state.Received, [source]: (state.Received?.[source] ?? 0) + 1 };
}
