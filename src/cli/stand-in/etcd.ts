import { createServer } from 'node:http';
import { UsageError } from '../flags.js';
import { LooseFlags } from './loose-flags.js';
import { untilSignal } from './until-signal.js';

/** Answers what is asked of an etcd before a kube-apiserver is started: whether it is well. Keeps nothing; kubesim stores by itself. */
export async function etcd(args: readonly string[]): Promise<number> {
  const url = new LooseFlags(args).list('listen-client-urls')?.[0] ?? 'http://127.0.0.1:2379';
  if (!URL.canParse(url)) throw new UsageError(`--listen-client-urls takes URLs, not ${JSON.stringify(url)}`);
  const { hostname, port } = new URL(url);
  const server = createServer((request, response) => {
    const found = request.url === '/health' || request.url === '/readyz' || request.url === '/livez';
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(found ? '{"health":"true","reason":""}' : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''), resolve);
  });
  await untilSignal();
  server.close();
  server.closeAllConnections();
  return 0;
}
