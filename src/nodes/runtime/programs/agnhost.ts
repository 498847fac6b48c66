import { contentOf } from '../fs/nodes.js';
import type { Process, Program } from '../process/process.js';
import { SIGNALS } from '../process/signals.js';
import { agnhostConversionWebhook } from './agnhost-conversion.js';
import { agnhostGrpcHealthChecking } from './agnhost-grpc-health.js';
import { agnhostGuestbook } from './agnhost-guestbook.js';
import { inClusterClient, issuerDiscovery } from './agnhost-in-cluster.js';
import { agnhostMounttest, MOUNTTEST_VALUES } from './agnhost-mounttest.js';
import { agnhostNetexec } from './agnhost-netexec.js';
import { agnhostNettest } from './agnhost-nettest.js';
import { agnhostWebhook } from './agnhost-webhook.js';
import { goDuration, parseArguments, type Parsed } from './arguments.js';
import { run } from './core.js';
import { typeOf, untilStopped } from './image-server.js';
import { klog } from './klog.js';
import { bodyOf, listen, serveHttp, serveHttps, text } from './serve.js';

type Command = (process: Process, parsed: Parsed) => Promise<number>;

/** Options of agnhost's commands that take a value: all that aren't switches. */
const VALUES = [
  ...['http-port', 'udp-port', 'port', 'sctp-port', 'delay-shutdown', 'http-override', 'tls-cert-file', 'tls-private-key-file'],
  ...MOUNTTEST_VALUES,
  ...['peers', 'service', 'namespace', 'delay-unhealthy-sec'],
  ...['log-lines-total', 'run-duration', 'timeout', 'backend-port', 'replicaof', 'poll-interval', 'token-path', 'audience'],
];

/** registry.k8s.io/e2e-test-images/agnhost: the commands that conformance tests use. */
export async function agnhost(process: Process): Promise<number> {
  const [name = 'pause', ...args] = process.argv.slice(1);
  const parsed = parseArguments(
    args.map((arg) => (/^-\w[\w-]+/.test(arg) && !arg.startsWith('--') ? `-${arg}` : arg)),
    VALUES,
  );
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    await process.error(`Error: unknown command "${name}" for "app"\n`);
    return 1;
  }
  return await command(process, parsed);
}

function portOf({ options }: Parsed, otherwise: number, ...names: string[]): number {
  const given = names.map((name) => options.get(name)).find((value) => value !== undefined);
  return Number(given ?? otherwise);
}

/** Go's servers end with 2 when they are told to stop. */
function stopped(process: Process, stopCode = 2): Promise<number> {
  return untilStopped(process, { stopCode });
}

const serveHostname: Command = async (process, parsed) => {
  serveHttp(process, portOf(parsed, 9376, 'port'), (request, response) => {
    request.resume();
    text(response, process.machine.hostname);
  });
  await process.error('Serving on port 9376.\n');
  return await stopped(process, 0);
};

const porter: Command = async (process, parsed) => {
  const isJson = parsed.options.has('json-response');
  for (const [name, value] of process.env) {
    const match = /^SERVE_(TLS_)?PORT_(\d+)$/.exec(name);
    if (match === null) continue;
    (match[1] === undefined ? serveHttp : serveHttps)(process, Number(match[2]), async (request, response) => {
      const body = await bodyOf(request);
      if (!isJson) {
        response.writeHead(200, { 'content-type': value.startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8' });
        response.end(value);
        return;
      }
      const { pathname, search } = new URL(request.url ?? '/', 'http://in.process');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ method: request.method, body: value + body.toString('utf8'), path: pathname, query: search }));
    });
  }
  return await stopped(process);
};

const liveness: Command = async (process) => {
  const began = process.machine.clock.now();
  serveHttp(process, 8080, (request, response) => {
    request.resume();
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://in.process');
    if (pathname === '/started') return text(response, `${String((process.machine.clock.now() - began) / 1000)}s`);
    if (pathname === '/redirect') {
      response.writeHead(302, { location: searchParams.get('loc') ?? '/' });
      response.end();
      return;
    }
    const seconds = (process.machine.clock.now() - began) / 1000;
    if (pathname !== '/healthz') return text(response, '404 page not found\n', 404);
    return seconds > 10 ? text(response, `error: ${String(seconds)}`, 500) : text(response, 'ok');
  });
  return await stopped(process);
};

