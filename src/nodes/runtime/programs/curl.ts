import { NetworkError } from '../../network/network.js';
import { readAll } from '../process/bytes.js';
import type { Process } from '../process/process.js';
import { openSink } from '../shell/descriptors.js';
import { contentOf } from '../fs/nodes.js';
import { parseArguments, type Parsed } from './arguments.js';
import { run } from './core.js';
import { fetchHttp, TimedOut, Untrusted, type HttpRequest, type HttpResponse } from './http-client.js';

const WITH_VALUE = [
  'X',
  'request',
  'd',
  'data',
  'data-binary',
  'data-raw',
  'H',
  'header',
  'o',
  'output',
  'm',
  'max-time',
  'connect-timeout',
  'interface',
  'cacert',
  'w',
  'write-out',
  'u',
  'user',
  'A',
  'user-agent',
  'e',
  'retry',
  'retry-delay',
  'resolve',
  'x',
  'b',
  'c',
  'T',
];
const MAX_REDIRECTS = 30;
/** Bytes of standard input that may be sent. */
const MAX_DATA = 8 * 1024 * 1024;

/** What the images of curl begin with: a command line of its own, or else curl's arguments (`curlimages/curl`'s entrypoint). */
export async function curlEntrypoint(process: Process): Promise<number> {
  const [, ...words] = process.argv;
  const [first = 'curl'] = words;
  const isCommand = !first.startsWith('-') && process.machine.findProgram(first, process) !== undefined;
  return await run(process, isCommand ? words : ['curl', ...words]);
}

/** curl, as far as scripts in pods use it. */
export async function curl(process: Process): Promise<number> {
  const parsed = parseArguments(process.argv.slice(1), WITH_VALUE);
  const has = (...names: string[]): boolean => names.some((name) => parsed.options.has(name));
  if (parsed.rest.length === 0) {
    await process.error("curl: try 'curl --help' or 'curl --manual' for more information\n");
    return 2;
  }
  let status = 0;
  for (const target of parsed.rest) {
    try {
      status = await transfer(process, parsed, target);
    } catch (error) {
      const [code, text] = failure(error, target);
      status = code;
      if (!has('s', 'silent') || has('S', 'show-error')) await process.error(`curl: (${String(code)}) ${text}\n`);
    }
  }
  return status;
}

function option({ options }: Parsed, ...names: string[]): string | undefined {
  return names.map((name) => options.get(name)).find((value) => value !== undefined);
}

function failure(error: unknown, target: string): [number, string] {
  const host = urlOf(target).hostname;
  const port = urlOf(target).port || (target.startsWith('https') ? '443' : '80');
  if (error instanceof NetworkError) {
    if (error.code === 'ENOTFOUND') return [6, `Could not resolve host: ${host}`];
    return [7, `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`];
  }
  if (error instanceof TimedOut) return [28, 'Operation timed out with 0 bytes received'];
  if (error instanceof Untrusted) return [60, 'SSL certificate problem: unable to get local issuer certificate'];
  const code = (error as { code?: string }).code;
  if (code === 'ECONNRESET' || code === 'ECONNREFUSED') return [52, 'Empty reply from server'];
  if (error instanceof TypeError) return [3, 'URL rejected: Malformed input to a URL function'];
  throw error;
}

function urlOf(text: string): URL {
  return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
}

async function transfer(process: Process, parsed: Parsed, target: string): Promise<number> {
  const has = (...names: string[]): boolean => names.some((name) => parsed.options.has(name));
  let request = requestOf(parsed, urlOf(target), await dataOf(process, parsed));
  let response = await fetchHttp(process, request);
  for (let hops = 0; has('L', 'location') && hops < MAX_REDIRECTS; hops++) {
    const { location } = response.message.headers;
    if (location === undefined || ![301, 302, 303, 307, 308].includes(response.message.statusCode ?? 0)) break;
    response.message.resume();
    request = { ...request, url: new URL(location, request.url) };
    response = await fetchHttp(process, request);
  }
  const { statusCode = 0 } = response.message;
  if (has('f', 'fail') && statusCode >= 400) {
    response.message.resume();
    if (!has('s', 'silent') || has('S', 'show-error'))
      await process.error(`curl: (22) The requested URL returned error: ${String(statusCode)}\n`);
    return 22;
  }
  await show(process, parsed, response, request);
  return 0;
}

