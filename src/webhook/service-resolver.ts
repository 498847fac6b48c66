import { notFoundError, serviceUnavailable } from '../apimachinery/status.js';
import type { Random } from '../apimachinery/random.js';
import type { KubeObject } from '../registry/object.js';
import type { Endpoints, Service, ServicePort } from '../schema/generated/core-v1.js';
import type { EndpointSlice } from '../schema/generated/discovery-v1.js';
import type { Storage } from '../storage/storage.js';
import { ConnectionRefused } from './go-errors.js';

/** Where a service can be reached. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const SERVICE_NAME = 'kubernetes.io/service-name';

/**
 * Finds an address behind a service, as the API server (by the cluster IP) and
 * the service proxy (from there to an endpoint) do together (Go:
 * apiserver/pkg/util/proxy.ResolveCluster).
 */
export class ServiceResolver {
  constructor(
    private readonly storage: Storage<KubeObject>,
    private readonly random: Random,
    /** The API server's own address, for the service `kubernetes`. */
    private readonly self: () => Address | undefined,
  ) {}

  /** Throws what the real resolver says, or `ConnectionRefused` if no endpoint is ready. */
  async resolve(namespace: string, name: string, port: number): Promise<Address> {
    const own = namespace === 'default' && name === 'kubernetes' && port === 443 ? this.self() : undefined;
    if (own !== undefined) return own;
    const stored = await this.storage.get({ bucket: '/services', namespace, name });
    // Go's lister names the resource in the singular.
    if (stored === undefined) throw notFoundError({ group: '', resource: 'service' }, name);
    const { spec } = stored.value as Service & KubeObject;
    if (spec.type === 'ExternalName') return { host: spec.externalName ?? '', port };
    if (spec.clusterIP === 'None') throw new Error('cannot route to service with ClusterIP "None"');
    const found = spec.ports?.find((candidate) => candidate.port === port);
    if (found === undefined) throw serviceUnavailable(`no service port ${String(port)} found for service ${JSON.stringify(name)}`);
    const addresses = [...(await this.sliceAddresses(namespace, name, found)), ...(await this.endpointAddresses(namespace, name, found))];
    const chosen = addresses[Math.floor(this.random.fraction() * addresses.length)];
    if (chosen === undefined) throw new ConnectionRefused(spec.clusterIP ?? '', port);
    return chosen;
  }

  private async sliceAddresses(namespace: string, name: string, { name: portName = '' }: ServicePort): Promise<Address[]> {
    const { items } = await this.storage.list('discovery.k8s.io/endpointslices', { namespace });
    const addresses: Address[] = [];
    for (const { value } of items) {
      if (value.metadata.labels?.[SERVICE_NAME] !== name) continue;
      const { endpoints = [], ports = [] } = value as EndpointSlice & KubeObject;
      const port = ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
      if (port === undefined) continue;
      for (const { addresses: hosts, conditions } of endpoints ?? []) {
        const host = hosts?.[0];
        if (host !== undefined && conditions.ready !== false) addresses.push({ host, port });
      }
    }
    return addresses;
  }

  /** Endpoints written by hand count also where nothing mirrors them into slices. */
  private async endpointAddresses(namespace: string, name: string, { name: portName = '' }: ServicePort): Promise<Address[]> {
    const stored = await this.storage.get({ bucket: '/endpoints', namespace, name });
    const { subsets = [] } = (stored?.value ?? {}) as Partial<Endpoints>;
    return (subsets ?? []).flatMap(({ addresses = [], ports = [] }) => {
      const port = ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
      return port === undefined ? [] : (addresses ?? []).map(({ ip }) => ({ host: ip ?? '', port }));
    });
  }
}