const logsGenerator: Command = async (process, { options }) => {
  const total = Number(options.get('log-lines-total') ?? 0);
  const duration = goDuration(options.get('run-duration') ?? '0s');
  const methods = ['POST', 'GET', 'PUT', 'DELETE'];
  const namespaces = ['kube-system', 'default', 'ns'];
  const { random } = process.machine;
  for (let i = 0; i < total; i++) {
    const method = methods[random.int(methods.length)] ?? 'GET';
    const namespace = namespaces[random.int(namespaces.length)] ?? 'default';
    const path = `/api/v1/namespaces/${namespace}/pods/${random.alphanumeric(4)}`;
    await klog(process, 'I', 'logs_generator.go:76', `${String(i)} ${method} ${path} ${String(200 + random.int(400))}`);
    if (i + 1 < total) await process.sleep(duration / total);
  }
  return 0;
};

const testWebserver: Command = async (process, parsed) => {
  serveHttp(process, portOf(parsed, 80, 'port'), async (request, response) => {
    request.resume();
    await process.machine.prepare();
    // Others' pages may show what is served, and never an old one.
    response.setHeader('cache-control', 'private');
    response.setHeader('access-control-allow-origin', '*');
    const [path = '/'] = (request.url ?? '/').split('?');
    const node = process.fs.tryLookup(path);
    if (node?.kind === 'directory') {
      const names = process.fs.list(path).map((name) => `<a href="${name}">${name}</a>\n`);
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(`<pre>\n${names.join('')}</pre>\n`);
    } else if (node?.kind === 'file') {
      response.writeHead(200, { 'content-type': typeOf(path) });
      response.end(contentOf(node));
    } else text(response, '404 page not found\n', 404);
  });
  return await stopped(process);
};

const connect: Command = async (process, parsed) => {
  const [target = ''] = parsed.rest;
  const colon = target.lastIndexOf(':');
  try {
    (await process.wait(process.machine.network.connect(target.slice(0, colon), Number(target.slice(colon + 1))))).destroy();
    return 0;
  } catch (error) {
    await process.error(`${(error as { code?: string }).code === 'ENOTFOUND' ? 'DNS' : 'REFUSED'}\n`);
    return 1;
  }
};

/** Ends with a word about the signal, which is also the termination message. */
const pause: Command = async (process) => {
  const signalled = new Promise<'interrupt' | 'terminated'>((resolve) => {
    process.onSignal(SIGNALS['INT'] ?? 0, () => {
      resolve('interrupt');
    });
    process.onSignal(SIGNALS['TERM'] ?? 0, () => {
      resolve('terminated');
    });
  });
  await process.write('Paused\nSignals registered\n');
  const name = await process.wait(signalled);
  const message = `exiting because of signal "${name}"\n`;
  process.fs.write(process.env.get('TERMINATION_MESSAGE_PATH') ?? '/dev/termination-log', message, process.credentials);
  await process.write(message);
  return name === 'interrupt' ? 1 : 2;
};

/** Who runs it: its caller, or root if it is set to run as its owner and may. */
async function effectiveUid(process: Process): Promise<number> {
  const { credentials, machine } = process;
  const isSetUid = process.name === 'nnp' && !machine.privileges.areFixed;
  await process.write(`Effective uid: ${isSetUid ? '0' : String(credentials.uid)}\n`);
  return 0;
}

/** registry.k8s.io/e2e-test-images/nonewprivs: set to run as root. */
export const nnp: Program = effectiveUid;

const COMMANDS: Readonly<Record<string, Command>> = {
  pause,
  netexec: agnhostNetexec,
  'serve-hostname': serveHostname,
  porter,
  liveness,
  'logs-generator': logsGenerator,
  mounttest: agnhostMounttest,
  nettest: agnhostNettest,
  'grpc-health-checking': agnhostGrpcHealthChecking,
  'test-webserver': testWebserver,
  guestbook: agnhostGuestbook,
  connect,
  webhook: agnhostWebhook,
  'crd-conversion-webhook': agnhostConversionWebhook,
  inclusterclient: inClusterClient,
  'test-service-account-issuer-discovery': issuerDiscovery,
  'entrypoint-tester': async (process) => {
    await process.write(`[${process.argv.join(' ')}]\n`);
    return 0;
  },
  nonewprivs: effectiveUid,
  'dns-suffix': async (process) => {
    await process.write(`${process.machine.network.resolver.searches.join(',')}\n`);
    return 0;
  },
  'dns-server-list': async (process) => {
    await process.write(`${process.machine.network.resolver.nameservers.join(',')}\n`);
    return 0;
  },
  'etc-hosts': (process) => run(process, ['cat', '/etc/hosts']),
  'port-forward-tester': async (process) => {
    const port = Number(process.env.get('BIND_PORT') ?? 80);
    listen(process, port, (connection) => {
      connection.write('x'.repeat(Number(process.env.get('CHUNK_SIZE') ?? 10) * Number(process.env.get('CHUNKS') ?? 10)));
      connection.end();
    });
    return await stopped(process);
  },
};
