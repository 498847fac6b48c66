import type { Service, ServicePort } from '../../../schema/generated/core-v1.js';
import { serviceColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { ingressPoints } from '../format/ingress-points.js';
import { formatLabels } from '../format/labels.js';
import { printer, type View } from '../printer.js';

export const servicePrinter = printer<Service>({
  columns: serviceColumns,
  cells: (service, now) => [
    service.metadata?.name ?? '',
    service.spec?.type ?? '',
    service.spec?.clusterIPs?.[0] ?? '<none>',
    externalAddress(service),
    (service.spec?.ports ?? []).map(portText).join(',') || '<none>',
    ageOf(service.metadata?.creationTimestamp, now),
    formatLabels(service.spec?.selector),
  ],
});

function externalAddress({ spec, status }: View<Service>): string {
  const external = spec?.externalIPs?.join(',') ?? '';
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external || '<none>';
    case 'LoadBalancer':
      return [ingressPoints(status?.loadBalancer?.ingress), external].filter((text) => text !== '').join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

/** `80/TCP`, or `80:30080/TCP` with a node port. */
function portText({ port, nodePort, protocol }: View<ServicePort>): string {
  const ports = nodePort ? `${String(port ?? 0)}:${String(nodePort)}` : String(port ?? 0);
  return `${ports}/${protocol ?? ''}`;
}
