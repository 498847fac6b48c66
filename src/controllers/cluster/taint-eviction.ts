import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Cancel } from '../../apimachinery/clock.js';
import type { ComponentContext } from '../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../client/informer.js';
import type { Node } from '../../component-helpers/nodes.js';
import { BY_NODE, conditionPatch, nodeIndex, withPodCondition, type Pod } from '../../component-helpers/pods.js';
import { NODES, PODS } from '../../component-helpers/resources.js';
import { toleratesTaint } from '../../component-helpers/tolerations.js';
import type { Taint, Toleration } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const REASON = 'TaintManagerEviction';
const CONDITION = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
} as const;

/** Deletes pods from nodes with taints that they don't tolerate, or not for long (Go: tainteviction.Controller). */
export const taintEvictionController: ControllerDescriptor = {
  name: 'taint-eviction-controller',
  serviceAccount: 'node-controller',
  start(context) {
    new TaintEviction(context).follow();
  },
};

/** Seconds that a pod may stay; Infinity if it tolerates all taints for ever. */
export function secondsToStay(taints: readonly Taint[], tolerations: readonly Toleration[]): number {
  let least = Infinity;
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => toleratesTaint(candidate, taint));
    if (toleration === undefined) return 0;
    least = Math.min(least, Math.max(0, toleration.tolerationSeconds ?? Infinity));
  }
  return least;
}

class TaintEviction {
  private readonly pods: Informer<Pod>;
  private readonly nodes: Informer<Node>;
  private readonly recorder;
  private readonly deletions;
  /** Pods that will be deleted, by key: since when that is known, and how to prevent it. */
  private readonly scheduled = new Map<string, { readonly since: number; readonly cancel: Cancel }>();

  constructor(private readonly context: ComponentContext) {
    this.pods = context.informers.of<Pod>(PODS).addIndex(BY_NODE, nodeIndex);
    this.nodes = context.informers.of<Node>(NODES);
    this.recorder = context.recorder();
    this.deletions = context.queue((key) => this.delete(key), { workers: 8 });
    context.onStop(() => {
      for (const { cancel } of this.scheduled.values()) cancel();
    });
  }

  follow(): void {
    const onNode = ({ metadata: { name = '' } }: Node): void => {
      for (const pod of this.pods.byIndex(BY_NODE, name)) this.consider(pod);
    };
    this.nodes.addHandler({
      added: onNode,
      updated: (node, old) => {
        if (!semanticEqual(noExecute(node), noExecute(old))) onNode(node);
      },
    });
    this.pods.addHandler({
      added: (pod) => this.consider(pod),
      updated: (pod, old) => {
        if (pod.spec.nodeName !== old.spec.nodeName || !semanticEqual(pod.spec.tolerations, old.spec.tolerations)) this.consider(pod);
      },
      deleted: (pod) => this.cancel(keyOf(pod)),
    });
  }

  private consider(pod: Pod): void {
    const node = this.nodes.get('', pod.spec.nodeName ?? '');
    const taints = node === undefined ? [] : noExecute(node);
    const key = keyOf(pod);
    const stay = taints.length === 0 ? Infinity : secondsToStay(taints, pod.spec.tolerations ?? []);
    if (stay === Infinity) {
      this.cancel(key);
      return;
    }
    const { clock } = this.context;
    const now = clock.now();
    const before = this.scheduled.get(key);
    // What is planned earlier stays, but a pod that may stay less goes earlier.
    if (before !== undefined && stay > 0 && before.since < now) return;
    this.cancel(key);
    if (stay === 0) {
      this.deletions.add(key);
      return;
    }
    const cancel = clock.after(stay * 1000, () => {
      this.scheduled.delete(key);
      this.deletions.add(key);
    });
    this.scheduled.set(key, { since: before?.since ?? now, cancel });
  }

  private cancel(key: string): void {
    const planned = this.scheduled.get(key);
    if (planned === undefined) return;
    planned.cancel();
    this.scheduled.delete(key);
    this.tell(key, `Cancelling deletion of Pod ${key}`);
  }

  private tell(key: string, message: string): void {
    const { namespace, name } = splitKey(key);
    this.recorder.normal({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } }, REASON, message);
  }

  private async delete(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = this.pods.get(namespace, name);
    if (pod === undefined) return;
    const { client, clock } = this.context;
    const target = { resource: PODS, namespace };
    this.tell(key, `Marking for deletion Pod ${key}`);
    try {
      const { uid, generation } = pod.metadata;
      const conditions = withPodCondition(pod, { ...CONDITION, observedGeneration: generation }, clock.now());
      if (conditions !== undefined) {
        const body = { metadata: { uid }, status: conditionPatch(conditions, CONDITION.type) };
        await client.patch({ ...target, subresource: 'status' }, name, 'strategic', body);
      }
      await client.delete(target, name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }
}

function noExecute({ spec }: Node): Taint[] {
  return (spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}
