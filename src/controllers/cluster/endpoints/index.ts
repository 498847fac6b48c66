import { formatAddress, isV4, parseAddress } from '../../../apimachinery/ip.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { hasCause, isStatus } from '../../../apimachinery/status.js';
import type { Typed } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import { isPodReady, type Pod } from '../../../component-helpers/pods.js';
import { ENDPOINTS } from '../../../component-helpers/resources.js';
import type { EndpointAddress, Endpoints as EndpointsType, EndpointSubset } from '../../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { isOverCapacity, OVER_CAPACITY, truncate } from './capacity.js';
import { portsOf } from './ports.js';
import { followServices, hasClusterIp, hostnameIn, mayBeEndpoint, podsOf, selectsPods, type Service } from './services.js';
import { packSubsets, unpackSubsets, type PortAddress } from './subsets.js';
import { TriggerTimes, withChange } from './trigger-times.js';

type Endpoints = Typed<EndpointsType>;

const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const CONTROLLER = 'endpoint-controller';
const HEADLESS = 'service.kubernetes.io/headless';
/** The record of a leader election of old stands in Endpoints that have no service. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const WORKERS = 5;

/** Keeps the Endpoints of services that select pods (Go: endpoint.Controller). */
export const endpointsController: ControllerDescriptor = {
  name: 'endpoints-controller',
  alias: 'endpoint',
  serviceAccount: CONTROLLER,
  start(context) {
    new EndpointsController(context).follow();
  },
};

class EndpointsController {
  private readonly endpoints: Informer<Endpoints>;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly times = new TriggerTimes();
  private readonly recorder: EventRecorder;
  private readonly queue;

  constructor(private readonly context: ComponentContext) {
    this.endpoints = context.informers.of<Endpoints>(ENDPOINTS);
    this.recorder = context.recorder(CONTROLLER);
    this.queue = context.queue((key) => this.sync(key), { workers: WORKERS });
    ({ services: this.services, pods: this.pods } = followServices(context.informers, (key) => this.queue.add(key)));
  }

  follow(): void {
    const enqueue = (endpoints: Endpoints): void => this.queue.add(keyOf(endpoints));
    this.endpoints.addHandler({ deleted: enqueue });
    void Promise.all([this.endpoints.begin(), this.services.begin(), this.pods.begin()]).then(() => {
      // What was left behind when its service went, once: later ones without a service are their makers' (Go: checkLeftoverEndpoints).
      for (const endpoints of this.endpoints.list()) if (endpoints.metadata.annotations?.[LEADER] === undefined) enqueue(endpoints);
    });
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = this.services.get(namespace, name);
    if (service === undefined) {
      this.times.forget(key);
      await this.remove(namespace, name);
      return;
    }
    if (!selectsPods(service)) return;
    const pods = podsOf(service, this.pods);
    const time = this.times.changeOf(key, service, pods);
    const subsets = packSubsets(addressesOf(service, pods));
    const current = this.endpoints.get(namespace, name);
    if (current !== undefined && isUpToDate(current, service, subsets)) return;
    await this.write(service, wanted(current, service, subsets, time), current === undefined);
  }

  private async remove(namespace: string, name: string): Promise<void> {
    if (this.endpoints.get(namespace, name) === undefined) return;
    try {
      await this.context.client.delete({ resource: ENDPOINTS, namespace }, name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  private async write({ metadata: { namespace = '', name = '' } }: Service, endpoints: Endpoints, isNew: boolean): Promise<void> {
    const { client } = this.context;
    const target = { resource: ENDPOINTS, namespace };
    try {
      if (isNew) await client.create<Endpoints>(target, endpoints);
      else await client.update<Endpoints>(target, endpoints);
    } catch (error) {
      if (isNew && hasCause(error, 'NamespaceTerminating')) return;
      const why = error instanceof Error ? error.message : String(error);
      if (isNew) {
        this.recorder.warning(endpoints, 'FailedToCreateEndpoint', `Failed to create endpoint for service ${namespace}/${name}: ${why}`);
      } else {
        this.recorder.warning(endpoints, 'FailedToUpdateEndpoint', `Failed to update endpoint ${namespace}/${name}: ${why}`);
      }
      throw error;
    }
  }
}

function* addressesOf(service: Service, pods: readonly Pod[]): Generator<PortAddress> {
  const { publishNotReadyAddresses = false, ports = [] } = service.spec;
  for (const pod of pods) {
    if (!mayBeEndpoint(pod, publishNotReadyAddresses)) continue;
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    const ready = publishNotReadyAddresses || isPodReady(pod);
    if (ports.length > 0) for (const port of portsOf(service, pod)) yield { address, port, ready };
    // Only headless services may do without ports.
    else if (service.spec.clusterIP === 'None') yield { address, port: undefined, ready };
  }
}

/** The pod's first address of the family that the service prefers (Go: podToEndpointAddressForService). */
function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const wantsV6 = service.spec.ipFamilies?.[0] === 'IPv6';
  for (const { ip = '' } of pod.status.podIPs ?? []) {
    const parsed = parseAddress(ip);
    if (parsed === undefined || isV4(parsed) === wantsV6) continue;
    const { namespace, name, uid } = pod.metadata;
    const hostname = hostnameIn(pod, service);
    return {
      ip: formatAddress(parsed),
      ...(hostname === undefined ? {} : { hostname }),
      nodeName: pod.spec.nodeName ?? '',
      targetRef: { kind: 'Pod', namespace, name, uid },
    };
  }
  return undefined;
}

function isUpToDate({ metadata, subsets = [] }: Endpoints, service: Service, wantedSubsets: readonly EndpointSubset[]): boolean {
  const { labels = {}, annotations = {} } = metadata;
  const { [MANAGED_BY]: manager, [HEADLESS]: _, ...own } = labels;
  const { [HEADLESS]: __, [MANAGED_BY]: ___, ...theirs } = service.metadata.labels ?? {};
  if (manager !== CONTROLLER || !semanticEqual(own, theirs)) return false;
  if (isOverCapacity(subsets) || annotations[OVER_CAPACITY] !== undefined) return false;
  return semanticEqual(subsets, wantedSubsets) || semanticEqual(packSubsets(unpackSubsets(subsets)), wantedSubsets);
}

function wanted(current: Endpoints | undefined, service: Service, subsets: EndpointSubset[], time: string | undefined): Endpoints {
  const { name, namespace, labels } = service.metadata;
  const { [OVER_CAPACITY]: _, ...before } = current?.metadata.annotations ?? {};
  const isOver = isOverCapacity(subsets);
  const annotations = withChange({ ...before, ...(isOver ? { [OVER_CAPACITY]: 'truncated' } : {}) }, time);
  const { [HEADLESS]: __, ...others } = labels ?? {};
  const ownLabels = { ...others, ...(hasClusterIp(service) ? {} : { [HEADLESS]: '' }), [MANAGED_BY]: CONTROLLER };
  const metadata = current?.metadata ?? { name, namespace };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { ...metadata, labels: ownLabels, annotations },
    subsets: isOver ? truncate(subsets) : subsets,
  };
}
