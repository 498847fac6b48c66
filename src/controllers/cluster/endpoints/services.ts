import type { Informers } from '../../../client/informers.js';
import { keyOf, type Informer, type Lister } from '../../../client/informer.js';
import type { Typed } from '../../../client/client.js';
import { isPodReady, isPodTerminal, type Pod } from '../../../component-helpers/pods.js';
import { PODS, SERVICES } from '../../../component-helpers/resources.js';
import type { Service as ServiceType } from '../../../schema/generated/core-v1.js';

/** A Service as clients see it. */
export type Service = Typed<ServiceType>;

/** Whether a controller finds out where the service leads: it selects pods, and isn't a name elsewhere. */
export function selectsPods({ spec: { type, selector } }: Service): boolean {
  return type !== 'ExternalName' && selector !== undefined;
}

/** Whether the service has an address of its own (Go: helper.IsServiceIPSet). */
export function hasClusterIp({ spec: { clusterIP = '' } }: Service): boolean {
  return clusterIP !== '' && clusterIP !== 'None';
}

/** The pods that a service selects. */
export function podsOf(service: Service, pods: Lister<Pod>): Pod[] {
  const wanted = Object.entries(service.spec.selector ?? {});
  return pods
    .list(service.metadata.namespace)
    .filter(({ metadata: { labels = {} } }) => wanted.every(([key, value]) => labels[key] === value));
}

/** Whether a pod may be an endpoint: it has an address and has not ended (Go: ShouldPodBeInEndpoints). */
export function mayBeEndpoint(pod: Pod, includeTerminating: boolean): boolean {
  const { podIP = '', podIPs = [] } = pod.status;
  if (isPodTerminal(pod) || (podIP === '' && podIPs.length === 0)) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The name under which a pod of a headless service is found; undefined if it has none of its own there. */
export function hostnameIn({ spec }: Pod, { metadata }: Service): string | undefined {
  const { hostname = '', subdomain } = spec;
  return hostname !== '' && subdomain === metadata.name ? hostname : undefined;
}

/**
 * Calls `changed` with the keys of services when they, or the pods that they
 * select, change in a way that their endpoints show.
 */
export function followServices(informers: Informers, changed: (key: string) => void): { services: Informer<Service>; pods: Informer<Pod> } {
  const services = informers.of<Service>(SERVICES);
  const pods = informers.of<Pod>(PODS);
  const onService = (service: Service): void => changed(keyOf(service));
  services.addHandler({ added: onService, updated: onService, deleted: onService });
  const onPod = ({ metadata: { namespace = '', labels = {} } }: Pod): void => {
    for (const service of services.list(namespace)) {
      const { selector } = service.spec;
      if (selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value)) onService(service);
    }
  };
  pods.addHandler({
    added: onPod,
    updated: (pod, old) => {
      const hasMoved = hasOtherLabels(pod, old);
      if (!hasMoved && !hasChanged(pod, old)) return;
      onPod(pod);
      if (hasMoved) onPod(old);
    },
    deleted: onPod,
  });
  return { services, pods };
}

function hasOtherLabels(pod: Pod, old: Pod): boolean {
  if (pod.spec.hostname !== old.spec.hostname || pod.spec.subdomain !== old.spec.subdomain) return true;
  const labels = Object.entries(pod.metadata.labels ?? {});
  const before = old.metadata.labels ?? {};
  return labels.length !== Object.keys(before).length || labels.some(([key, value]) => before[key] !== value);
}

function hasChanged(pod: Pod, old: Pod): boolean {
  if (pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp || isPodTerminal(pod) !== isPodTerminal(old)) return true;
  if (isPodReady(pod) !== isPodReady(old)) return true;
  const addresses = pod.status.podIPs ?? [];
  const before = old.status.podIPs ?? [];
  return addresses.length !== before.length || addresses.some(({ ip }, i) => ip !== before[i]?.ip);
}
