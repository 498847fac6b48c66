import { parseQuantity } from '../../apimachinery/quantity.js';
import type { Container, EphemeralContainer, Pod, ResourceFieldSelector } from '../../schema/generated/core-v1.js';
import { ALLOCATABLE } from '../node/machine.js';

/** What a sandbox knows of its pod beyond the object. */
export interface PodPlace {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
}

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** The value of a field of a pod, as environment variables and downward API files show it; undefined for an unknown field. */
export function fieldValue(fieldPath: string, { pod, nodeName, podIPs, hostIPs }: PodPlace): string | undefined {
  const { metadata, spec } = pod;
  const subscript = SUBSCRIPT.exec(fieldPath);
  if (subscript !== null) {
    const [, field, key = ''] = subscript;
    return (field === 'labels' ? metadata.labels : metadata.annotations)?.[key] ?? '';
  }
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return quotedMap(metadata.labels);
    case 'metadata.annotations':
      return quotedMap(metadata.annotations);
    case 'spec.nodeName':
      return nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? '';
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
    case 'status.hostIP':
      return hostIPs[0] ?? '';
    case 'status.hostIPs':
      return hostIPs.join(',');
    default:
      return undefined;
  }
}

/** `key="value"` a line, sorted (Go: fieldpath.FormatMap). */
function quotedMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${JSON.stringify(map?.[key] ?? '')}`)
    .join('\n');
}

/** The value of a container's request or limit, in units of the divisor, rounded up (Go: resource.ExtractContainerResourceValue). */
export function resourceValue(
  selector: ResourceFieldSelector,
  container: Container | EphemeralContainer,
  { spec }: Pod,
): string | undefined {
  const [kind, ...rest] = (selector.resource ?? '').split('.');
  const name = rest.join('.');
  const { requests, limits } = container.resources ?? {};
  // Whoever has no limit is limited by its pod, or else by its node (Go: kubelet.defaultPodLimitsForDownwardAPI).
  const allocatable = spec.resources?.limits?.[name] ?? (ALLOCATABLE as Readonly<Record<string, string>>)[name];
  const amount =
    kind === 'limits' ? (limits?.[name] ?? allocatable) : kind === 'requests' ? (requests?.[name] ?? limits?.[name] ?? '0') : undefined;
  if (amount === undefined) return undefined;
  const divisor = milli(selector.divisor === undefined || selector.divisor === '0' ? '1' : selector.divisor);
  return String(divisor === 0 ? 0 : Math.ceil(milli(amount) / divisor));
}

function milli(quantity: string): number {
  return Number(parseQuantity(quantity).milliValue());
}
