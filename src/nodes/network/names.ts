import { parseAddress } from '../../apimachinery/ip.js';
import type { Typed } from '../../client/client.js';
import type { Service } from '../../schema/generated/core-v1.js';
import type { Endpoint, EndpointPort } from '../../schema/generated/discovery-v1.js';
import type { ClusterNetwork } from './network.js';

/** What a name stands for. */
export interface Answer {
  /** The name as it was found, after search domains and aliases. */
  readonly name: string;
  readonly addresses: readonly string[];
}

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'SRV' | 'TXT';

/** One resource record, as a zone file would have it. */
export interface DnsRecord {
  /** Full, without the dot at its end. */
  readonly name: string;
  readonly type: RecordType;
  /** Names in it are full and end with a dot. */
  readonly data: string;
}

/** An answer of the server: of the aliases first, then what they lead to. None for a name that has only other types. */
export interface DnsAnswer {
  readonly exists: boolean;
  readonly records: readonly DnsRecord[];
}

const DOMAIN = 'cluster.local';
/** Aliases that lead to others. */
const MAX_ALIASES = 8;
const NOT_FOUND: DnsAnswer = { exists: false, records: [] };

/** One endpoint that stands behind a service. */
interface Target {
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly ports: readonly EndpointPort[];
}

/** The cluster's DNS, as CoreDNS answers it (the DNS specification of Kubernetes). */
export class ClusterNames {
  constructor(private readonly network: Pick<ClusterNetwork, 'service' | 'serviceAt' | 'slicesOf' | 'endpointsAt'>) {}

  /** @param name a full name, with or without the dot at its end; undefined if there is none */
  resolve(name: string): Answer | undefined {
    const [four, six] = [this.query(name, 'A'), this.query(name, 'AAAA')];
    const records = [...four.records, ...six.records];
    if (records.length === 0) return undefined;
    const found = records.filter(({ type }) => type !== 'CNAME');
    const alias = records.findLast(({ type }) => type === 'CNAME');
    return {
      name: found[0]?.name ?? alias?.data.replace(/\.$/, '') ?? name,
      addresses: found.map(({ data }) => data),
    };
  }

  /** What the server answers for a full name, with or without the dot at its end. */
  query(name: string, type: RecordType): DnsAnswer {
    return this.answer(name.replace(/\.$/, '').toLowerCase(), type, 0);
  }

  private answer(name: string, type: RecordType, depth: number): DnsAnswer {
    const labels = name.split('.');
    if (labels.at(-1) === 'arpa') return this.pointers(name, labels, type);
    if (labels.slice(-2).join('.') !== DOMAIN) return NOT_FOUND;
    if (name === `dns-version.${DOMAIN}`) return records(name, type, 'TXT', ['"1.1.0"']);
    const [zone, namespace] = [labels.at(-3), labels.at(-4)];
    const host = labels.slice(0, -4);
    if (namespace === undefined) return { exists: zone === undefined || zone === 'svc', records: [] };
    if (zone === 'pod') {
      const address = podAddress(host.join('.'));
      return address === undefined ? NOT_FOUND : addressRecords(name, type, [address]);
    }
    const service = zone === 'svc' ? this.network.service(namespace, host.at(-1) ?? '') : undefined;
    if (service === undefined) return NOT_FOUND;
    if (service.spec.type === 'ExternalName') return host.length === 1 ? this.alias(name, type, service, depth) : NOT_FOUND;
    if (host.length === 3) return this.services(name, type, service, host[0], host[1]);
    if (host.length > 3) return NOT_FOUND;
    if (host.length === 1 && type === 'SRV') return this.services(name, type, service);
    const isVirtual = host.length === 1 && service.spec.clusterIP !== 'None';
    return addressRecords(name, type, isVirtual ? (service.spec.clusterIPs ?? []) : this.addresses(service, host.slice(0, -1)[0]));
  }

  private alias(name: string, type: RecordType, { spec }: Typed<Service>, depth: number): DnsAnswer {
    const target = (spec.externalName ?? '').replace(/\.$/, '');
    const own: DnsRecord = { name, type: 'CNAME', data: `${target}.` };
    if (type === 'CNAME' || depth >= MAX_ALIASES) return { exists: true, records: [own] };
    return { exists: true, records: [own, ...this.answer(target.toLowerCase(), type, depth + 1).records] };
  }

