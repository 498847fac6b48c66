import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { hasClusterIp, type Service } from '../endpoints/services.js';
import { MANAGED_BY, SERVICE_NAME, type EndpointSlice } from './slice.js';

type Labels = Readonly<Record<string, string>>;

const HEADLESS = 'service.kubernetes.io/headless';
/** The controller that makes slices of services with a selector, as it signs them. */
export const CONTROLLER = 'endpointslice-controller.k8s.io';

function withoutReserved(labels: Labels = {}): Record<string, string> {
  const { [SERVICE_NAME]: _, [MANAGED_BY]: __, [HEADLESS]: ___, ...others } = labels;
  return others;
}

/** The labels of a service's slices: its own, and those that say what they are. */
export function sliceLabels(service: Service): Record<string, string> {
  return {
    ...withoutReserved(service.metadata.labels),
    ...(hasClusterIp(service) ? {} : { [HEADLESS]: '' }),
    [SERVICE_NAME]: service.metadata.name ?? '',
    [MANAGED_BY]: CONTROLLER,
  };
}

/** Whether a slice's labels are still those of the service; the reserved ones aren't looked at. */
export function hasLabelsOf({ metadata }: EndpointSlice, service: Service): boolean {
  return semanticEqual(withoutReserved(metadata.labels), withoutReserved(service.metadata.labels));
}
