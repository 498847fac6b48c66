import { isStatus } from '../../../apimachinery/status.js';
import type { KubeObject } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import type { Node } from '../../../component-helpers/nodes.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { ENDPOINT_SLICES, NODES } from '../../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { followServices, podsOf, selectsPods, type Service } from '../endpoints/services.js';
import { TriggerTimes, withChange } from '../endpoints/trigger-times.js';
import { CONTROLLER } from './labels.js';
import { planSlices, type SlicePlan } from './reconcile.js';
import { BY_SERVICE, MANAGED_BY, SERVICE_NAME, sliceIndex, sliceIndexValue, type EndpointSlice } from './slice.js';
import { writeSlices } from './write-slices.js';

const WORKERS = 5;

/** Keeps the EndpointSlices of services that select pods (Go: endpointslice.Controller). */
export const endpointSliceController: ControllerDescriptor = {
  name: 'endpointslice-controller',
  alias: 'endpointslice',
  start(context) {
    new EndpointSliceController(context).follow();
  },
};

class EndpointSliceController {
  private readonly slices: Informer<EndpointSlice>;
  private readonly nodes: Informer<Node>;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly times = new TriggerTimes();
  private readonly recorder: EventRecorder;
  private readonly queue;
  /** Services with pods that are left out until their node appears. */
  private readonly waiting = new Set<string>();
  /** Services whose slices this controller writes right now: it need not look at its own writes. */
  private readonly writing = new Set<string>();

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.slices = informers.of<EndpointSlice>(ENDPOINT_SLICES).addIndex(BY_SERVICE, sliceIndex);
    this.nodes = informers.of<Node>(NODES);
    this.recorder = context.recorder('endpoint-slice-controller');
    this.queue = context.queue((key) => this.sync(key), { workers: WORKERS });
    ({ services: this.services, pods: this.pods } = followServices(informers, (key) => this.queue.add(key)));
  }

  follow(): void {
    const enqueue = ({ metadata: { namespace = '', labels = {} } }: KubeObject): void => {
      const { [SERVICE_NAME]: service, [MANAGED_BY]: manager } = labels;
      const key = `${namespace}/${service ?? ''}`;
      if (manager === CONTROLLER && !this.writing.has(key)) this.queue.add(key);
    };
    this.slices.addHandler({
      added: enqueue,
      updated: (slice, old) => {
        enqueue(slice);
        enqueue(old);
      },
      deleted: enqueue,
    });
    this.nodes.addHandler({
      added: () => {
        for (const key of this.waiting) this.queue.add(key);
      },
    });
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    this.waiting.delete(key);
    const service = this.services.get(namespace, name);
    if (service === undefined) {
      this.times.forget(key);
      return;
    }
    if (!selectsPods(service)) return;
    const pods = podsOf(service, this.pods);
    const existing = this.slices
      .byIndex(BY_SERVICE, sliceIndexValue(CONTROLLER, namespace, name))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const time = this.times.changeOf(key, service, pods);
    const plan = planSlices({ service, pods, existing, nodeOf: (node) => this.nodes.get('', node) });
    for (const slice of [...plan.create, ...plan.update])
      slice.metadata = { ...slice.metadata, annotations: withChange(slice.metadata.annotations, time) };
    await this.write(service, plan);
    if (plan.skipped.length > 0) this.reportSkipped(service, key, plan);
  }

  private async write(service: Service, plan: SlicePlan): Promise<void> {
    const { metadata } = service;
    const key = keyOf(service);
    this.writing.add(key);
    try {
      await writeSlices(this.context.client, metadata.namespace ?? '', plan, metadata.deletionTimestamp === undefined);
    } catch (error) {
      // Somebody else was quicker, perhaps the garbage collector: looked at again without a word.
      if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound'))
        this.warn(service, error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      this.writing.delete(key);
    }
  }

  private reportSkipped(service: Service, key: string, { skipped }: SlicePlan): void {
    this.waiting.add(key);
    const { namespace = '', name = '' } = service.metadata;
    const reasons = skipped.map(
      ({ metadata, spec }) => `skipping Pod ${metadata.name ?? ''} for Service ${namespace}/${name}: Node ${spec.nodeName ?? ''} Not Found`,
    );
    this.warn(service, reasons.length === 1 ? (reasons[0] ?? '') : `[${reasons.join(', ')}]`);
  }

  private warn(service: Service, why: string): void {
    const { namespace = '', name = '' } = service.metadata;
    const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${why}`;
    this.recorder.warning(service, 'FailedToUpdateEndpointSlices', message);
  }
}
