import type { Clock } from '../../apimachinery/clock.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Client, Target } from '../../client/client.js';
import type { KubeObject } from '../../registry/object.js';
import type { WatchItem } from '../../registry/watch.js';
import type { Service } from '../../schema/generated/core-v1.js';
import type { EndpointSlice } from '../../schema/generated/discovery-v1.js';
import { WorkQueue } from '../../client/work-queue.js';
import { unavailability, withAvailability, type RemoteApiService } from './availability.js';

const API_SERVICES: Target = { resource: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' } };
const SERVICES: Target = { resource: { group: '', version: 'v1', resource: 'services' } };
const SLICES: Target = { resource: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' } };
const SERVICE_NAME = 'kubernetes.io/service-name';

interface RemoteGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
}

/**
 * APIServices with a server of their own: keeps their condition true to what
 * stands behind them, and knows which group versions they take over.
 */
export class RemoteApiServices {
  private readonly remote = new Map<string, RemoteApiService>();
  private readonly services = new Map<string, KubeObject>();
  private readonly slices = new Map<string, KubeObject>();
  private readonly queue: WorkQueue;
  private readonly watches: { close(): void }[] = [];
  private client: Client | undefined;
  /** Services and endpoints are only followed once somebody needs them. */
  private following = false;
  private stopped = false;
  private changed = 0;

  constructor(private readonly clock: Clock) {
    this.queue = new WorkQueue({ clock, work: (name) => this.sync(name) });
  }

  /** Whether requests for a group version are another server's to answer. */
  has(group: string, version: string): boolean {
    return this.remote.size > 0 && this.remote.has(`${version}.${group}`);
  }

  /** Those group versions, with the places that they want in discovery. */
  list(): readonly RemoteGroupVersion[] {
    return Array.from(this.remote.values(), ({ spec }) => ({
      group: spec.group ?? '',
      version: spec.version ?? '',
      groupPriority: spec.groupPriorityMinimum ?? 0,
      versionPriority: spec.versionPriority ?? 0,
    }));
  }

  /** Grows with every change of the list. */
  get changes(): number {
    return this.changed;
  }

  async begin(client: Client): Promise<void> {
    this.client = client.as('system:apiserver', ['system:masters'], 'kube-apiserver');
    this.watches.push(await this.client.watch(API_SERVICES, {}, this.onApiServices));
  }

  stop(): void {
    this.stopped = true;
    this.queue.stop();
    for (const watch of this.watches) watch.close();
  }

  private readonly onApiServices = (items: readonly WatchItem[]): void => {
    for (const item of items) {
      if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue;
      const { name } = item.stored.key;
      const object = item.stored.value as RemoteApiService;
      if (item.type === 'DELETED' || object.spec.service === undefined || !object.spec.group) {
        if (this.remote.delete(name)) this.changed++;
        continue;
      }
      this.remote.set(name, object);
      this.changed++;
      this.queue.add(name);
    }
  };

  private readonly onServices = (items: readonly WatchItem[]): void => {
    this.note(items, this.services, ({ metadata }) => metadata.name ?? '');
  };

  private readonly onSlices = (items: readonly WatchItem[]): void => {
    this.note(items, this.slices, ({ metadata }) => metadata.labels?.[SERVICE_NAME] ?? '');
  };

  private note(items: readonly WatchItem[], into: Map<string, KubeObject>, serviceOf: (object: KubeObject) => string): void {
    for (const item of items) {
      if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue;
      const { key, value } = item.stored;
      if (item.type === 'DELETED') into.delete(`${key.namespace}/${key.name}`);
      else into.set(`${key.namespace}/${key.name}`, value);
      const service = serviceOf(value);
      for (const [name, { spec }] of this.remote)
        if (spec.service?.namespace === key.namespace && spec.service.name === service) this.queue.add(name);
    }
  }

  private async sync(name: string): Promise<void> {
    const { client } = this;
    await this.follow();
    const object = this.remote.get(name);
    if (object === undefined || client === undefined || this.stopped) return;
    const { namespace = '', name: service = '' } = object.spec.service ?? {};
    const slices = [...this.slices.values()].filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[SERVICE_NAME] === service,
    );
    const verdict = unavailability(object.spec, {
      service: this.services.get(`${namespace}/${service}`) as (Service & KubeObject) | undefined,
      slices: slices as unknown as EndpointSlice[],
    });
    const conditions = object.status.conditions ?? [];
    const changed = withAvailability(conditions, verdict, this.clock.now());
    if (changed === conditions) return;
    try {
      await client.update({ ...API_SERVICES, subresource: 'status' }, { ...object, status: { conditions: changed } });
    } catch (error) {
      // Changed meanwhile, and on its way here; or gone.
      if (!isStatus(error, 'Conflict') && !isStatus(error, 'NotFound')) throw error;
    }
  }

  private async follow(): Promise<void> {
    if (this.following || this.client === undefined) return;
    this.following = true;
    this.watches.push(await this.client.watch(SERVICES, {}, this.onServices));
    this.watches.push(await this.client.watch(SLICES, {}, this.onSlices));
  }
}
