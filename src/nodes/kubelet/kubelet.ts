import type { Pod } from '../../component-helpers/pods.js';
import { AddressPool } from '../node/pod-addresses.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import { atSpeed, DEFAULT_TIMELINE, type Speed, type Timeline } from '../behaviour/timeline.js';
import type { ContainerRuntime } from '../runtime/runtime.js';
import { NodeImages } from './node-images.js';
import { NodeResources } from './node-resources.js';
import type { PodHost } from './pod-host.js';
import type { Verdict } from './pod-status.js';
import { PodWorker, type Ending } from './pod-worker.js';
import type { Turns } from './turns.js';

export interface KubeletOptions {
  readonly node: SimulatedNode;
  readonly runtime: ContainerRuntime;
  /** Shared by all kubelets. */
  readonly turns: Turns;
  readonly speed: Speed;
}

/** The part of a kubelet that runs pods: one worker for each that is bound to its node. */
export class Kubelet {
  readonly images: NodeImages;
  private readonly workers = new Map<string, PodWorker>();
  private readonly resources = new NodeResources();
  private readonly host: PodHost;
  private pools: readonly AddressPool[] | undefined;

  constructor(private readonly options: KubeletOptions) {
    this.images = new NodeImages(options.runtime);
    this.host = this.makeHost();
  }

  get pods(): Pod[] {
    return Array.from(this.workers.values(), ({ pod }) => pod);
  }

  /** The worker of a pod, by its uid. */
  worker(uid: string): PodWorker | undefined {
    return this.workers.get(uid);
  }

  added(pod: Pod): void {
    const worker = new PodWorker(this.host, pod);
    this.workers.set(pod.metadata.uid ?? '', worker);
    worker.wake();
  }

  updated(pod: Pod): void {
    const worker = this.workers.get(pod.metadata.uid ?? '');
    if (worker === undefined) this.added(pod);
    else worker.update(pod);
  }

  deleted(pod: Pod): void {
    this.workers.get(pod.metadata.uid ?? '')?.remove();
  }

  /** Ends a pod as a node under pressure does. False if the node has no such pod. */
  end(uid: string, ending: Ending): boolean {
    const worker = this.workers.get(uid);
    worker?.end(ending);
    return worker !== undefined;
  }

  stop(): void {
    for (const worker of this.workers.values()) worker.abandon();
  }

  private makeHost(): PodHost {
    const { node, runtime, turns, speed } = this.options;
    const { client, clock, random, activity, logger } = node.context;
    const timeline = scaledTimeline(DEFAULT_TIMELINE, speed);
    return {
      nodeName: node.name,
      hostIPs: [node.planned.address],
      client,
      events: node.events,
      runtime,
      images: this.images,
      clock,
      random,
      activity,
      turns,
      logger,
      timeline: () => timeline,
      scaled: (milliseconds) => atSpeed(milliseconds, speed),
      admit: (pod) => this.admit(pod),
      takeAddresses: () => this.takeAddresses(),
      releaseAddresses: (addresses) => {
        for (const address of addresses) for (const pool of this.pools ?? []) pool.release(address);
      },
      ended: ({ metadata: { uid = '' } }) => {
        this.resources.release(uid);
      },
      forget: ({ metadata: { uid = '' } }) => {
        this.workers.delete(uid);
      },
    };
  }

  private admit(pod: Pod): Verdict | undefined {
    const node = this.options.node.object;
    // A kubelet whose node object was deleted goes on with what it knew last.
    return node === undefined ? undefined : this.resources.admit(pod, node);
  }

  private takeAddresses(): string[] {
    this.pools ??= this.podCidrs().map((cidr) => new AddressPool(cidr));
    return this.pools.flatMap((pool) => pool.take() ?? []);
  }

  /** Those that the node was given; its own if nobody gives any. */
  private podCidrs(): readonly string[] {
    const { spec } = this.options.node.object ?? {};
    const cidrs = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
    return cidrs.length > 0 ? cidrs : [this.options.node.planned.ownPodCidr];
  }
}

function scaledTimeline(timeline: Timeline, speed: Speed): Timeline {
  const entries = Object.entries(timeline) as [keyof Timeline, number][];
  return Object.fromEntries(entries.map(([step, time]) => [step, atSpeed(time, speed)])) as unknown as Timeline;
}
