import { Activity } from './client/activity.js';
import type { Client } from './client/client.js';
import type { ClusterFacts, ComponentEnvironment } from './client/component-context.js';
import { Informers } from './client/informers.js';
import type { ClusterKeys } from './controllers/access/cluster-keys.js';
import { DEFAULT_SERVICE_RANGE, type ClusterOptions } from './cluster-options.js';
import { isEnabled } from './controllers/descriptor.js';
import type { Clock } from './apimachinery/clock.js';
import type { Logger } from './apimachinery/logger.js';
import type { Random } from './apimachinery/random.js';
import { DEFAULT_NODES } from './nodes/node/plan.js';
import type { AggregatedApi } from './registry/aggregated-api.js';
import type { NodeConnections } from './registry/kubelet.js';
import { KUBERNETES_VERSION } from './server/version.js';

/** Whom informers read as: what they cache is for all components. */
const READER = { user: 'system:kube-controller-manager', groups: ['system:masters'], userAgent: 'kube-controller-manager' } as const;

/** What turns kubeadm's addons into pods. */
const DEPLOYMENT_CONTROLLER = { name: 'deployment-controller', alias: 'deployment' } as const;

/** How the `--controllers` list calls the scheduler. */
const SCHEDULER = { name: 'kube-scheduler', alias: 'scheduler' } as const;

export interface ComponentsOptions {
  readonly cluster: ClusterOptions;
  /** Acts as cluster admin. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** False under a clock that moves only when told. */
  readonly waitsForDelays: boolean;
  readonly facts: ClusterFacts;
  /** Puts a part of this process behind an APIService; returns how to take it away. */
  readonly serveInProcess: (name: string, api: AggregatedApi) => () => void;
  /** Where the API server listens on this machine. */
  readonly apiServer: () => { readonly host: string; readonly port: number };
  /** Handed to the controllers that need them, and to nobody else. */
  readonly keys: ClusterKeys;
}

/** What sits on the other side of the API: controllers, the scheduler, the nodes. Each can be switched off. */
export class Components {
  readonly activity: Activity;
  private readonly environment: ComponentEnvironment;
  private readonly stops: (() => void)[] = [];
  /** The way to simulated nodes; undefined if there are none. */
  nodeConnections: NodeConnections | undefined;

  constructor(private readonly options: ComponentsOptions) {
    const { client, clock, random, logger, facts } = options;
    this.activity = new Activity(options.waitsForDelays);
    const informers = new Informers(client.as(READER.user, READER.groups, READER.userAgent));
    this.environment = { client, informers, clock, random, logger, activity: this.activity, facts };
  }

  /** Starts what the options switch on. Resolves when all of it follows the cluster. */
  async begin(): Promise<void> {
    const { controllers, nodes = DEFAULT_NODES, version = KUBERNETES_VERSION, speed = 1, serviceClusterIpRange } = this.options.cluster;
    // All modules first: what runs while a file is read would run in an order that no seed decides.
    const manager = this.runs('controller-manager') ? await import('./controllers/manager.js') : undefined;
    const scheduler = this.runs('scheduler') ? await import('./scheduler/index.js') : undefined;
    const simulation = nodes > 0 ? await import('./nodes/start-nodes.js') : undefined;
    // Under a virtual clock two runs are to be the same: nothing is read while others work.
    if (!this.options.waitsForDelays) await simulation?.loadContainers();
    if (manager !== undefined) this.stops.push(await manager.startControllers(this.environment, this.options.keys, controllers));
    if (scheduler !== undefined) this.stops.push(scheduler.startScheduler(this.environment));
    if (simulation !== undefined) {
      const hasAddons = isEnabled(DEPLOYMENT_CONTROLLER, controllers);
      const [serviceRange = ''] = (serviceClusterIpRange ?? DEFAULT_SERVICE_RANGE).split(',');
      const { serveInProcess } = this.options;
      const { apiServer } = this.options;
      const { images } = this.options.cluster;
      const started = await simulation.startNodes(this.environment, {
        count: nodes,
        version,
        speed,
        hasAddons,
        serviceRange,
        serveInProcess,
        apiServer,
        images,
      });
      this.nodeConnections = started.connections;
      this.stops.push(() => {
        started.stop();
      });
    }
    await this.environment.informers.begin();
  }

  /** Whether a component of the control plane is switched on. */
  runs(component: 'controller-manager' | 'scheduler'): boolean {
    const { controllers } = this.options.cluster;
    if (component === 'scheduler') return isEnabled(SCHEDULER, controllers);
    return controllers?.every((name) => name.startsWith('-')) !== true;
  }

  /** Resolves when no controller, scheduler or kubelet has anything left to do. */
  settled(): Promise<void> {
    return this.activity.settled();
  }

  stop(): void {
    for (const stop of this.stops.reverse()) stop();
    this.environment.informers.stop();
  }
}
