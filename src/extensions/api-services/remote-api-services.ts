import type { Clock } from '../../apimachinery/clock.js';
import { goQuote } from '../../apimachinery/field-error.js';
import { isStatus } from '../../apimachinery/status.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { Client, Target } from '../../client/client.js';
import type { AggregatedAnswer, AggregatedApi, AggregatedRequest } from '../../registry/aggregated-api.js';
import type { KubeObject } from '../../registry/object.js';
import type { WatchItem } from '../../registry/watch.js';
import type { Service } from '../../schema/generated/core-v1.js';
import type { EndpointSlice } from '../../schema/generated/discovery-v1.js';
import type { ResourceFacts } from '../../schema/registry.js';
import { goErrorText } from '../../webhook/go-errors.js';
import { WorkQueue } from '../../client/work-queue.js';
import { bytesOf, refused } from './answers.js';
import {
  discoveryUrl,
  failedDiscovery,
  PASSED,
  unavailability,
  withAvailability,
  type RemoteApiService,
  type Verdict,
} from './availability.js';
import { serverBehind, type FrontProxy } from './front-proxy.js';
import { OpenApiOfServer } from './open-api.js';
import { resourcesIn } from './resource-list.js';

const API_SERVICES: Target = { resource: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' } };
const SERVICES: Target = { resource: { group: '', version: 'v1', resource: 'services' } };
const SLICES: Target = { resource: { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' } };
const SERVICE_NAME = 'kubernetes.io/service-name';

/** How often a server that can be found is asked again. Milliseconds. */
const RESYNC = 30_000;
const FIRST_RETRY = 1000;
/** Servers that are asked at the same time. */
const WORKERS = 5;
/** How long a server may take for its discovery document. Milliseconds. */
const DISCOVERY_TIMEOUT = 5000;
/** As whom the aggregator asks. */
const AGGREGATOR: UserInfo = { name: 'system:kube-aggregator', uid: '', groups: ['system:masters'], extra: {} };

/** A group version as its server has it. */
export interface RemoteGroupVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  readonly resources: readonly ResourceFacts[];
  /** The server doesn't answer; the resources are what it told last. */
  readonly stale: boolean;
}

/** What is known of one APIService's server. */
interface Server {
  object: RemoteApiService;
  readonly api: AggregatedApi;
  readonly openApi: OpenApiOfServer;
  available: boolean;
  resources: readonly ResourceFacts[];
  failures: number;
}

/**
 * APIServices with a server of their own: asks the servers for what they serve,
 * keeps the condition true to their answers, and passes requests on to them.
 */
export class RemoteApiServices {
  private readonly remote = new Map<string, Server>();
  private readonly inProcess = new Map<string, AggregatedApi>();
  private readonly services = new Map<string, KubeObject>();
  private readonly slices = new Map<string, KubeObject>();
  private readonly queue: WorkQueue;
  private readonly watches: { close(): void }[] = [];
  private client: Client | undefined;
  /** Services and endpoints are only followed once somebody needs them. */
  private following = false;
  private stopped = false;
  private changed = 0;

  constructor(
    private readonly clock: Clock,
    private readonly proxy: FrontProxy,
  ) {
    this.queue = new WorkQueue({ clock, work: (name) => this.sync(name), workers: WORKERS });
  }

  /**
   * Puts a part of this process behind an APIService, whatever its service leads
   * to; returns how to take it away. @param name of the APIService: `v1beta1.metrics.k8s.io`
   */
  serveInProcess(name: string, api: AggregatedApi): () => void {
    this.inProcess.set(name, api);
    this.replace(name);
    return () => {
      if (this.inProcess.get(name) !== api) return;
      this.inProcess.delete(name);
      this.replace(name);
    };
  }

  /** Whether requests for a group version are another server's to answer. */
  has(group: string, version: string): boolean {
    return this.remote.size > 0 && this.remote.has(`${version}.${group}`);
  }

  /** Those group versions, with the places that they want in discovery. */
  list(): readonly RemoteGroupVersion[] {
    return Array.from(this.remote.values(), ({ object: { spec }, available, resources }) => ({
      group: spec.group ?? '',
      version: spec.version ?? '',
      groupPriority: spec.groupPriorityMinimum ?? 0,
      versionPriority: spec.versionPriority ?? 0,
      resources,
      stale: !available,
    }));
  }

  /** Grows with every change of the list. */
  get changes(): number {
    return this.changed;
  }

  /** Has the server of a group version answer; 503 if there is none, or if it can't be reached. */
  async passOn(group: string, version: string, request: AggregatedRequest): Promise<AggregatedAnswer> {
    const server = this.remote.get(`${version}.${group}`);
    if (server?.available !== true) return refused('service unavailable');
    try {
      return await server.api(request);
    } catch (error) {
      return refused(goErrorText(error));
    }
  }

  /** The OpenAPI documents of the servers that answer, by group version. */
  openApi(): ReadonlyMap<string, OpenApiOfServer> {
    const available = [...this.remote.values()].filter((server) => server.available);
    return new Map(available.map(({ object: { spec }, openApi }) => [`apis/${spec.group ?? ''}/${spec.version ?? ''}`, openApi]));
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
      const isRemote = item.type !== 'DELETED' && object.spec.service !== undefined && !!object.spec.group;
      if (isRemote) this.put(name, object);
      else this.remove(name);
    }
  };

  private put(name: string, object: RemoteApiService): void {
    const known = this.remote.get(name);
    if (known !== undefined && known.object.metadata.generation === object.metadata.generation && sameSpec(known.object, object)) {
      known.object = object;
    } else {
      this.remote.set(name, this.serverOf(name, object));
    }
    this.changed++;
    this.queue.add(name);
  }

  private serverOf(name: string, object: RemoteApiService): Server {
    const api = this.inProcess.get(name) ?? serverBehind(object.spec, this.proxy);
    const { group = '', version = '' } = object.spec;
    const fetch = (url: string): Promise<Buffer> => this.fetch(api, url);
    const openApi = new OpenApiOfServer(`apis/${group}/${version}`, fetch);
    return { object, api, openApi, available: false, resources: [], failures: 0 };
  }

  private remove(name: string): void {
    if (this.remote.delete(name)) this.changed++;
  }

  private replace(name: string): void {
    const known = this.remote.get(name);
    if (known === undefined) return;
    this.remote.set(name, this.serverOf(name, known.object));
    this.queue.add(name);
  }

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
      for (const [name, { object }] of this.remote)
        if (object.spec.service?.namespace === key.namespace && object.spec.service.name === service) this.queue.add(name);
    }
  }

  private async sync(name: string): Promise<void> {
    await this.follow();
    const server = this.remote.get(name);
    if (server === undefined || this.stopped) return;
    const verdict = await this.judge(name, server);
    if (this.remote.get(name) !== server || this.isStopped()) return;
    const available = verdict.status === 'True';
    if (available !== server.available) this.changed++;
    server.available = available;
    await this.write(server, verdict);
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private async judge(name: string, server: Server): Promise<Verdict> {
    const { spec } = server.object;
    const { namespace = '', name: serviceName = '' } = spec.service ?? {};
    const service = this.services.get(`${namespace}/${serviceName}`) as (Service & KubeObject) | undefined;
    if (!this.inProcess.has(name)) {
      const slices = [...this.slices.values()].filter(
        ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[SERVICE_NAME] === serviceName,
      );
      const fault = unavailability(spec, { service, slices: slices as unknown as EndpointSlice[] });
      if (fault !== undefined) return fault;
    }
    const fault = await this.askServer(server, discoveryUrl(spec, service));
    server.failures = fault === undefined ? 0 : server.failures + 1;
    if (!this.inProcess.has(name)) {
      this.queue.addAfter(name, fault === undefined ? RESYNC : Math.min(FIRST_RETRY * 2 ** (server.failures - 1), RESYNC));
    }
    return fault === undefined ? PASSED : failedDiscovery(fault);
  }

  /** Asks for the discovery document, and takes from it what the server serves. */
  private async askServer(server: Server, url: string): Promise<string | undefined> {
    const { group = '', version = '' } = server.object.spec;
    try {
      const document = await this.fetch(server.api, `/apis/${group}/${version}`);
      const resources = resourcesIn(document, { group, version });
      if (JSON.stringify(resources) !== JSON.stringify(server.resources)) {
        server.resources = resources;
        this.changed++;
      }
      await server.openApi.refresh();
      return undefined;
    } catch (error) {
      if (error instanceof BadStatus) return `failing or missing response from ${url}: bad status from ${url}: ${String(error.status)}`;
      return `failing or missing response from ${url}: Get ${goQuote(url)}: ${goErrorText(error)}`;
    }
  }

  private async fetch(api: AggregatedApi, url: string): Promise<Buffer> {
    const signal = AbortSignal.timeout(DISCOVERY_TIMEOUT);
    const headers = { accept: 'application/json' };
    const answer = await api({ method: 'GET', url, headers, body: Buffer.alloc(0), user: AGGREGATOR, signal });
    const body = await bytesOf(answer.body);
    if (answer.status < 200 || answer.status >= 300) throw new BadStatus(answer.status);
    return body;
  }

  private async write({ object }: Server, verdict: Verdict): Promise<void> {
    const conditions = object.status.conditions ?? [];
    const changed = withAvailability(conditions, verdict, this.clock.now());
    if (changed === conditions) return;
    try {
      await this.client?.update({ ...API_SERVICES, subresource: 'status' }, { ...object, status: { conditions: changed } });
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

class BadStatus extends Error {
  constructor(readonly status: number) {
    super(`bad status ${String(status)}`);
  }
}

function sameSpec(a: RemoteApiService, b: RemoteApiService): boolean {
  return JSON.stringify(a.spec) === JSON.stringify(b.spec);
}
