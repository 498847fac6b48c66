import { connect as tcpConnect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../apimachinery/clock.js';
import type { Random } from '../../apimachinery/random.js';
import type { Typed } from '../../client/client.js';
import type { Informers } from '../../client/informers.js';
import type { Lister } from '../../client/informer.js';
import { ENDPOINT_SLICES, SERVICES } from '../../component-helpers/resources.js';
import type { Service, ServicePort } from '../../schema/generated/core-v1.js';
import type { Endpoint, EndpointSlice } from '../../schema/generated/discovery-v1.js';
import { SessionAffinity } from './affinity.js';
import { Connection } from './connection.js';

/** Takes a connection to a port. */
export type Accept = (connection: Connection) => void;

/** Takes a datagram, and may answer it. @param from the sender */
export type Receive = (message: Uint8Array, from: Backend) => Promise<Uint8Array | undefined>;

/** A failed connection or look-up, as libc tells it. */
export class NetworkError extends Error {
  constructor(
    readonly code: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ENOTFOUND' | 'EADDRINUSE',
    message: string,
  ) {
    super(message);
  }
}

/** What listens under one set of addresses: a pod's, or a node's with its host network pods. */
export class Stack {
  private readonly listeners = new Map<number, Accept>();
  private readonly receivers = new Map<number, Receive>();
  private readonly forwards = new Map<string, Backend>();

  constructor(readonly addresses: readonly string[]) {}

  /** Throws NetworkError if the port is taken. Returns how to stop. */
  listen(port: number, accept: Accept): () => void {
    if (this.listeners.has(port)) throw new NetworkError('EADDRINUSE', `bind: address already in use`);
    this.listeners.set(port, accept);
    return () => {
      if (this.listeners.get(port) === accept) this.listeners.delete(port);
    };
  }

  /** Takes datagrams on a port. Throws NetworkError if it is taken. Returns how to stop. */
  receive(port: number, receive: Receive): () => void {
    if (this.receivers.has(port)) throw new NetworkError('EADDRINUSE', `bind: address already in use`);
    this.receivers.set(port, receive);
    return () => {
      if (this.receivers.get(port) === receive) this.receivers.delete(port);
    };
  }

  receiver(port: number): Receive | undefined {
    return this.receivers.get(port);
  }

  /** Leads a port to a pod (hostPort). @param address one of this stack's, or empty for all. Returns how to stop. */
  forward(protocol: string, address: string, port: number, to: Backend): () => void {
    const key = `${protocol} ${address} ${String(port)}`;
    this.forwards.set(key, to);
    return () => {
      if (this.forwards.get(key) === to) this.forwards.delete(key);
    };
  }

  forwarded(protocol: string, address: string, port: number): Backend | undefined {
    if (this.forwards.size === 0) return undefined;
    return this.forwards.get(`${protocol} ${address} ${String(port)}`) ?? this.forwards.get(`${protocol}  ${String(port)}`);
  }

  get ports(): readonly number[] {
    return [...this.listeners.keys()];
  }

  /** Undefined if nobody listens. @param from the caller's address */
  connect(address: string, port: number, from: string, fromPort: number): Connection | undefined {
    const accept = this.listeners.get(port);
    if (accept === undefined) return undefined;
    const [client, server] = Connection.pair({ address: from, port: fromPort }, { address, port });
    accept(server);
    return client;
  }
}

export interface ClusterNetworkOptions {
  readonly informers: Informers;
  readonly random: Random;
  readonly clock: Pick<Clock, 'now'>;
  /** Where the API server listens on the host: the only thing outside that can be reached. */
  readonly apiServer: () => { readonly host: string; readonly port: number };
}

/** One place where a service leads. */
export interface Backend {
  readonly address: string;
  readonly port: number;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/** The cluster's network: pods, nodes and services by address, all within the process. */
export class ClusterNetwork {
  private readonly stacks = new Map<string, Stack>();
  private readonly services: Lister<Typed<Service>>;
  private readonly slices: Lister<Typed<EndpointSlice>>;
  private readonly affinity: SessionAffinity;

  constructor(private readonly options: ClusterNetworkOptions) {
    this.affinity = new SessionAffinity(options.clock, (backends) => backends[options.random.int(Math.max(1, backends.length))]);
    this.services = options.informers
      .of<Typed<Service>>(SERVICES)
      .addIndex('network/address', ({ spec }) => [...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? [])].filter((ip) => ip !== 'None'))
      .addIndex('network/nodePort', ({ spec }) => (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [String(nodePort)] : [])));
    this.slices = options.informers
      .of<Typed<EndpointSlice>>(ENDPOINT_SLICES)
      .addIndex('network/service', ({ metadata }) => [`${metadata.namespace ?? ''}/${metadata.labels?.[SERVICE_NAME] ?? ''}`]);
  }

  /** Returns how to take it out again. */
  add(stack: Stack): () => void {
    for (const address of stack.addresses) this.stacks.set(address, stack);
    return () => {
      for (const address of stack.addresses) if (this.stacks.get(address) === stack) this.stacks.delete(address);
    };
  }

  stack(address: string): Stack | undefined {
    return this.stacks.get(address);
  }

  service(namespace: string, name: string): Typed<Service> | undefined {
    return this.services.get(namespace, name);
  }

  /** The service that has an address of the cluster's. */
  serviceAt(address: string): Typed<Service> | undefined {
    return this.services.byIndex('network/address', address).find(({ spec }) => spec.clusterIPs?.includes(address));
  }

  /** Endpoints with an address. Looks at all: few ask. `service` is `name.namespace`. */
  endpointsAt(address: string): readonly { readonly service: string; readonly endpoint: Endpoint }[] {
    return this.slices.list().flatMap(({ metadata, endpoints }) => {
      const service = `${metadata.labels?.[SERVICE_NAME] ?? ''}.${metadata.namespace ?? ''}`;
      return (endpoints ?? []).filter(({ addresses }) => addresses?.includes(address)).map((endpoint) => ({ service, endpoint }));
    });
  }

  slicesOf(namespace: string, name: string): readonly Typed<EndpointSlice>[] {
    return this.slices.byIndex('network/service', `${namespace}/${name}`);
  }

  /** A connection to an address; rejects with NetworkError. @param from the caller's address */
  async connect(address: string, port: number, from: string): Promise<Duplex> {
    const fromPort = 32768 + this.options.random.int(28_000);
    const stack = this.stacks.get(address);
    const direct = stack?.connect(address, port, from, fromPort);
    if (direct !== undefined) return direct;
    const found = stack?.forwarded('TCP', address, port) ?? this.backendOf('TCP', address, port, from, stack !== undefined);
    if (found === 'api server') return await this.connectApiServer();
    if (found !== undefined) {
      const connection = this.stacks.get(found.address)?.connect(found.address, found.port, from, fromPort);
      if (connection !== undefined) return connection;
      throw refused();
    }
    if (stack !== undefined || this.services.byIndex('network/address', address).length > 0) throw refused();
    throw new NetworkError('EHOSTUNREACH', 'No route to host');
  }

  /** Sends a datagram; undefined if nobody answers. Rejects with NetworkError. @param from the sender's address */
  async send(address: string, port: number, message: Uint8Array, from: string): Promise<Uint8Array | undefined> {
    const stack = this.stacks.get(address);
    let receiver = stack?.receiver(port);
    if (receiver === undefined) {
      const found = stack?.forwarded('UDP', address, port) ?? this.backendOf('UDP', address, port, from, stack !== undefined);
      if (found !== undefined && found !== 'api server') receiver = this.stacks.get(found.address)?.receiver(found.port);
    }
    if (receiver === undefined) throw refused();
    return await receiver(message, { address: from, port: 32768 + this.options.random.int(28_000) });
  }

  /** Where a service's address and port, or a node's port, lead this time. */
  private backendOf(
    protocol: 'TCP' | 'UDP',
    address: string,
    port: number,
    from: string,
    isNode: boolean,
  ): Backend | 'api server' | undefined {
    const candidates = isNode ? this.services.byIndex('network/nodePort', String(port)) : this.services.byIndex('network/address', address);
    for (const service of candidates) {
      const found = (service.spec.ports ?? []).find(
        (each) => (isNode ? each.nodePort : each.port) === port && (each.protocol ?? 'TCP') === protocol,
      );
      if (found === undefined) continue;
      if (service.metadata.namespace === 'default' && service.metadata.name === 'kubernetes') return 'api server';
      return this.affinity.backendFor(from, service, found, this.backends(service, found));
    }
    return undefined;
  }

  /** The ready endpoints behind a service's port. */
  backends({ metadata: { namespace = '', name = '' } }: Typed<Service>, port: ServicePort): readonly Backend[] {
    return this.slicesOf(namespace, name).flatMap(({ endpoints, ports }) => {
      const target = (ports ?? []).find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
      if (typeof target !== 'number') return [];
      return (endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses }) => (addresses ?? []).map((address) => ({ address, port: target })));
    });
  }

  /** The API server by the address that it listens on itself, which its documents and configurations name. */
  async connectLoopback(port: number): Promise<Duplex> {
    if (port !== this.options.apiServer().port) throw refused();
    return await this.connectApiServer();
  }

  private connectApiServer(): Promise<Duplex> {
    const { host, port } = this.options.apiServer();
    return new Promise((resolve, reject) => {
      const socket = tcpConnect({ host, port });
      socket.once('connect', () => {
        socket.on('error', () => undefined);
        resolve(socket);
      });
      socket.once('error', () => {
        reject(refused());
      });
    });
  }
}

function refused(): NetworkError {
  return new NetworkError('ECONNREFUSED', 'Connection refused');
}
