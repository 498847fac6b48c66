import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { formatDuration } from '../../apimachinery/duration.js';
import type { Container, EphemeralContainer } from '../../schema/generated/core-v1.js';
import type { ContainerInside } from './container-inside.js';
import { checkGrpcHealth } from './grpc-health.js';
import type { PodSandbox } from './pod-sandbox.js';
import { EMPTY_SOURCE } from './process/bytes.js';
import type { Process } from './process/process.js';
import { SIGNALS } from './process/signals.js';
import type { ProbeHandler, ProbeResult } from './runtime.js';

export interface ProbeContext {
  readonly inside: ContainerInside;
  readonly running: () => boolean;
  readonly parent: Process | undefined;
  readonly spec: Container | EphemeralContainer;
  readonly sandbox: PodSandbox;
}

/** Bytes of a probe's output that are shown (Go: probe maxReadLength). */
const MAX_OUTPUT = 10 * 1024;

/** One try of a probe or of a lifecycle handler (Go: prober.runProbe). */
export async function runProbe(handler: ProbeHandler, timeoutMs: number, context: ProbeContext): Promise<ProbeResult> {
  if (!context.running()) return { ok: false, message: 'container is not running' };
  try {
    if (handler.exec !== undefined) return await execProbe(handler.exec.command ?? [], timeoutMs, context);
    if (handler.httpGet !== undefined) return await httpProbe(handler.httpGet, timeoutMs, context);
    if (handler.tcpSocket !== undefined) return await tcpProbe(handler.tcpSocket, context);
    if (handler.grpc !== undefined) return await grpcProbe(handler.grpc, timeoutMs, context);
    return { ok: true, message: '' };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

async function execProbe(command: readonly string[], timeoutMs: number, { inside, parent, sandbox }: ProbeContext): Promise<ProbeResult> {
  const program = await inside.programFor(command);
  if (program === undefined) {
    // Nobody knows what this image has; its author does, and probes with it.
    if (inside.isGuessed) return { ok: true, message: '' };
    return { ok: false, message: inside.notFound(command[0] ?? '') };
  }
  let output = '';
  const sink = {
    write: (bytes: Uint8Array) => {
      output = (output + Buffer.from(bytes).toString('utf8')).slice(0, MAX_OUTPUT);
    },
    close: () => undefined,
  };
  const process = inside.start({ argv: command, program }, { stdin: EMPTY_SOURCE, stdout: sink, stderr: sink }, undefined, parent);
  let late = false;
  const cancel = sandbox.environment.clock.after(timeoutMs, () => {
    late = true;
    process.kill(SIGNALS['KILL'] ?? 9);
  });
  const code = await process.exited;
  cancel();
  if (late)
    return { ok: false, message: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${String(timeoutMs / 1000)}s` };
  return { ok: code === 0, message: output };
}

/** A port by number, or by the name that the container gave it. */
function portOf(port: number | string | undefined, spec: ProbeContext['spec']): number {
  if (typeof port === 'number') return port;
  const found = (spec.ports ?? []).find(({ name }) => name === port)?.containerPort;
  if (found !== undefined) return found;
  const parsed = Number(port);
  if (Number.isInteger(parsed) && parsed > 0) return parsed;
  throw new Error(`couldn't find port: ${String(port)}`);
}

async function tcpProbe(
  { host, port }: { readonly host?: string | undefined; readonly port?: number | string | undefined },
  { spec, sandbox }: ProbeContext,
): Promise<ProbeResult> {
  const number = portOf(port, spec);
  const target = host ?? sandbox.podIPs[0] ?? '';
  const connection = await sandbox.network.connect(target, number).catch(() => undefined);
  connection?.destroy();
  return connection === undefined
    ? { ok: false, message: `dial tcp ${target}:${String(number)}: connect: connection refused` }
    : { ok: true, message: '' };
}

async function grpcProbe(
  { port = 0, service }: NonNullable<ProbeHandler['grpc']>,
  timeoutMs: number,
  { sandbox }: ProbeContext,
): Promise<ProbeResult> {
  const { clock } = sandbox.environment;
  const target = sandbox.podIPs[0] ?? '';
  const authority = `${target.includes(':') ? `[${target}]` : target}:${String(port)}`;
  const limit = formatDuration(timeoutMs * 1_000_000);
  const connection = await sandbox.network.connect(target, port).catch(() => undefined);
  if (connection === undefined)
    return { ok: false, message: `timeout: failed to connect service "${authority}" within ${limit}: context deadline exceeded` };
  let isLate = false;
  const cancel = clock.after(timeoutMs, () => {
    isLate = true;
    connection.destroy();
  });
  const fault = await checkGrpcHealth(connection, authority, service ?? '');
  cancel();
  connection.destroy();
  if (isLate) return { ok: false, message: `timeout: health rpc did not complete within ${limit}` };
  return { ok: fault === undefined, message: fault ?? '' };
}

type HttpGet = NonNullable<ProbeHandler['httpGet']>;

async function httpProbe(
  { host, port, path = '/', scheme = 'HTTP', httpHeaders }: HttpGet,
  timeoutMs: number,
  { spec, sandbox }: ProbeContext,
): Promise<ProbeResult> {
  const number = portOf(port, spec);
  const target = host !== undefined && host !== '' ? host : (sandbox.podIPs[0] ?? '');
  const url = `${scheme.toLowerCase()}://${target}:${String(number)}${path.startsWith('/') ? path : `/${path}`}`;
  let connection: Duplex;
  try {
    connection = await sandbox.network.connect(target, number);
  } catch {
    return { ok: false, message: `Get "${url}": dial tcp ${target}:${String(number)}: connect: connection refused` };
  }
  const secure = scheme === 'HTTPS' ? tlsConnect({ socket: connection, rejectUnauthorized: false }) : connection;
  const headers: Record<string, string> = {
    host: `${target}:${String(number)}`,
    'user-agent': 'kube-probe/1.36',
    accept: '*/*',
    connection: 'close',
  };
  for (const { name = '', value = '' } of httpHeaders ?? []) headers[name.toLowerCase()] = value;
  return await new Promise((resolve) => {
    const request = httpRequest({
      createConnection: () => secure as never,
      path: path.startsWith('/') ? path : `/${path}`,
      headers,
      setHost: false,
    });
    const finish = (result: ProbeResult): void => {
      cancel();
      request.destroy();
      connection.destroy();
      resolve(result);
    };
    const cancel = sandbox.environment.clock.after(timeoutMs, () => {
      finish({ ok: false, message: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)` });
    });
    request.on('response', ({ statusCode = 0 }) => {
      const ok = statusCode >= 200 && statusCode < 400;
      finish({ ok, message: ok ? '' : `HTTP probe failed with statuscode: ${String(statusCode)}` });
    });
    request.on('error', (error) => {
      finish({ ok: false, message: `Get "${url}": ${error.message}` });
    });
    request.end();
  });
}
