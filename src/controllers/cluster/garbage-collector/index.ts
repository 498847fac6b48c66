import { apiVersionOf } from '../../../apimachinery/group-version.js';
import type { KubeObject, OwnerReference, ServedResource } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { EventRecorder } from '../../../client/event-recorder.js';
import type { Informer } from '../../../client/informer.js';
import type { WorkQueue } from '../../../client/work-queue.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { Collector } from './collector.js';
import { OwnerGraph } from './graph.js';
import { describeIdentity, identityOf } from './identity.js';
import type { GraphNode } from './node.js';
import { NamespacedOwnerOfClusterScoped, Objects, UnknownKind } from './objects.js';

const WORKERS = 20;
/** Milliseconds until what was only heard of is looked for again. */
const LOOK_AGAIN = 1000;

/** Deletes objects whose owners are gone. */
export const garbageCollectorController: ControllerDescriptor = {
  name: 'garbage-collector-controller',
  alias: 'garbagecollector',
  serviceAccount: 'generic-garbage-collector',
  start(context) {
    const collector = new GarbageCollector(context);
    context.onStop(() => collector.stop());
  },
};

class GarbageCollector {
  readonly stop: () => void;
  private readonly graph: OwnerGraph;
  private readonly collector: Collector;
  private readonly toDelete: WorkQueue;
  private readonly toOrphan: WorkQueue;
  private readonly recorder: EventRecorder;
  private readonly monitors = new Map<ServedResource, Informer>();
  /** Nodes that name a kind that isn't served, by uid: looked at again when discovery changes. */
  private readonly unmapped = new Set<string>();
  /** Done when all caches are full: before that, whatever is named seems absent. */
  private filled: Promise<unknown> | undefined;

  constructor(private readonly context: ComponentContext) {
    const { client, informers } = context;
    this.recorder = context.recorder();
    this.toDelete = context.queue((uid) => this.attemptToDelete(uid), { workers: WORKERS });
    this.toOrphan = context.queue((uid) => this.attemptToOrphan(uid), { workers: WORKERS });
    const attemptToDelete = ({ identity }: GraphNode): void => this.toDelete.add(identity.uid);
    this.graph = new OwnerGraph({
      attemptToDelete,
      attemptToOrphan: ({ identity }) => this.toOrphan.add(identity.uid),
      invalidNamespace: (node, reference) => this.report(node, reference),
    });
    const followed = new Set<string>();
    const keyOf = ({ group, resource }: ServedResource): string => `${group}/${resource}`;
    const objects = new Objects(client, informers, (resource) => followed.has(keyOf(resource)));
    this.collector = new Collector(this.graph, objects, attemptToDelete);
    this.stop = informers.served.follow({
      served: (resource) => {
        if (isCollected(resource)) {
          followed.add(keyOf(resource));
          this.monitor(resource);
        }
        for (const uid of this.unmapped) this.toDelete.add(uid);
        this.unmapped.clear();
      },
      gone: (resource) => {
        followed.delete(keyOf(resource));
        this.monitors.delete(resource);
      },
    });
  }

  private monitor(resource: ServedResource): void {
    const informer = this.context.informers.of(resource);
    this.monitors.set(resource, informer);
    const apiVersion = apiVersionOf(resource);
    informer.addHandler({
      added: (object) => this.graph.observe(object, apiVersion),
      updated: (object, old) => {
        const isSame = old.metadata.uid === object.metadata.uid;
        if (!isSame) this.graph.forget(old);
        this.graph.observe(object, apiVersion, isSame ? old : undefined);
      },
      deleted: (object) => this.graph.forget(object),
    });
    this.filled = undefined;
    informer.begin().catch((error: unknown) => {
      this.context.logger.error(`following ${resource.resource}.${resource.group}`, error);
    });
  }

  private fill(): Promise<unknown> {
    this.filled ??= Promise.allSettled([...this.monitors.values()].map((informer) => informer.begin()));
    return this.filled;
  }

  private async attemptToDelete(uid: string): Promise<void> {
    await this.fill();
    const node = this.graph.find(uid);
    if (node === undefined) return;
    try {
      await this.collector.delete(node);
    } catch (error) {
      if (error instanceof NamespacedOwnerOfClusterScoped) return;
      if (!(error instanceof UnknownKind)) throw error;
      this.unmapped.add(uid);
      return;
    }
    if (this.graph.find(uid)?.isVirtual === true) this.toDelete.addAfter(uid, LOOK_AGAIN);
  }

  private async attemptToOrphan(uid: string): Promise<void> {
    await this.fill();
    const node = this.graph.find(uid);
    if (node !== undefined) await this.collector.orphan(node);
  }

  private report({ identity }: GraphNode, reference: OwnerReference): void {
    const { apiVersion, kind, namespace, name, uid } = identity;
    const object: KubeObject = { apiVersion, kind, metadata: { name, namespace: namespace === '' ? undefined : namespace, uid } };
    const owner = describeIdentity(identityOf(reference, namespace));
    this.recorder.warning(object, 'OwnerRefInvalidNamespace', `ownerRef ${owner} does not exist in namespace "${namespace}"`);
  }
}

/** What can go; events go by themselves. */
function isCollected({ group, resource, verbs }: ServedResource): boolean {
  if (resource === 'events' && (group === '' || group === 'events.k8s.io')) return false;
  return ['delete', 'list', 'watch'].every((verb) => verbs.includes(verb));
}
