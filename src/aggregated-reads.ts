import { plainError, StatusError, type Status } from './apimachinery/status.js';
import type { UserInfo } from './apimachinery/user-info.js';
import type { RemoteApiServices } from './extensions/api-services/remote-api-services.js';
import { requestInfoOf, type RequestInfo } from './server/request-info.js';

/**
 * How clients in process read from the servers behind APIServices. Failures are
 * StatusErrors in client-go's words.
 * @param authorize throws 403
 */
export function aggregatedReads(
  remote: RemoteApiServices,
  authorize: (user: UserInfo, info: RequestInfo) => void,
): (path: string, user: UserInfo) => Promise<unknown> {
  return async (path, user) => {
    const { pathname, searchParams } = new URL(path, 'https://kubernetes');
    const segments = pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const query = new Map([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));
    const info = requestInfoOf('GET', decodeURIComponent(pathname), segments, query);
    authorize(user, info);
    // client-go names the method, not the verb.
    const what = `(get ${info.resource}.${info.group})`;
    if (!remote.has(info.group, info.version)) throw plainError(404, `the server could not find the requested resource ${what}`);
    const answer = await remote.passOn(info.group, info.version, {
      method: 'GET',
      url: path,
      headers: { accept: 'application/json' },
      body: Buffer.alloc(0),
      user,
      signal: AbortSignal.timeout(LONGEST),
    });
    const text = (await bytesOf(answer.body)).toString();
    if (answer.status < 300) return JSON.parse(text) as unknown;
    throw failureOf(answer.status, text, what);
  };
}

/** Milliseconds that a server may take. */
const LONGEST = 30_000;

async function bytesOf(body: Buffer | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

const TEXTS: Readonly<Record<number, string>> = {
  404: 'the server could not find the requested resource',
  503: 'the server is currently unable to handle the request',
};

/** The Status that the server answered, or what client-go makes of another answer. */
function failureOf(code: number, text: string, what: string): StatusError {
  try {
    const status = JSON.parse(text) as Status & { readonly kind?: string };
    if (status.kind === 'Status') return new StatusError(status);
  } catch {
    // It isn't JSON.
  }
  return plainError(
    code,
    `${TEXTS[code] ?? `an error on the server ("${text.trim()}") has prevented the request from succeeding`} ${what}`,
  );
}
