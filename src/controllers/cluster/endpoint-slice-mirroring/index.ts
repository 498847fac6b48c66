import type { KubeObject } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import { ENDPOINT_SLICES, ENDPOINTS, SERVICES } from '../../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { BY_SERVICE, MANAGED_BY, SERVICE_NAME, sliceIndex, sliceIndexValue, type EndpointSlice } from '../endpoint-slice/slice.js';
import { writeSlices } from '../endpoint-slice/write-slices.js';
import type { Service } from '../endpoints/services.js';
import { CONTROLLER, MAX_PER_SUBSET, planMirror, type Endpoints } from './mirror.js';

const SKIP = 'endpointslice.kubernetes.io/skip-mirror';
const LEADER = 'control-plane.alpha.kubernetes.io/leader';
const WORKERS = 5;

/** Mirrors Endpoints of services without a selector to EndpointSlices (Go: endpointslicemirroring.Controller). */
export const endpointSliceMirroringController: ControllerDescriptor = {
  name: 'endpointslice-mirroring-controller',
  alias: 'endpointslicemirroring',
  serviceAccount: 'endpointslicemirroring-controller',
  start(context) {
    const { informers } = context;
    const endpoints = informers.of<Endpoints>(ENDPOINTS);
    const services = informers.of<Service>(SERVICES);
    const slices = informers.of<EndpointSlice>(ENDPOINT_SLICES).addIndex(BY_SERVICE, sliceIndex);
    const mirror = new Mirror(context, endpoints, services, slices);
    const queue = context.queue((key) => mirror.sync(key), { workers: WORKERS });
    const enqueue = (object: KubeObject): void => queue.add(keyOf(object));
    endpoints.addHandler({ added: enqueue, updated: enqueue, deleted: enqueue });
    const onService = (service: Service): void => {
      if (service.spec.selector === undefined) enqueue(service);
    };
    services.addHandler({
      added: onService,
      updated: (service, old) => {
        if ((service.spec.selector === undefined) !== (old.spec.selector === undefined)) enqueue(service);
      },
      deleted: onService,
    });
    const onSlice = ({ metadata: { namespace = '', labels = {} } }: KubeObject): void => {
      if (labels[MANAGED_BY] === CONTROLLER) queue.add(`${namespace}/${labels[SERVICE_NAME] ?? ''}`);
    };
    slices.addHandler({ updated: onSlice, deleted: onSlice });
  },
};

class Mirror {
  private readonly recorder;

  constructor(
    private readonly context: ComponentContext,
    private readonly endpoints: Informer<Endpoints>,
    private readonly services: Informer<Service>,
    private readonly slices: Informer<EndpointSlice>,
  ) {
    this.recorder = context.recorder('endpoint-slice-mirroring-controller');
  }

  async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const endpoints = this.endpoints.get(namespace, name);
    const service = this.services.get(namespace, name);
    const existing = this.slices.byIndex(BY_SERVICE, sliceIndexValue(CONTROLLER, namespace, name));
    const { client } = this.context;
    if (endpoints === undefined || !isMirrored(endpoints) || service === undefined || service.spec.selector !== undefined) {
      if (existing.length > 0) await writeSlices(client, namespace, { create: [], update: [], remove: [...existing] }, false);
      return;
    }
    const plan = planMirror(endpoints, existing);
    await writeSlices(client, namespace, plan, endpoints.metadata.deletionTimestamp === undefined);
    const { create, update, invalid, skipped } = plan;
    // What was said once about the same addresses need not be said again.
    if (create.length + update.length === 0) return;
    if (invalid > 0)
      this.recorder.warning(
        endpoints,
        'InvalidIPAddress',
        `Skipped ${String(invalid)} invalid IP addresses when mirroring to EndpointSlices`,
      );
    if (skipped > invalid) {
      const message = `A max of ${String(MAX_PER_SUBSET)} addresses can be mirrored to EndpointSlices per Endpoints subset. ${String(skipped)} addresses were skipped`;
      this.recorder.warning(endpoints, 'TooManyAddressesToMirror', message);
    }
  }
}

function isMirrored({ metadata: { labels = {}, annotations = {} } }: Endpoints): boolean {
  return labels[SKIP] !== 'true' && annotations[LEADER] === undefined;
}
