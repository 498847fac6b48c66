import { isStatus } from '../../../apimachinery/status.js';
import type { KubeObject, Typed } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import type { Informer } from '../../../client/informer.js';
import { API_SERVICES, NAMESPACES } from '../../../component-helpers/resources.js';
import type { Namespace } from '../../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { conditionsAfter, type Findings } from './conditions.js';
import { deleteContent, type Content } from './content.js';
import { discoveryFailure } from './discovery-failure.js';

/** The finalizer in spec that is this controller's. */
const KUBERNETES = 'kubernetes';

/** Empties namespaces that are being deleted, and lets them go (Go: namespace.NamespaceController). */
export const namespaceController: ControllerDescriptor = {
  name: 'namespace-controller',
  alias: 'namespace',
  start(context) {
    const deleter = new NamespaceDeleter(context);
    context.onStop(() => deleter.stop());
  },
};

class NamespaceDeleter {
  private readonly namespaces: Informer<Typed<Namespace>>;
  private readonly apiServices: Informer;
  private readonly contents = new Map<string, Content>();
  private readonly queue;
  readonly stop: () => void;

  constructor(private readonly context: ComponentContext) {
    const { informers } = context;
    this.namespaces = informers.of<Typed<Namespace>>(NAMESPACES);
    this.apiServices = informers.of(API_SERVICES);
    this.queue = context.queue((name) => this.sync(name), { workers: 10 });
    // Upstream waits five seconds for other API servers to hear of it; there are none.
    const enqueue = ({ metadata }: KubeObject): void => {
      if (metadata.deletionTimestamp !== undefined) this.queue.add(metadata.name ?? '');
    };
    this.namespaces.addHandler({ added: enqueue, updated: enqueue });
    const lookAgain = ({ metadata: { namespace = '' } }: KubeObject): void => {
      const owner = this.namespaces.get('', namespace);
      if (owner !== undefined) enqueue(owner);
    };
    this.stop = informers.served.follow({
      served: (resource) => {
        if (!resource.namespaced || !['delete', 'list', 'watch'].every((verb) => resource.verbs.includes(verb))) return;
        const informer = informers.of(resource);
        informer.addHandler({ deleted: lookAgain });
        this.contents.set(`${resource.group}/${resource.resource}`, { resource, informer });
      },
      gone: ({ group, resource }) => this.contents.delete(`${group}/${resource}`),
    });
  }

  private async sync(name: string): Promise<void> {
    const namespace = this.namespaces.get('', name);
    if (namespace?.metadata.deletionTimestamp === undefined || (namespace.spec?.finalizers ?? []).length === 0) return;
    for (const { informer } of this.contents.values()) await informer.begin();
    const { client, clock } = this.context;
    const { findings, estimate } = await deleteContent(client, [...this.contents.values()], namespace, clock.now());
    const unknown = discoveryFailure(this.apiServices.list());
    try {
      await this.tell(name, { ...findings, discoveryFailure: unknown });
      const failures = unknown === undefined ? findings.failures : [unknown, ...findings.failures];
      if (failures.length > 0) throw new Error(failures.join(', '));
      // What goes before is noticed; this is for what changes without going.
      if (estimate > 0) this.queue.addAfter(name, (Math.floor(estimate / 2) + 1) * 1000);
      else await this.finalize(name);
    } catch (error) {
      if (!isStatus(error, 'NotFound')) throw error;
    }
  }

  /** Writes what was found into the conditions, unless they say it already. */
  private async tell(name: string, findings: Findings): Promise<void> {
    const { client, clock } = this.context;
    const namespace = this.namespaces.get('', name);
    if (namespace === undefined) return;
    const conditions = conditionsAfter(namespace.status?.conditions, findings, clock.now());
    if (conditions === undefined) return;
    const target = { resource: NAMESPACES, subresource: 'status' };
    await client.update<Typed<Namespace>>(target, { ...namespace, status: { ...namespace.status, conditions } });
  }

  private async finalize(name: string): Promise<void> {
    const namespace = this.namespaces.get('', name);
    if (namespace === undefined) return;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== KUBERNETES);
    const target = { resource: NAMESPACES, subresource: 'finalize' };
    await this.context.client.update<Typed<Namespace>>(target, { ...namespace, spec: { ...namespace.spec, finalizers } });
  }
}
