import http from 'node:http';
import https from 'node:https';
import type { KubeObject } from '../registry/object.js';
import { ClusterError } from './cluster-error.js';
import type { Connection } from './connection.js';

/** A refusal of the API server, in its words. */
export class ApiError extends ClusterError {
  constructor(
    message: string,
    readonly code: number,
    readonly reason: string,
  ) {
    super(message);
  }
}

/** Milliseconds that an answer may take. */
const TIMEOUT = 30_000;

/** Makes one request in JSON. Throws ClusterError where nothing answers, ApiError for a refusal. */
export async function request(connection: Connection, method: string, path: string, body?: object): Promise<KubeObject> {
  const { status, text } = await exchange(connection, method, path, body).catch((error: unknown) => {
    throw unreachable(connection, error);
  });
  let answer: KubeObject & { readonly message?: string; readonly reason?: string };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    throw new ClusterError(
      `${connection.server} (of ${connection.file}) doesn't answer as a Kubernetes API server: HTTP ${String(status)}`,
    );
  }
  if (status >= 300) throw new ApiError(answer.message ?? `HTTP ${String(status)}`, status, answer.reason ?? '');
  return answer;
}

function exchange(
  { server, ca, cert, key, token }: Connection,
  method: string,
  path: string,
  body: object | undefined,
): Promise<{ status: number; text: string }> {
  const url = new URL(path, server);
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers: Record<string, string | number> = { accept: 'application/json', 'user-agent': 'kubesim' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  if (sent !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': sent.length });
  return new Promise((resolve, reject) => {
    const options = { method, headers, timeout: TIMEOUT, agent: false as const };
    const made = url.protocol === 'http:' ? http.request(url, options) : https.request(url, { ...options, ca, cert, key });
    made.on('timeout', () => made.destroy(new Error('no answer in time')));
    made.on('error', reject);
    made.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    made.end(sent);
  });
}

function unreachable({ server, file }: Connection, error: unknown): ClusterError {
  const message = error instanceof Error ? error.message : String(error);
  return new ClusterError(`can't reach ${server} (of ${file}): ${message}; is that cluster still running? --kubeconfig names another one`);
}
