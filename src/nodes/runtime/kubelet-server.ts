import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Stack } from '../network/network.js';
import type { PodSandbox } from './pod-sandbox.js';
import type { RuntimeNode } from './runtime.js';

/** The kubelet's own port. */
const PORT = 10250;

type Answer = { readonly type: string; readonly body: string };

/** What a kubelet answers over HTTP, as `nodes/NAME/proxy/…` reaches it. */
export function kubeletServer(stack: Stack, node: RuntimeNode, sandbox: (podUid: string) => PodSandbox | undefined): void {
  stack.listen(PORT, (connection) => {
    void import('./programs/serve.js').then(({ acceptHttp }) => {
      acceptHttp(connection, (request, response) => respond(request, response, node, sandbox));
    });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  node: RuntimeNode,
  sandbox: (podUid: string) => PodSandbox | undefined,
): Promise<void> {
  request.resume();
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  const found = answerTo(path, node) ?? (await logOf(path, query, node, sandbox));
  if (found === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('404 page not found\n');
    return;
  }
  response.writeHead(200, { 'content-type': found.type });
  response.end(found.body);
}

const JSON_TYPE = 'application/json';
const TEXT = 'text/plain; charset=utf-8';

function answerTo(path: string, node: RuntimeNode): Answer | undefined {
  switch (path) {
    case '/healthz':
      return { type: TEXT, body: 'ok' };
    case '/pods':
    case '/pods/':
    case '/runningpods/':
      return { type: JSON_TYPE, body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: node.pods() }) };
    case '/configz':
      return {
        type: JSON_TYPE,
        body: JSON.stringify({
          kubeletconfig: {
            kind: 'KubeletConfiguration',
            apiVersion: 'kubelet.config.k8s.io/v1beta1',
            maxPods: 110,
            clusterDomain: 'cluster.local',
          },
        }),
      };
    case '/stats/summary':
      return {
        type: JSON_TYPE,
        body: JSON.stringify({
          node: { nodeName: node.name },
          pods: node.pods().map(({ metadata }) => ({ podRef: { name: metadata.name, namespace: metadata.namespace, uid: metadata.uid } })),
        }),
      };
    case '/metrics':
      return {
        type: TEXT,
        body: `# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox\n# TYPE kubelet_running_pods gauge\nkubelet_running_pods ${String(node.pods().length)}\n`,
      };
    case '/metrics/resource':
    case '/metrics/cadvisor':
    case '/metrics/probes':
      return { type: TEXT, body: '' };
    case '/logs/':
      return { type: 'text/html; charset=utf-8', body: '<pre>\n<a href="kubelet.log">kubelet.log</a>\n</pre>\n' };
    case '/logs/kubelet.log':
      return { type: TEXT, body: '' };
    default:
      return undefined;
  }
}

/** `/containerLogs/NAMESPACE/POD/CONTAINER` */
async function logOf(
  path: string,
  query: string,
  node: RuntimeNode,
  sandbox: (podUid: string) => PodSandbox | undefined,
): Promise<Answer | undefined> {
  const [, root, namespace, name, container = ''] = path.split('/');
  if (root !== 'containerLogs') return undefined;
  const pod = node.pods().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const log = sandbox(pod?.metadata.uid ?? '')?.container(container)?.log;
  if (log === undefined) return undefined;
  const tail = new URLSearchParams(query).get('tailLines');
  const chunks: Buffer[] = [];
  const options = {
    follow: false,
    previous: false,
    timestamps: false,
    since: undefined,
    limitBytes: undefined,
    tailLines: tail === null ? undefined : Number(tail),
  };
  for await (const chunk of log.read(options) as AsyncIterable<Buffer>) chunks.push(chunk);
  return { type: TEXT, body: Buffer.concat(chunks).toString('utf8') };
}
