import { forbidden, invalid } from '../../apimachinery/field-error.js';
import { parseAddress } from '../../apimachinery/ip.js';
import { badRequest, invalidObject, notFoundError, plainError, serviceUnavailable } from '../../apimachinery/status.js';
import { goQuote } from '../../apimachinery/field-error.js';
import { parseInt64 } from '../../apimachinery/strconv.js';
import type { Endpoints, Node, Pod, Service } from '../../schema/generated/core-v1.js';
import type { BehaviourEnvironment } from '../behaviour.js';
import type { Connect, ConnectRequest } from '../resource.js';

/**
 * Streams and proxies: everything up to the point where the real server would
 * dial a kubelet, a pod or a service. Nothing is behind it yet, so what is found
 * in order ends as it does there when nobody listens.
 */
export function connects(environment: BehaviourEnvironment): Readonly<Record<string, Readonly<Record<string, Connect>>>> {
  const pods = new PodConnections(environment);
  return {
    '/pods': {
      log: (request) => pods.log(request),
      exec: (request) => pods.stream(request, 'exec'),
      attach: (request) => pods.stream(request, 'attach'),
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

class PodConnections {
  constructor(private readonly environment: BehaviourEnvironment) {}

  /** Without a node there is nothing to read yet: an empty answer. */
  async log({ context, query }: ConnectRequest): Promise<'empty'> {
    checkLogOptions(query, context.name);
    const pod = await this.pod(context.namespace, context.name);
    const container = containerOf(pod, query.get('container')?.[0] ?? '');
    if (!pod.spec.nodeName) return 'empty';
    return await this.dial(pod.spec.nodeName, `/containerLogs/${context.namespace}/${context.name}/${container}`);
  }

  async stream({ context, query }: ConnectRequest, path: 'exec' | 'attach'): Promise<'empty'> {
    const pod = await this.pod(context.namespace, context.name);
    const container = containerOf(pod, query.get('container')?.[0] ?? '');
    return await this.dial(nodeOf(pod), `/${path}/${context.namespace}/${context.name}/${container}`);
  }

  async portForward({ context }: ConnectRequest): Promise<'empty'> {
    const pod = await this.pod(context.namespace, context.name);
    return await this.dial(nodeOf(pod), `/portForward/${context.namespace}/${context.name}`);
  }

  async proxy({ context }: ConnectRequest): Promise<'empty'> {
    const target = schemeNamePort(context.name);
    if (target === undefined) throw badRequest(`invalid pod request ${goQuote(context.name)}`);
    const pod = await this.pod(context.namespace, target.name);
    const address = pod.status.podIPs?.[0]?.ip ?? pod.status.podIP ?? '';
    if (!isGlobalUnicast(address)) throw badRequest('address not allowed');
    const port =
      target.port === ''
        ? (pod.spec.containers ?? []).find(({ ports }) => (ports?.length ?? 0) > 0)?.ports?.[0]?.containerPort
        : target.port;
    throw unreachable(address, port === undefined ? '80' : String(port));
  }

  private pod(namespace: string, name: string): Promise<Pod> {
    return read<Pod>(this.environment, 'pods', namespace, name);
  }

  private async dial(nodeName: string, path: string): Promise<never> {
    const node = await read<Node>(this.environment, 'nodes', '', nodeName);
    const host = hostOf(node);
    const port = node.status.daemonEndpoints.kubeletEndpoint.Port || KUBELET_PORT;
    throw plainError(500, `Get "https://${host}:${String(port)}${path}": dial tcp ${host}:${String(port)}: connect: connection refused`);
  }
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

/** PodLogOptions of the query, checked (Go: ValidatePodLogOptions). */
function checkLogOptions(query: ConnectRequest['query'], name: string): void {
  const number = (option: string): number | undefined => {
    const text = query.get(option)?.[0];
    if (text === undefined) return undefined;
    const value = parseInt64(text);
    if (typeof value === 'string') throw badRequest(value);
    return Number(value);
  };
  const sinceSeconds = number('sinceSeconds');
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  const errors = [];
  if (tailLines !== undefined && tailLines < 0) errors.push(invalid('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalid('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && query.has('sinceTime')) {
    errors.push(forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.push(invalid('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  if (errors.length > 0) throw invalidObject({ group: '', kind: 'PodLogOptions' }, name, errors);
}

async function serviceProxy(environment: BehaviourEnvironment, { context }: ConnectRequest): Promise<'empty'> {
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
    const [address] = addresses ?? [];
    const match = (ports ?? []).find(({ name }) => (name ?? '') === port);
    if (address !== undefined && match !== undefined) throw unreachable(address.ip ?? '', String(match.port));
  }
  throw serviceUnavailable(`no endpoints available for service ${goQuote(context.name)}`);
}

async function nodeProxy(environment: BehaviourEnvironment, { context }: ConnectRequest): Promise<'empty'> {
  const target = schemeNamePort(context.name);
  if (target === undefined) throw badRequest(`invalid node request ${goQuote(context.name)}`);
  const node = await read<Node>(environment, 'nodes', '', target.name);
  throw unreachable(hostOf(node), target.port === '' ? String(KUBELET_PORT) : target.port);
}

/** 503 of a proxy whose backend can't be reached (Go: apimachinery/pkg/util/proxy). */
function unreachable(host: string, port: string): Error {
  return serviceUnavailable(
    `error trying to reach service: dial tcp ${host.includes(':') ? `[${host}]` : host}:${port}: connect: connection refused`,
  );
}

const SCHEMES: ReadonlySet<string> = new Set(['', 'http', 'https']);

/** `name`, `name:port` or `scheme:name:port` (Go: utilnet.SplitSchemeNamePort). */
function schemeNamePort(id: string): { readonly name: string; readonly port: string } | undefined {
  const parts = id.split(':');
  if (parts.length > 3) return undefined;
  const scheme = parts.length === 3 ? (parts[0] ?? '') : '';
  const [name = '', port = ''] = parts.length === 3 ? parts.slice(1) : parts;
  return name === '' || !SCHEMES.has(scheme) ? undefined : { name, port };
}

/** Neither unspecified, loopback, link-local nor multicast. */
function isGlobalUnicast(text: string): boolean {
  if (text === '' || parseAddress(text) === undefined) return false;
  return !/^(?:0\.0\.0\.0$|127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|::1?$|fe[89ab]|ff)/i.test(text);
}
