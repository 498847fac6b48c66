import { isStatus } from '../../apimachinery/status.js';
import type { ComponentContext } from '../../client/component-context.js';
import type { Informer } from '../../client/informer.js';
import { isNodeReady, type Node } from '../../component-helpers/nodes.js';
import { conditionPatch, isPodTerminal, withPodCondition, type Pod } from '../../component-helpers/pods.js';
import { NODES, PODS } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';

/** Milliseconds between two looks, and for which a node must be missing. */
const PERIOD = 20_000;
const QUARANTINE = 40_000;
/** Pods that have ended and may stay (Go: --terminated-pod-gc-threshold). */
const THRESHOLD = 12_500;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const NODE_GONE = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' } as const;

/** Deletes pods that nobody else will: without a node, never scheduled, or too many that have ended (Go: podgc.PodGCController). */
export const podGarbageCollectorController: ControllerDescriptor = {
  name: 'pod-garbage-collector-controller',
  alias: 'podgc',
  serviceAccount: 'pod-garbage-collector',
  start(context) {
    const collector = new PodGarbageCollector(context);
    context.every(PERIOD, () => collector.collect());
    // A pod that was never scheduled has no kubelet to wait for, and people needn't either.
    const unscheduled = context.queue(() => collector.collectUnscheduled());
    context.informers.of<Pod>(PODS).addHandler({
      updated: ({ metadata, spec }) => {
        if (metadata.deletionTimestamp !== undefined && (spec.nodeName ?? '') === '') unscheduled.add('all');
      },
    });
  },
};

class PodGarbageCollector {
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  /** Since when nodes are missing that pods name, in milliseconds since the epoch. */
  private readonly missing = new Map<string, number>();

  constructor(private readonly context: ComponentContext) {
    this.pods = context.informers.of<Pod>(PODS);
    this.nodes = context.informers.of<Node>(NODES);
  }

  async collect(): Promise<void> {
    await this.collectTerminated();
    await this.collectOutOfService();
    await this.collectOrphaned();
    await this.collectUnscheduled();
  }

  async collectUnscheduled(): Promise<void> {
    for (const pod of this.pods.list()) {
      if (pod.metadata.deletionTimestamp !== undefined && (pod.spec.nodeName ?? '') === '') await this.delete(pod);
    }
  }

  private async collectTerminated(): Promise<void> {
    if (this.pods.size <= THRESHOLD) return;
    const ended = this.pods.list().filter(isPodTerminal).sort(evictedAndOldFirst);
    for (const pod of ended.slice(0, Math.max(0, ended.length - THRESHOLD))) await this.delete(pod);
  }

  private async collectOutOfService(): Promise<void> {
    const isOut = ({ spec }: Node): boolean => spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
    if (!this.nodes.list().some(isOut)) return;
    for (const pod of this.pods.list()) {
      if (pod.metadata.deletionTimestamp === undefined) continue;
      const node = this.nodes.get('', pod.spec.nodeName ?? '');
      if (node !== undefined && !isNodeReady(node) && isOut(node)) await this.delete(pod);
    }
  }

  private async collectOrphaned(): Promise<void> {
    const now = this.context.clock.now();
    const orphans = this.pods
      .list()
      .filter(({ spec }) => (spec.nodeName ?? '') !== '' && this.nodes.get('', spec.nodeName ?? '') === undefined);
    const names = new Set(orphans.map(({ spec }) => spec.nodeName ?? ''));
    for (const name of this.missing.keys()) if (!names.has(name)) this.missing.delete(name);
    for (const name of names) if (!this.missing.has(name)) this.missing.set(name, now);
    for (const pod of orphans) {
      if (now - (this.missing.get(pod.spec.nodeName ?? '') ?? now) >= QUARANTINE) await this.delete(pod, NODE_GONE);
    }
  }

  /** Marks the pod as failed, then takes it away at once. */
  private async delete(pod: Pod, condition?: typeof NODE_GONE): Promise<void> {
    const { client, clock } = this.context;
    const { name = '', namespace, uid, generation } = pod.metadata;
    const target = { resource: PODS, namespace };
    try {
      if (!isPodTerminal(pod)) {
        const wanted = condition && { ...condition, observedGeneration: generation };
        const conditions = wanted && withPodCondition(pod, wanted, clock.now());
        const patch = conditions && conditionPatch(conditions, NODE_GONE.type);
        const status = { phase: 'Failed', observedGeneration: generation, ...patch };
        await client.patch({ ...target, subresource: 'status' }, name, 'strategic', { metadata: { uid }, status });
      }
      await client.delete(target, name, { gracePeriodSeconds: 0 });
    } catch (error) {
      if (!isStatus(error, 'NotFound'))
        this.context.logger.info(`deleting pod ${namespace ?? ''}/${name} failed`, { error: String(error) });
    }
  }
}

function evictedAndOldFirst(a: Pod, b: Pod): number {
  const isEvicted = ({ status }: Pod): number => (status.phase === 'Failed' && status.reason === 'Evicted' ? 0 : 1);
  const created = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  if (isEvicted(a) !== isEvicted(b)) return isEvicted(a) - isEvicted(b);
  if (created(a) !== created(b)) return created(a) < created(b) ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
