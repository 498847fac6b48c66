/** Columns of the networking group's tables; the texts are part of the wire format. */
import type { TableColumn } from '../printer.js';
import { ageColumn, column, nameColumn } from './column.js';

export const ingressColumns: readonly TableColumn[] = [
  nameColumn,
  column('Class', 'string', 'The name of the IngressClass resource that should be used for additional configuration'),
  column('Hosts', 'string', 'Hosts that incoming requests are matched against before the ingress rule'),
  column('Address', 'string', 'Address is a list containing ingress points for the load-balancer'),
  column('Ports', 'string', 'Ports of TLS configurations that open'),
  ageColumn,
];

export const ingressClassColumns: readonly TableColumn[] = [
  nameColumn,
  column('Controller', 'string', 'Controller that is responsible for handling this class'),
  column('Parameters', 'string', 'A reference to a resource with additional parameters'),
  ageColumn,
];

export const networkPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  column(
    'Pod-Selector',
    'string',
    "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
  ),
  ageColumn,
];

export const serviceCidrColumns: readonly TableColumn[] = [
  nameColumn,
  column(
    'CIDRs',
    'string',
    'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
  ),
  ageColumn,
];

export const ipAddressColumns: readonly TableColumn[] = [
  nameColumn,
  column(
    'ParentRef',
    'string',
    'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
  ),
];
