import type { Duplex } from 'node:stream';
import { parseAddress } from '../../apimachinery/ip.js';
import type { Answer, ClusterNames, DnsAnswer, RecordType } from './names.js';
import { NetworkError, type Accept, type ClusterNetwork, type Receive, type Stack } from './network.js';

/** How a pod looks names up: what its /etc/resolv.conf says. */
export interface Resolver {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  /** Names with fewer dots are tried with the search domains first. */
  readonly ndots: number;
}

/** The network as the containers of one pod see it. */
export class PodNetwork {
  constructor(
    readonly cluster: ClusterNetwork,
    readonly names: ClusterNames,
    readonly stack: Stack,
    readonly resolver: Resolver,
    /** /etc/hosts: names of an address. */
    readonly hosts: () => ReadonlyMap<string, readonly string[]>,
  ) {}

  get address(): string {
    return this.stack.addresses[0] ?? '127.0.0.1';
  }

  listen(port: number, accept: Accept): () => void {
    return this.stack.listen(port, accept);
  }

  /** Addresses of a name; undefined if there is none. */
  lookup(name: string): Answer | undefined {
    const plain = name.replace(/^\[|\]$/g, '');
    if (parseAddress(plain) !== undefined) return { name: plain, addresses: [plain] };
    for (const [address, names] of this.hosts()) if (names.includes(plain)) return { name: plain, addresses: [address] };
    return this.resolve(name);
  }

  /** What DNS says of a name's addresses, with the search domains. */
  resolve(name: string): Answer | undefined {
    if (this.resolver.nameservers.length === 0) return undefined;
    for (const candidate of this.candidates(name)) {
      const found = this.names.resolve(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What DNS says of a name: the first of the candidates that exists, or else the last that was tried. */
  query(name: string, type: RecordType, candidates = this.candidates(name)): DnsAnswer & { readonly name: string } {
    const tried = candidates.map((each) => each.replace(/\.$/, ''));
    if (this.resolver.nameservers.length > 0)
      for (const candidate of tried) {
        const answer = this.names.query(candidate, type);
        if (answer.exists) return { ...answer, name: candidate };
      }
    return { exists: false, records: [], name: tried.at(-1) ?? name };
  }

  /** The full names that are tried for a name, in order. */
  candidates(name: string): readonly string[] {
    if (name.endsWith('.')) return [name];
    const searched = this.resolver.searches.map((domain) => `${name}.${domain}`);
    return name.split('.').length - 1 >= this.resolver.ndots ? [name, ...searched] : [...searched, name];
  }

  /** The address that a name stands for; throws NetworkError. */
  private addressOf(host: string): string {
    const found = this.lookup(host);
    const address = found?.addresses.find((each) => !each.includes(':')) ?? found?.addresses[0];
    if (address === undefined) throw new NetworkError('ENOTFOUND', 'Name or service not known');
    return address;
  }

  /** Takes datagrams on a port; returns how to stop. */
  receive(port: number, receive: Receive): () => void {
    return this.stack.receive(port, receive);
  }

  /** Sends a datagram; undefined if nobody answers. Rejects with NetworkError. */
  async send(host: string, port: number, message: Uint8Array): Promise<Uint8Array | undefined> {
    const address = this.addressOf(host);
    return await this.cluster.send(isLoopback(address) ? this.address : address, port, message, this.address);
  }

  /** Rejects with NetworkError. */
  async connect(host: string, port: number): Promise<Duplex> {
    const address = this.addressOf(host);
    if (isLoopback(address)) {
      const connection = this.stack.connect(address, port, '127.0.0.1', 40_000);
      if (connection !== undefined) return connection;
      const forwarded = this.stack.forwarded('TCP', address, port);
      if (forwarded !== undefined) return await this.cluster.connect(forwarded.address, forwarded.port, this.address);
      return await this.cluster.connectLoopback(port);
    }
    return await this.cluster.connect(address, port, this.address);
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address === '0.0.0.0';
}
