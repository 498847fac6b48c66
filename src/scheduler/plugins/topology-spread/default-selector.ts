import { labelSelectorOf, LabelSelector, type LabelSelectorObject } from '../../../apimachinery/label-selector.js';
import type { Informers } from '../../../client/informers.js';
import type { Lister } from '../../../client/informer.js';
import type { KubeObject, Typed } from '../../../client/client.js';
import { REPLICA_SETS, REPLICATION_CONTROLLERS, SERVICES, STATEFUL_SETS } from '../../../component-helpers/resources.js';
import type { ReplicaSet, StatefulSet } from '../../../schema/generated/apps-v1.js';
import type { Pod, ReplicationController, Service } from '../../../schema/generated/core-v1.js';

/** Tells which pods are of a pod's kind: those of its services and its owner (Go: helper.DefaultSelector). */
export class DefaultSelectors {
  private readonly services: Lister<Typed<Service>>;
  private readonly owners: ReadonlyMap<string, Lister>;

  constructor(informers: Informers) {
    this.services = informers.of<Typed<Service>>(SERVICES);
    this.owners = new Map<string, Lister>([
      ['v1/ReplicationController', informers.of<Typed<ReplicationController>>(REPLICATION_CONTROLLERS)],
      ['apps/v1/ReplicaSet', informers.of<Typed<ReplicaSet>>(REPLICA_SETS)],
      ['apps/v1/StatefulSet', informers.of<Typed<StatefulSet>>(STATEFUL_SETS)],
    ]);
  }

  of({ metadata: { namespace = '', labels, ownerReferences = [] } }: Typed<Pod>): LabelSelector {
    const set: Record<string, string> = {};
    for (const { spec } of this.services.list(namespace))
      if (spec.selector !== undefined && LabelSelector.fromSet(spec.selector).matches(labels)) Object.assign(set, spec.selector);
    const owner = ownerReferences.find(({ controller }) => controller === true);
    const found = owner && this.owners.get(`${owner.apiVersion}/${owner.kind}`)?.get(namespace, owner.name);
    if (found === undefined) return LabelSelector.fromSet(set);
    const selector = (found as KubeObject & { readonly spec: { readonly selector?: unknown } }).spec.selector;
    if (owner?.kind === 'ReplicationController') return LabelSelector.fromSet({ ...set, ...(selector as Record<string, string>) });
    const requirements = labelSelectorOf(selector as LabelSelectorObject | undefined).requirements;
    return LabelSelector.fromSet(set).with(...requirements);
  }
}
