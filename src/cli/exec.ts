import WebSocket from 'ws';
import type { Connection } from './connection.js';
import { UsageError } from './flags.js';

const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;

/** Runs a program in a container and resolves with what it printed; rejects with UsageError if it fails. */
export async function execInPod(
  connection: Connection,
  pod: { readonly namespace: string; readonly name: string },
  command: readonly string[],
): Promise<string> {
  const query = new URLSearchParams([
    ...command.map((word): [string, string] => ['command', word]),
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]);
  const url = `${connection.server.replace(/^http/, 'ws')}/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/exec?${query.toString()}`;
  const socket = new WebSocket(url, ['v5.channel.k8s.io'], {
    ca: connection.ca,
    cert: connection.cert,
    key: connection.key,
    headers: connection.token === undefined ? {} : { authorization: `Bearer ${connection.token}` },
  });
  const output = new Map<number, Buffer[]>();
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const channel = data[0] ?? 0;
      output.set(channel, [...(output.get(channel) ?? []), data.subarray(1)]);
    });
    socket.on('close', () => {
      resolve();
    });
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        reject(
          new UsageError(`can't look into the pod ${pod.namespace}/${pod.name}: ${messageOf(Buffer.concat(chunks).toString('utf8'))}`),
        );
      });
    });
    socket.on('error', (error) => {
      reject(new UsageError(`can't look into the pod ${pod.namespace}/${pod.name}: ${error.message}`));
    });
  });
  const text = (channel: number): string => Buffer.concat(output.get(channel) ?? []).toString('utf8');
  if (!text(STATUS).includes('"Success"'))
    throw new UsageError(`${command.join(' ')} failed in the pod: ${text(STDERR) || messageOf(text(STATUS))}`);
  return text(STDOUT);
}

/** The message of a Status, or the text itself. */
function messageOf(body: string): string {
  return /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1]?.replaceAll('\\"', '"') ?? body.trim();
}