  /** SRV records: one for a service with an address, one an endpoint without. @param port `_http`, and so on; all if absent */
  private services(name: string, type: RecordType, service: Typed<Service>, port?: string, protocol?: string): DnsAnswer {
    const isWanted = (each: { readonly name?: string | undefined; readonly protocol?: string | undefined }): boolean =>
      (port === undefined || (each.name ?? '') !== '') &&
      (port === undefined || `_${each.name ?? ''}` === port) &&
      (protocol === undefined || `_${(each.protocol ?? 'TCP').toLowerCase()}` === protocol);
    const base = `${service.metadata.name ?? ''}.${service.metadata.namespace ?? ''}.svc.${DOMAIN}.`;
    const targets =
      service.spec.clusterIP === 'None'
        ? this.targets(service).flatMap(({ endpoint, address, ports }) =>
            ports.filter(isWanted).map((each) => ({ port: each.port ?? 0, target: `${hostOf(endpoint, address)}.${base}` })),
          )
        : (service.spec.ports ?? []).filter(isWanted).map((each) => ({ port: each.port ?? 0, target: base }));
    const weight = Math.floor(100 / Math.max(1, targets.length));
    return records(
      name,
      type,
      'SRV',
      targets.map(({ port: number, target }) => `0 ${String(weight)} ${String(number)} ${target}`),
    );
  }

  /** The names of an address: of the service that has it, or of endpoints. */
  private pointers(name: string, labels: readonly string[], type: RecordType): DnsAnswer {
    const address = reversed(labels);
    if (address === undefined) return NOT_FOUND;
    const service = this.network.serviceAt(address);
    if (service !== undefined) return records(name, type, 'PTR', [`${nameOf(service)}.`]);
    const names = this.network
      .endpointsAt(address)
      .map(({ service: owner, endpoint }) => `${hostOf(endpoint, address)}.${owner}.svc.${DOMAIN}.`);
    return records(name, type, 'PTR', names);
  }

  private addresses(service: Typed<Service>, hostname: string | undefined): readonly string[] {
    return this.targets(service)
      .filter(({ endpoint, address }) => hostname === undefined || hostOf(endpoint, address) === hostname || dashed(address) === hostname)
      .map(({ address }) => address);
  }

  private targets({ metadata: { namespace = '', name = '' }, spec }: Typed<Service>): readonly Target[] {
    return this.network
      .slicesOf(namespace, name)
      .flatMap(({ endpoints, ports }) =>
        (endpoints ?? [])
          .filter((endpoint) => spec.publishNotReadyAddresses === true || endpoint.conditions?.ready !== false)
          .flatMap((endpoint) => (endpoint.addresses ?? []).map((address) => ({ endpoint, address, ports: ports ?? [] }))),
      );
  }
}

/** No records of a name mean that it isn't there; those of another type don't. */
function records(name: string, wanted: RecordType, type: RecordType, data: readonly string[]): DnsAnswer {
  if (data.length === 0) return NOT_FOUND;
  return { exists: true, records: wanted === type ? data.map((each) => ({ name, type, data: each })) : [] };
}

function addressRecords(name: string, wanted: RecordType, addresses: readonly string[]): DnsAnswer {
  const typeOf = (address: string): RecordType => (address.includes(':') ? 'AAAA' : 'A');
  const matching = addresses.filter((address) => typeOf(address) === wanted).map((data) => ({ name, type: wanted, data }));
  return { exists: addresses.length > 0, records: matching };
}

function nameOf({ metadata: { namespace = '', name = '' } }: Typed<Service>): string {
  return `${name}.${namespace}.svc.${DOMAIN}`;
}

function hostOf({ hostname }: Endpoint, address: string): string {
  return hostname === undefined || hostname === '' ? dashed(address) : hostname;
}

function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, '-');
}

/** 10-244-1-5 → 10.244.1.5 */
function podAddress(label: string): string | undefined {
  const address = /^\d+-\d+-\d+-\d+$/.test(label) ? label.replaceAll('-', '.') : label.replaceAll('-', ':');
  return parseAddress(address) === undefined ? undefined : address;
}

/** The name that asks for an address's names: 10.96.0.1 → 1.0.96.10.in-addr.arpa; undefined for what is no IPv4 address. */
export function reverseName(address: string): string | undefined {
  return parseAddress(address)?.v6 === false ? `${address.split('.').reverse().join('.')}.in-addr.arpa` : undefined;
}

function reversed(labels: readonly string[]): string | undefined {
  if (labels.at(-2) !== 'in-addr' || labels.length !== 6) return undefined;
  return labels.slice(0, 4).reverse().join('.');
}
