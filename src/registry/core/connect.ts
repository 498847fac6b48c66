import { parseUint64 } from '../../apimachinery/strconv.js';
import { goQuote } from '../../apimachinery/field-error.js';
import { parseAddress } from '../../apimachinery/ip.js';
import { badRequest, forbiddenError, notFoundError, plainError, serviceUnavailable } from '../../apimachinery/status.js';
import { parseInt64 } from '../../apimachinery/strconv.js';
import { resourceAttributes } from '../../auth/authorization/attributes.js';
import type { Endpoints, Node, Pod, Service } from '../../schema/generated/core-v1.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import type { Connection, ProxyConnection } from '../connection.js';
import type { ExecOptions, Kubelet } from '../kubelet.js';
import type { Connect, ConnectRequest } from '../resource.js';
import { flag, logOptions } from './pod-log-options.js';

/**
 * Streams and proxies: everything up to the point where the real server dials a
 * kubelet, a pod or a service. Where no simulated node is, nobody listens.
 */
export function connects(environment: BehaviourEnvironment): Readonly<Record<string, Readonly<Record<string, Connect>>>> {
  const pods = new PodConnections(environment);
  return {
    '/pods': {
      log: (request) => pods.log(request),
      exec: (request) => pods.program(request, 'exec'),
      attach: (request) => pods.program(request, 'attach'),
      portforward: (request) => pods.portForward(request),
      proxy: (request) => pods.proxy(request),
    },
    '/services': { proxy: (request) => serviceProxy(environment, request) },
    '/nodes': { proxy: (request) => nodeProxy(environment, request) },
  };
}

const KUBELET_PORT = 10250;

async function read<T>(environment: BehaviourEnvironment, resource: string, namespace: string, name: string, shown = resource): Promise<T> {
  const found = await environment.store({ group: '', resource })?.find(namespace, name);
  if (found === undefined) throw notFoundError({ group: '', resource: shown }, name);
  return found.value as unknown as T;
}

/** Ports of a query, several in one parameter too, are numbers of 16 bits (Go: Convert_Slice_string_To_Slice_int32). */
function checkPorts(parameters: readonly string[] | undefined): void {
  for (const port of parameters?.flatMap((text) => text.split(',')) ?? []) {
    const parsed = parseUint64(port, 16);
    if (typeof parsed === 'string') throw badRequest(`cannot convert to []int32: ${parsed}`);
  }
}

class PodConnections {
  constructor(private readonly environment: BehaviourEnvironment) {}

  /** Without a node there is nothing to read yet: an empty answer. */
  async log({ context, query }: ConnectRequest): Promise<Connection> {
    const options = logOptions(query, context.name, this.environment.clock.now());
    const pod = await this.pod(context.namespace, context.name);
    const container = containerOf(pod, query.get('container')?.[0] ?? '');
    if (!pod.spec.nodeName) return { kind: 'empty' };
    const node = await read<Node>(this.environment, 'nodes', '', pod.spec.nodeName);
    const kubelet = this.kubelet(node);
    if (kubelet === undefined) {
      const url = `https://${kubeletAddress(node)}/containerLogs/${context.namespace}/${context.name}/${container}`;
      throw plainError(500, `Get "${url}": ${refused(kubeletAddress(node))}`);
    }
    return { kind: 'log', open: () => kubelet.containerLogs(pod, container, options) };
  }

  async program(request: ConnectRequest, form: 'exec' | 'attach'): Promise<Connection> {
    const { context, query } = request;
    this.authorizeCreate(request, form);
    const pod = await this.pod(context.namespace, context.name);
    const container = containerOf(pod, query.get('container')?.[0] ?? '');
    const kubelet = await this.kubeletOf(pod, request);
    const options: ExecOptions = {
      command: form === 'exec' ? (query.get('command') ?? []) : [],
      tty: flag(query, 'tty'),
      stdin: flag(query, 'stdin'),
      stdout: flag(query, 'stdout'),
      stderr: flag(query, 'stderr'),
    };
    return { kind: 'program', options, open: () => kubelet[form](pod, container, options) };
  }

