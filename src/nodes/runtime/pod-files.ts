import type { Pod } from '../../schema/generated/core-v1.js';
import type { Resolver } from '../network/pod-network.js';

const DOMAIN = 'cluster.local';
const MAX_HOSTNAME = 63;

/** The names of a pod in its own eyes. */
export function hostnameOf({ metadata, spec }: Pod, nodeName: string): { readonly hostname: string; readonly fqdn: string | undefined } {
  if (spec.hostNetwork === true) return { hostname: nodeName, fqdn: undefined };
  const own = spec.hostnameOverride ?? spec.hostname;
  const hostname = (own === undefined || own === '' ? (metadata.name ?? '') : own).slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  const { subdomain } = spec;
  if (subdomain === undefined || subdomain === '') return { hostname, fqdn: undefined };
  const fqdn = `${hostname}.${subdomain}.${metadata.namespace ?? ''}.svc.${DOMAIN}`;
  return { hostname: spec.setHostnameAsFQDN === true ? fqdn : hostname, fqdn };
}

/** Names by address, as /etc/hosts has them (Go: kubelet managedHostsFileContent). */
export function hostNames(pod: Pod, nodeName: string, podIPs: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const { hostname, fqdn } = hostnameOf(pod, nodeName);
  const names = new Map<string, readonly string[]>([
    ['127.0.0.1', ['localhost']],
    ['::1', ['localhost', 'ip6-localhost', 'ip6-loopback']],
  ]);
  for (const address of podIPs) names.set(address, fqdn === undefined || fqdn === hostname ? [hostname] : [fqdn, hostname]);
  for (const { ip = '', hostnames } of pod.spec.hostAliases ?? []) names.set(ip, [...(names.get(ip) ?? []), ...(hostnames ?? [])]);
  return names;
}

/** What every machine calls itself, and the groups that all of them are in. */
const LOCAL_NAMES =
  '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nfe00::\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n';

/** A node's own /etc/hosts. */
export function nodeHostsFile(name: string, addresses: readonly string[]): string {
  return LOCAL_NAMES + addresses.map((address) => `${address}\t${name}\n`).join('');
}

/**
 * A container's /etc/hosts (Go: kubelet.ensureHostsFile).
 * @param nodeFile the node's own, which pods in its network begin with
 */
export function hostsFile(pod: Pod, nodeName: string, podIPs: readonly string[], nodeFile: () => string): string {
  const { hostname, fqdn } = hostnameOf(pod, nodeName);
  const own = fqdn === undefined || fqdn === hostname ? hostname : `${fqdn}\t${hostname}`;
  const aliases = (pod.spec.hostAliases ?? []).map(({ ip = '', hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}\n`);
  const managed = '# Kubernetes-managed hosts file';
  const begin =
    pod.spec.hostNetwork === true
      ? [`${managed} (host network).\n`, nodeFile()]
      : [`${managed}.\n`, LOCAL_NAMES, ...podIPs.map((address) => `${address}\t${own}\n`)];
  return [...begin, ...(aliases.length === 0 ? [] : ['\n# Entries added by HostAliases.\n', ...aliases])].join('');
}

/** How a pod resolves names (Go: kubelet/network/dns). @param dnsAddress the cluster's DNS service, if there is one */
export function resolverOf({ metadata, spec }: Pod, dnsAddress: string | undefined): Resolver & { readonly options: readonly string[] } {
  const { dnsConfig } = spec;
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  const isCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec.hostNetwork !== true);
  const nameservers = isCluster && dnsAddress !== undefined ? [dnsAddress] : [];
  const searches = isCluster ? [`${metadata.namespace ?? ''}.svc.${DOMAIN}`, `svc.${DOMAIN}`, DOMAIN] : [];
  const options = new Map<string, string | undefined>(isCluster ? [['ndots', '5']] : []);
  for (const { name = '', value } of dnsConfig?.options ?? []) options.set(name, value);
  return {
    nameservers: [...new Set([...nameservers, ...(dnsConfig?.nameservers ?? [])])],
    searches: [...new Set([...searches, ...(dnsConfig?.searches ?? [])])],
    ndots: Number(options.get('ndots') ?? 1),
    options: [...options].map(([name, value]) => (value === undefined ? name : `${name}:${value}`)),
  };
}

export function resolvConf({ nameservers, searches, options }: ReturnType<typeof resolverOf>): string {
  return [
    ...(searches.length === 0 ? [] : [`search ${searches.join(' ')}\n`]),
    ...nameservers.map((address) => `nameserver ${address}\n`),
    ...(options.length === 0 ? [] : [`options ${options.join(' ')}\n`]),
  ].join('');
}
