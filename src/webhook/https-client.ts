import { Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { goQuote } from '../apimachinery/field-error.js';
import { destinationOfUrl } from './client-config.js';
import type { ClientCertificate, Connector, Destination } from './destination.js';
import { CallError, goErrorText } from './go-errors.js';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface PostOptions {
  /** Told to the server as `?timeout=`. Seconds. */
  readonly timeoutSeconds: number;
  /** What is said when the time is over: Go tells the caller's deadline from the client's own. */
  readonly timeoutText: string;
  /** An answer with more bytes fails. */
  readonly maxBytes: number;
}

/** As Go's http.Client, and as client-go. */
const MAX_REDIRECTS = 10;
const MAX_RETRIES = 10;
/** Connections that wait for the next call to one destination. */
const MAX_IDLE = 16;

/** Connections of a destination are opened by a `Connector`, and kept for the next call. */
class ConnectorAgent extends Agent {
  constructor(
    private readonly connector: Pick<Connector, 'open'>,
    private readonly destination: Destination,
    private readonly certificate: ClientCertificate | undefined,
  ) {
    super({ keepAlive: true, maxFreeSockets: MAX_IDLE });
  }

  override createConnection(_options: RequestOptions, done?: (error: Error | null, stream: Duplex) => void): Duplex | undefined {
    this.connector.open(this.destination, this.certificate).then(
      (socket) => done?.(null, socket),
      (error: unknown) => done?.(error as Error, undefined as never),
    );
    return undefined;
  }
}

/** How many destinations keep their connections (Go: ClientManager's cache). */
const KEPT = 200;

/** Posts JSON to webhooks over HTTPS (Go: client-go's RESTClient as webhooks use it). */
export class HttpsClient {
  private readonly agents = new Map<string, ConnectorAgent>();

  constructor(private readonly connector: Pick<Connector, 'open'>) {}

  /**
   * Asks again as often as a busy server wants it to (429 and 5xx with Retry-After; Go: client-go's withRetry).
   * Throws a CallError: `Post "https://…": <why>`.
   */
  async post(destination: Destination, body: string, options: PostOptions): Promise<Answer> {
    // Real time, whatever clock the cluster runs on: the server at the other end lives in it.
    const signal = AbortSignal.timeout(options.timeoutSeconds * 1000);
    for (let retries = 0; ; retries++) {
      const { retryAfter, ...answer } = await this.follow(destination, body, options, signal);
      const seconds = answer.status === 429 || answer.status >= 500 ? retryAfter : undefined;
      if (seconds === undefined || retries >= MAX_RETRIES) return answer;
      try {
        await setTimeout(seconds * 1000, undefined, { signal });
      } catch {
        throw new CallError(options.timeoutText);
      }
    }
  }

  /** One answer, past all redirects. */
  private async follow(
    destination: Destination,
    body: string,
    options: PostOptions,
    signal: AbortSignal,
  ): Promise<Answer & { readonly retryAfter: number | undefined }> {
    let target = withTimeout(destination, options.timeoutSeconds);
    let method: 'POST' | 'GET' = 'POST';
    for (let redirects = 0; ; redirects++) {
      const fail = (why: string): CallError =>
        new CallError(`${method === 'POST' ? 'Post' : 'Get'} ${goQuote(target.origin + target.path)}: ${why}`);
      let answer: Awaited<ReturnType<HttpsClient['send']>>;
      try {
        answer = await this.send(target, method, method === 'POST' ? body : undefined, signal, options.maxBytes);
      } catch (error) {
        if (error instanceof BodyError) throw new CallError(bodyText(signal.aborted ? options.timeoutText : error.message));
        throw fail(signal.aborted ? options.timeoutText : goErrorText(error));
      }
      const { status, location } = answer;
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return answer;
      if (status < 307) method = 'GET';
      const next = URL.canParse(location, target.origin + target.path) ? new URL(location, target.origin + target.path).href : '';
      // Go shows where it was sent, not where that is.
      if (redirects + 1 >= MAX_REDIRECTS) {
        throw new CallError(`${method === 'POST' ? 'Post' : 'Get'} ${goQuote(location)}: stopped after ${String(MAX_REDIRECTS)} redirects`);
      }
      const found = destinationOfUrl(next, destination.ca);
      if (found === undefined) throw fail(`unsupported protocol scheme ${goQuote(next.split(':')[0] ?? '')}`);
      target = found.origin === destination.origin ? { ...found, service: destination.service } : found;
    }
  }

  /** Closes what is open. */
  stop(): void {
    for (const agent of this.agents.values()) agent.destroy();
    this.agents.clear();
  }

  /**
   * One request and its answer's head; the body is read from the result. The socket of a 101 is the
   * caller's from then on. Rejects with errors of node, see `goErrorText`.
   */
  exchange(destination: Destination, exchange: Exchange): Promise<IncomingMessage> {
    const { method, headers, body, signal, certificate } = exchange;
    return new Promise((resolve, reject) => {
      const request = httpsRequest({
        agent: this.agentFor(destination, certificate),
        method,
        host: destination.host,
        port: destination.port,
        path: destination.path,
        headers: { ...headers, host: destination.origin.slice('https://'.length) },
        signal,
      });
      // A request that has no connection yet doesn't tell that it was aborted.
      const abort = (): void => {
        reject(signal.reason as Error);
        request.destroy();
      };
      signal.addEventListener('abort', abort, { once: true });
      request.once('close', () => {
        signal.removeEventListener('abort', abort);
      });
      request.once('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the server has closed meanwhile says nothing about the server.
        if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) {
          this.exchange(destination, exchange).then(resolve, reject);
        } else reject(error);
      });
      request.once('response', resolve);
      request.once('upgrade', (answer, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(answer);
      });
      request.end(body);
    });
  }

  private async send(
    destination: Destination,
    method: string,
    body: string | undefined,
    signal: AbortSignal,
    maxBytes: number,
  ): Promise<Answer & { readonly location: string | undefined; readonly retryAfter: number | undefined }> {
    const headers = {
      'user-agent': 'kube-apiserver-admission',
      accept: 'application/json, */*',
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    };
    const response = await this.exchange(destination, { method, headers, body, signal });
    return {
      status: response.statusCode ?? 0,
      contentType: response.headers['content-type'] ?? '',
      location: response.headers.location,
      retryAfter: secondsIn(response.headers['retry-after']),
      body: await collect(response, maxBytes),
    };
  }

  private agentFor(destination: Destination, certificate: ClientCertificate | undefined): ConnectorAgent {
    const { origin, service, ca, insecure } = destination;
    const key = [origin, service === undefined ? '' : 'service', insecure === true ? 'insecure' : '', certificate?.cert ?? '', ca].join(
      ' ',
    );
    let agent = this.agents.get(key);
    if (agent === undefined) {
      agent = new ConnectorAgent(this.connector, destination, certificate);
      for (const [oldest, old] of this.agents) {
        if (this.agents.size < KEPT) break;
        this.agents.delete(oldest);
        old.destroy();
      }
      this.agents.set(key, agent);
    }
    return agent;
  }
}

/** One request to a destination. */
export interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer | undefined;
  readonly signal: AbortSignal;
  readonly certificate?: ClientCertificate | undefined;
}

/** Whole seconds only; dates aren't understood, as in Go. */
function secondsIn(header: string | undefined): number | undefined {
  return header !== undefined && /^[+-]?\d+$/.test(header) ? Math.max(0, Number(header)) : undefined;
}

function withTimeout(destination: Destination, seconds: number): Destination {
  return { ...destination, path: `${destination.path}${destination.path.includes('?') ? '&' : '?'}timeout=${String(seconds)}s` };
}

/** The body of an answer broke off, or is too large. */
class BodyError extends Error {}

function bodyText(why: string): string {
  return `unexpected error when reading response body. Please retry. Original error: ${why}`;
}

/** The whole body. Rejects with a BodyError. */
async function collect(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) break;
      parts.push(part);
    }
  } catch {
    throw new BodyError('unexpected EOF');
  }
  if (size > maxBytes) throw new BodyError(`the answer is larger than ${String(maxBytes)} bytes`);
  return Buffer.concat(parts, size);
}