  async portForward(request: ConnectRequest): Promise<Connection> {
    const { context } = request;
    checkPorts(request.query.get('ports'));
    this.authorizeCreate(request, 'portforward');
    const pod = await this.pod(context.namespace, context.name);
    const kubelet = await this.kubeletOf(pod, request);
    return {
      kind: 'ports',
      pod: context.name,
      uid: pod.metadata.uid ?? '',
      check: () => kubelet.checkPortForward(pod),
      dial: (port) => kubelet.portForward(pod, port),
    };
  }

  async proxy({ context }: ConnectRequest): Promise<Connection> {
    const target = schemeNamePort(context.name);
    if (target === undefined) throw badRequest(`invalid pod request ${goQuote(context.name)}`);
    const pod = await this.pod(context.namespace, target.name);
    const address = pod.status.podIPs?.[0]?.ip ?? pod.status.podIP ?? '';
    if (!isGlobalUnicast(address)) throw badRequest('address not allowed');
    const port =
      target.port === ''
        ? (pod.spec.containers ?? []).find(({ ports }) => (ports?.length ?? 0) > 0)?.ports?.[0]?.containerPort
        : target.port;
    return proxyTo(this.environment, target.scheme, address, port === undefined ? '80' : String(port));
  }

  private pod(namespace: string, name: string): Promise<Pod> {
    return read<Pod>(this.environment, 'pods', namespace, name);
  }

  private kubelet(node: Node): Kubelet | undefined {
    return this.environment.nodes?.()?.kubelet(node.metadata.name ?? '');
  }

  /** The kubelet for a stream; throws what the real server answers if it can't be dialled. */
  private async kubeletOf(pod: Pod, { upgrade }: ConnectRequest): Promise<Kubelet> {
    const node = await read<Node>(this.environment, 'nodes', '', nodeOf(pod));
    const kubelet = this.kubelet(node);
    if (kubelet !== undefined) return kubelet;
    if (!upgrade) throw badRequest('Upgrade request required');
    throw plainError(500, `error dialing backend: ${refused(kubeletAddress(node))}`);
  }

  /** A stream needs the right to create, also for the GET that opens a WebSocket (Go: ensureAuthorizedForVerb). */
  private authorizeCreate({ context }: ConnectRequest, subresource: string): void {
    if (context.verb === 'create') return;
    const { namespace, name, user } = context;
    const question = { verb: 'create', namespace, version: 'v1', resource: 'pods', subresource, name };
    const { decision, reason } = this.environment.access().authorizer.authorize(resourceAttributes(user, question));
    if (decision !== 'allow') throw forbiddenError({ group: '', resource: 'pods' }, name, reason);
  }
}

function kubeletAddress(node: Node): string {
  return `${hostOf(node)}:${String(node.status.daemonEndpoints.kubeletEndpoint.Port || KUBELET_PORT)}`;
}

function refused(address: string): string {
  return `dial tcp ${address}: connect: connection refused`;
}

function nodeOf(pod: Pod): string {
  if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name ?? ''} does not have a host assigned`);
  return pod.spec.nodeName;
}

/** Where a node's kubelet is (Go: pkg/kubelet/client, in kube-apiserver's order of preference). */
function hostOf(node: Node): string {
  const addresses = node.status.addresses ?? [];
  for (const type of ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP']) {
    const found = addresses.find((address) => address.type === type);
    if (found !== undefined) return found.address ?? '';
  }
  throw plainError(
    500,
    `no preferred addresses found; known addresses: [${addresses.map(({ type, address }) => `{${type} ${address}}`).join(' ')}]`,
  );
}

/** The container that is meant (Go: validateContainer). */
function containerOf(pod: Pod, given: string): string {
  const { containers, initContainers, ephemeralContainers } = pod.spec;
  const names = [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])].map(({ name }) => name);
  const podName = pod.metadata.name ?? '';
  if (given === '') {
    const [only] = containers ?? [];
    if (only !== undefined && containers?.length === 1) return only.name ?? '';
    throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]`);
  }
  if (!names.includes(given)) throw badRequest(`container ${given} is not valid for pod ${podName}`);
  return given;
}