function requestOf(parsed: Parsed, url: URL, body: Buffer | undefined): HttpRequest {
  const { repeated } = parsed;
  const headers: Record<string, string> = { 'user-agent': option(parsed, 'A', 'user-agent') ?? 'curl/8.14.1', accept: '*/*' };
  const user = option(parsed, 'u', 'user');
  if (user !== undefined) headers['authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
  if (body !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded';
  for (const line of [...(repeated.get('H') ?? []), ...(repeated.get('header') ?? [])]) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const isHead = parsed.options.has('I') || parsed.options.has('head');
  const seconds = option(parsed, 'm', 'max-time') ?? option(parsed, 'connect-timeout');
  return {
    url,
    method: option(parsed, 'X', 'request') ?? (isHead ? 'HEAD' : body === undefined ? 'GET' : 'POST'),
    headers,
    body,
    caFile: option(parsed, 'cacert'),
    insecure: parsed.options.has('k') || parsed.options.has('insecure'),
    timeout: seconds === undefined ? undefined : Number(seconds) * 1000,
  };
}

/** What `--data` and its like give, with `@FILE` and `@-` read; undefined if there is none of them. */
async function dataOf(process: Process, { repeated }: Parsed): Promise<Buffer | undefined> {
  const given = ['d', 'data', 'data-raw', 'data-binary'].flatMap((name) => repeated.get(name) ?? []);
  if (given.length === 0) return undefined;
  const texts: string[] = [];
  for (const text of given) {
    if (text === '@-') texts.push((await process.wait(readAll(process.stdin, MAX_DATA, process))).toString('utf8'));
    else texts.push(text.startsWith('@') ? fileText(process, text.slice(1)) : text);
  }
  return Buffer.from(texts.join('&'));
}

function fileText(process: Process, path: string): string {
  const node = process.fs.tryLookup(process.resolve(path));
  return node?.kind === 'file' ? Buffer.from(contentOf(node)).toString('utf8') : '';
}

async function show(process: Process, parsed: Parsed, { message, host, port }: HttpResponse, request: HttpRequest): Promise<void> {
  const has = (...names: string[]): boolean => names.some((name) => parsed.options.has(name));
  const lines = [`HTTP/${message.httpVersion} ${String(message.statusCode)} ${message.statusMessage ?? ''}`];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    lines.push(`${message.rawHeaders[i] ?? ''}: ${message.rawHeaders[i + 1] ?? ''}`);
  if (has('v', 'verbose'))
    await process.error(
      `* Connected to ${host} (${host}) port ${String(port)}\n> ${request.method ?? 'GET'} ${request.url.pathname} HTTP/1.1\n> Host: ${request.url.host}\n>\n${lines.map((line) => `< ${line}\n`).join('')}<\n`,
    );
  if (has('i', 'include', 'I', 'head')) await process.write(lines.map((line) => `${line}\r\n`).join('') + '\r\n');
  const file =
    option(parsed, 'o', 'output') ?? (has('O', 'remote-name') ? (request.url.pathname.split('/').at(-1) ?? 'index.html') : undefined);
  const sink = file === undefined || file === '-' ? process.stdout : openSink(process, file, false);
  for await (const chunk of message as AsyncIterable<Buffer>) {
    await process.write(chunk, sink);
    await process.step();
  }
  const format = option(parsed, 'w', 'write-out');
  if (format !== undefined)
    await process.write(
      format
        .replaceAll('%{http_code}', String(message.statusCode))
        .replaceAll('%{response_code}', String(message.statusCode))
        .replaceAll('\\n', '\n'),
    );
}

/** busybox's wget. */
export async function wget(process: Process): Promise<number> {
  const parsed = parseArguments(process.argv.slice(1), ['O', 'T', 'timeout', 'header', 'post-data', 'U', 't']);
  const quiet = parsed.options.has('q');
  const [target] = parsed.rest;
  if (target === undefined) {
    await process.error('wget: missing URL\n');
    return 1;
  }
  const url = urlOf(target);
  const headers: Record<string, string> = { 'user-agent': 'Wget' };
  for (const line of parsed.repeated.get('header') ?? [])
    headers[line.slice(0, line.indexOf(':')).toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
  const seconds = option(parsed, 'T', 'timeout');
  const data = option(parsed, 'post-data');
  try {
    const found = process.machine.network.lookup(url.hostname);
    if (!quiet && found !== undefined) await process.error(`Connecting to ${url.host} (${found.addresses[0] ?? ''}:${url.port || '80'})\n`);
    const { message } = await fetchHttp(process, {
      url,
      headers,
      insecure: true,
      method: data === undefined ? 'GET' : 'POST',
      body: data === undefined ? undefined : Buffer.from(data),
      timeout: seconds === undefined ? undefined : Number(seconds) * 1000,
    });
    if ((message.statusCode ?? 0) >= 400) {
      message.resume();
      await process.error(`wget: server returned error: HTTP/1.1 ${String(message.statusCode)} ${message.statusMessage ?? ''}\n`);
      return 1;
    }
    const name = option(parsed, 'O') ?? (url.pathname.split('/').at(-1) || 'index.html');
    const isSpider = parsed.options.has('spider');
    const sink = name === '-' ? process.stdout : isSpider ? undefined : openSink(process, name, false);
    for await (const chunk of message as AsyncIterable<Buffer>) if (sink !== undefined && !isSpider) await process.write(chunk, sink);
    return 0;
  } catch (error) {
    await process.error(`wget: ${wgetFailure(error, url)}\n`);
    return 1;
  }
}

function wgetFailure(error: unknown, url: URL): string {
  if (error instanceof TimedOut) return 'download timed out';
  if (error instanceof NetworkError)
    return error.code === 'ENOTFOUND' ? `bad address '${url.host}'` : `can't connect to remote host: ${error.message}`;
  if ((error as { code?: string }).code === 'ECONNRESET') return 'error getting response';
  throw error;
}
