import type { Ingress, IngressClass, IngressRule, IPAddress, NetworkPolicy, ServiceCIDR } from '../../schema/generated/networking-v1.js';
import { ingressClassColumns, ingressColumns, ipAddressColumns, networkPolicyColumns, serviceCidrColumns } from './columns/networking.js';
import { groupResourceName } from '../../apimachinery/group-version.js';
import { ageOf } from './format/age.js';
import { ingressPoints } from './format/ingress-points.js';
import { formatLabelSelector } from './format/labels.js';
import { withMore } from './format/list.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
const HOSTS_SHOWN = 3;

const ingresses = printer<Ingress>({
  columns: ingressColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.ingressClassName ?? '<none>',
    hosts(spec?.rules ?? []),
    ingressPoints(status?.loadBalancer?.ingress),
    (spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80',
    ageOf(metadata?.creationTimestamp, now),
  ],
});

/** The first hosts; once three are found, rules without a host count as further ones. */
function hosts(rules: readonly View<IngressRule>[]): string {
  const list: string[] = [];
  for (const { host } of rules) {
    if (list.length === HOSTS_SHOWN) return withMore(list.join(','), rules.length - HOSTS_SHOWN);
    if (host) list.push(host);
  }
  return list.join(',') || '*';
}

const ingressClasses = printer<IngressClass>({
  columns: ingressClassColumns,
  cells: (ingressClass, now) => [
    `${ingressClass.metadata?.name ?? ''}${ingressClass.metadata?.annotations?.[DEFAULT_CLASS] === 'true' ? ' (default)' : ''}`,
    ingressClass.spec?.controller ?? '',
    parametersText(ingressClass),
    ageOf(ingressClass.metadata?.creationTimestamp, now),
  ],
});

function parametersText({ spec }: View<IngressClass>): string {
  const parameters = spec?.parameters;
  if (parameters == null) return '<none>';
  const group = parameters.apiGroup == null ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind ?? ''}${group}/${parameters.name ?? ''}`;
}

const networkPolicies = printer<NetworkPolicy>({
  columns: networkPolicyColumns,
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    formatLabelSelector(spec?.podSelector),
    ageOf(metadata?.creationTimestamp, now),
  ],
});

const serviceCidrs = printer<ServiceCIDR>({
  columns: serviceCidrColumns,
  cells: ({ metadata, spec }, now) => [metadata?.name ?? '', spec?.cidrs?.join(',') ?? '', ageOf(metadata?.creationTimestamp, now)],
});

/** The age is a third cell that no column announces; the real server sends it, too. */
const ipAddresses = printer<IPAddress>({
  columns: ipAddressColumns,
  cells: (address, now) => [address.metadata?.name ?? '', parentText(address), ageOf(address.metadata?.creationTimestamp, now)],
});

/** `services/default/kubernetes`. */
function parentText({ spec }: View<IPAddress>): string {
  const parent = spec?.parentRef;
  if (parent == null) return '<none>';
  const resource = groupResourceName({ group: parent.group ?? '', resource: parent.resource ?? '' }).toLowerCase();
  const namespace = parent.namespace ? `/${parent.namespace}` : '';
  return `${resource}${namespace}/${parent.name ?? ''}`;
}

export const networkingPrinters: PrintersByResource = {
  ingressclasses: ingressClasses,
  ingresses,
  ipaddresses: ipAddresses,
  networkpolicies: networkPolicies,
  servicecidrs: serviceCidrs,
};