async function serviceProxy(environment: BehaviourEnvironment, { context }: ConnectRequest): Promise<Connection> {
  const target = schemeNamePort(context.name);
  if (target === undefined) throw badRequest(`invalid service request ${goQuote(context.name)}`);
  let { port } = target;
  const number = parseInt64(port);
  if (typeof number !== 'string') {
    const service = await read<Service>(environment, 'services', context.namespace, target.name);
    const found = (service.spec.ports ?? []).find((candidate) => candidate.port === Number(number));
    if (found === undefined) throw serviceUnavailable(`no service port ${String(number)} found for service ${goQuote(target.name)}`);
    port = found.name ?? '';
  }
  const endpoints = await read<Endpoints>(environment, 'endpoints', context.namespace, target.name, 'services');
  if ((endpoints.subsets ?? []).length === 0) throw serviceUnavailable(`no endpoints available for service ${goQuote(target.name)}`);
  for (const { addresses, ports } of endpoints.subsets ?? []) {
    const address = addresses?.[environment.random.int(addresses.length)];
    const match = (ports ?? []).find(({ name }) => (name ?? '') === port);
    if (address !== undefined && match !== undefined) return proxyTo(environment, target.scheme, address.ip ?? '', String(match.port));
  }
  throw serviceUnavailable(`no endpoints available for service ${goQuote(context.name)}`);
}

async function nodeProxy(environment: BehaviourEnvironment, { context }: ConnectRequest): Promise<Connection> {
  const target = schemeNamePort(context.name);
  if (target === undefined) throw badRequest(`invalid node request ${goQuote(context.name)}`);
  const node = await read<Node>(environment, 'nodes', '', target.name);
  const port = target.port === '' ? String(KUBELET_PORT) : target.port;
  // The kubelet's own port speaks TLS, whatever the name says; here within the process it needs none.
  return proxyTo(environment, port === String(KUBELET_PORT) ? '' : target.scheme, hostOf(node), port);
}

/** An HTTP server of the cluster's network; dialling it rejects with the 503 of the real proxy if nobody listens. */
function proxyTo(environment: BehaviourEnvironment, scheme: string, host: string, port: string): ProxyConnection {
  return {
    kind: 'proxy',
    scheme: scheme === 'https' ? 'https' : 'http',
    host,
    port: Number(port),
    dial: async () => {
      if (!/^\d+$/.test(port)) throw serviceUnavailable(`error trying to reach service: dial tcp: lookup tcp/${port}: unknown port`);
      const connection = await environment.nodes?.()?.dial(host, Number(port));
      if (connection === undefined) throw unreachable(host, port);
      return connection;
    },
  };
}

/** 503 of a proxy whose backend can't be reached (Go: apimachinery/pkg/util/proxy). */
function unreachable(host: string, port: string): Error {
  return serviceUnavailable(
    `error trying to reach service: dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}: connect: connection refused`,
  );
}

const SCHEMES: ReadonlySet<string> = new Set(['', 'http', 'https']);

/** `name`, `name:port` or `scheme:name:port` (Go: utilnet.SplitSchemeNamePort). */
function schemeNamePort(id: string): { readonly scheme: string; readonly name: string; readonly port: string } | undefined {
  const parts = id.split(':');
  if (parts.length > 3) return undefined;
  const scheme = parts.length === 3 ? (parts[0] ?? '') : '';
  const [name = '', port = ''] = parts.length === 3 ? parts.slice(1) : parts;
  return name === '' || !SCHEMES.has(scheme) ? undefined : { scheme, name, port };
}

/** Neither unspecified, loopback, link-local nor multicast. */
function isGlobalUnicast(text: string): boolean {
  if (text === '' || parseAddress(text) === undefined) return false;
  return !/^(?:0\.0\.0\.0$|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::1?$|fe[89ab]|ff)/i.test(text);
}
