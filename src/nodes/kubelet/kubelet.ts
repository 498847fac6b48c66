import type { Pod } from '../../component-helpers/pods.js';
import { PODS } from '../../component-helpers/resources.js';
import { AddressPool } from '../node/pod-addresses.js';
import type { SimulatedNode } from '../node/simulated-node.js';
import type { Behaviours } from '../behaviour/behaviours.js';
import { INSTANT } from '../behaviour/timeline.js';
import type { ContainerRuntime } from '../runtime/runtime.js';
import { isCriticalPod, victimsOf, type Shortage } from './critical-pods.js';
import { isMirrorPod, mirrorPod } from './mirror-pod.js';
import { NodeImages } from './node-images.js';
import { NodeResources } from './node-resources.js';
import type { PodHost } from './pod-host.js';
import type { Verdict } from './pod-status.js';
import type { Ending } from './pod-state.js';
import { PodWorker } from './pod-worker.js';
import { forbiddenSysctl } from './sysctls.js';
import type { Turns } from './turns.js';

export interface KubeletOptions {
  readonly node: SimulatedNode;
  readonly runtime: ContainerRuntime;
  /** Shared by all kubelets. */
  readonly turns: Turns;
  readonly behaviours: Behaviours;
  /** Whether a pod is part of a cluster that was there before anybody looked. */
  readonly isFirst: (pod: Pod) => boolean;
}

/** The part of a kubelet that runs pods: one worker for each that is bound to its node. */
export class Kubelet {
  readonly images: NodeImages;
  private readonly workers = new Map<string, PodWorker>();
  private readonly resources = new NodeResources();
  private readonly host: PodHost;
  /** Pods from files, by the names of their mirrors. */
  private readonly statics = new Map<string, Pod>();
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
    if (isMirrorPod(pod)) this.showAgain(pod);
  }

  /** Images that were there before the node's first pod. */
  preload(references: readonly string[]): void {
    for (const reference of references) {
      const { image } = this.images.lookUp(reference);
      if (image !== undefined) this.images.add(image);
    }
  }

  /** Runs a pod that comes from a file on the node, and shows it to the API server. */
  async addStatic(pod: Pod): Promise<void> {
    const { node } = this.options;
    if (node.object === undefined) return;
    const mirror = mirrorPod(pod, node.object, node.context.clock.now());
    this.statics.set(mirror.metadata.name ?? '', pod);
    await node.context.client.create({ resource: PODS, namespace: mirror.metadata.namespace }, mirror);
  }

  /** Whoever deletes a mirror pod doesn't delete what it shows. */
  private showAgain({ metadata: { name = '' } }: Pod): void {
    const pod = this.statics.get(name);
    const { activity, logger } = this.options.node.context;
    if (pod === undefined) return;
    activity
      .run(() => this.addStatic(pod))
      .catch((error: unknown) => {
        logger.error(`mirror pod ${name}`, error);
      });
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
    const { node, runtime, turns, behaviours, isFirst } = this.options;
    const { client, clock, random, activity, logger } = node.context;
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
      behaviours,
      timeline: (pod) => (isFirst(pod) ? INSTANT : behaviours.timeline(pod)),
      admit: (pod) => this.admit(pod),
      resize: (pod) => this.resize(pod),
      takeAddresses: () => this.takeAddresses(),
      releaseAddresses: (addresses) => {
        for (const address of addresses) for (const pool of this.pools ?? []) pool.release(address);
      },
      ended: ({ metadata: { uid = '' } }) => {
        this.resources.release(uid);
        this.retryResizes();
      },
      forget: ({ metadata: { uid = '' } }) => {
        this.workers.delete(uid);
      },
    };
  }

  private admit(pod: Pod): Verdict | undefined {
    const node = this.options.node.object;
    const sysctl = forbiddenSysctl(pod.spec);
    // A kubelet whose node object was deleted goes on with what it knew last.
    if (sysctl !== undefined || node === undefined) return sysctl;
    return this.resources.admit(pod, node, isCriticalPod(pod) ? (shortages) => this.makeRoom(pod, shortages) : undefined);
  }

  /** Ends other pods for a critical one, which doesn't wait for their end as on a real node (Go: preemption.evictPodsToFreeRequests). */
  private makeRoom(pod: Pod, shortages: readonly Shortage[]): Verdict | undefined {
    const holders = this.pods.flatMap((other) => {
      const amounts = this.resources.heldBy(other.metadata.uid ?? '');
      return amounts === undefined ? [] : [{ pod: other, amounts }];
    });
    const victims = victimsOf(pod, holders, shortages);
    if (victims === undefined) {
      const lacking = shortages.map(({ name, amount }) => `(res: ${name}, q: ${String(amount)}), `).join('');
      const fault = `error finding a set of pods to preempt: no set of running pods found to reclaim resources: [${lacking}]`;
      const message = `Unexpected error while attempting to recover from admission failure: preemption: ${fault}`;
      return { reason: 'UnexpectedAdmissionError', message };
    }
    for (const { pod: victim } of victims) {
      const { uid = '' } = victim.metadata;
      this.workers.get(uid)?.preempt();
      this.resources.release(uid);
    }
    return undefined;
  }

  private resize(pod: Pod): Verdict | undefined {
    const node = this.options.node.object;
    const refusal = node === undefined ? undefined : this.resources.resize(pod, node);
    if (refusal === undefined) this.retryResizes();
    return refusal;
  }

  /** Something was given back: what waits for room may have it now. */
  private retryResizes(): void {
    for (const worker of this.workers.values()) if (worker.waitsForRoom) worker.wake();
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
