import { parseAddress } from '../../apimachinery/ip.js';
import type { Typed } from '../../client/client.js';
import type { Service } from '../../schema/generated/core-v1.js';
import type { ClusterNetwork } from './network.js';

/** What a name stands for. */
export interface Answer {
  /** The name as it was found, after search domains and aliases. */
  readonly name: string;
  readonly addresses: readonly string[];
}

/** A record of a service's ports. */
export interface ServiceRecord {
  readonly target: string;
  readonly port: number;
}

const DOMAIN = 'cluster.local';
/** Aliases that lead to others. */
const MAX_ALIASES = 8;

/** The cluster's DNS, as CoreDNS answers it (the DNS specification of Kubernetes). */
export class ClusterNames {
  constructor(private readonly network: ClusterNetwork) {}

  /** @param name a full name, with or without the dot at its end; undefined if there is none */
  resolve(name: string, depth = 0): Answer | undefined {
    const labels = name.replace(/\.$/, '').toLowerCase().split('.');
    if (labels.slice(-2).join('.') !== DOMAIN) return undefined;
    const [zone, namespace] = [labels.at(-3), labels.at(-4)];
    const host = labels.slice(0, -4);
    if (namespace === undefined) return undefined;
    const answer = { name: labels.join('.') };
    if (zone === 'pod') {
      const address = podAddress(host.join('.'));
      return address === undefined ? undefined : { ...answer, addresses: [address] };
    }
    if (zone !== 'svc') return undefined;
    const serviceName = host.at(-1);
    const service = serviceName === undefined ? undefined : this.network.service(namespace, serviceName);
    if (service === undefined) return undefined;
    if (service.spec.type === 'ExternalName') {
      const target = service.spec.externalName ?? '';
      return depth < MAX_ALIASES ? (this.resolve(target, depth + 1) ?? { name: target, addresses: [] }) : undefined;
    }
    if (host.length === 1) {
      const addresses = service.spec.clusterIP === 'None' ? this.endpoints(service) : (service.spec.clusterIPs ?? []);
      return addresses.length === 0 ? undefined : { ...answer, addresses };
    }
    if (host.length > 2) return undefined;
    const addresses = this.endpoints(service, host[0]);
    return addresses.length === 0 ? undefined : { ...answer, addresses };
  }

  /** `_http._tcp.name.namespace.svc.cluster.local` */
  services(name: string): readonly ServiceRecord[] {
    const [port, protocol, serviceName, namespace, ...rest] = name.replace(/\.$/, '').split('.');
    if (rest.join('.') !== `svc.${DOMAIN}` || serviceName === undefined || namespace === undefined) return [];
    const service = this.network.service(namespace, serviceName);
    return (service?.spec.ports ?? [])
      .filter((each) => `_${each.name ?? ''}` === port && `_${(each.protocol ?? 'TCP').toLowerCase()}` === protocol)
      .map((each) => ({ target: `${serviceName}.${namespace}.svc.${DOMAIN}`, port: each.port ?? 0 }));
  }

  /** The name of an address (PTR). */
  reverse(address: string, namespaces: readonly string[]): string | undefined {
    for (const namespace of namespaces) {
      const service = this.network.servicesIn(namespace).find(({ spec }) => spec.clusterIPs?.includes(address));
      if (service !== undefined) return `${service.metadata.name ?? ''}.${namespace}.svc.${DOMAIN}`;
    }
    return undefined;
  }

  private endpoints({ metadata: { namespace = '', name = '' }, spec }: Typed<Service>, hostname?: string): readonly string[] {
    const all = this.network.slicesOf(namespace, name).flatMap(({ endpoints }) => endpoints ?? []);
    return all
      .filter((endpoint) => spec.publishNotReadyAddresses === true || endpoint.conditions?.ready !== false)
      .filter((endpoint) => hostname === undefined || endpoint.hostname === hostname || dashed(endpoint.addresses?.[0] ?? '') === hostname)
      .flatMap(({ addresses }) => addresses ?? []);
  }
}

function dashed(address: string): string {
  return address.replaceAll(/[.:]/g, '-');
}

/** 10-244-1-5 → 10.244.1.5 */
function podAddress(label: string): string | undefined {
  const address = /^\d+-\d+-\d+-\d+$/.test(label) ? label.replaceAll('-', '.') : label.replaceAll('-', ':');
  return parseAddress(address) === undefined ? undefined : address;
}
