import type { GroupResource } from '../../apimachinery/group-version.js';
import { internalError } from '../../apimachinery/status.js';
import type { Amounts } from '../../component-helpers/aggregate-resources.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import type { DeviceClass } from '../../schema/generated/resource-v1.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { on, StoredObjects } from '../objects.js';
import { chargesFor } from './check.js';
import { claimEvaluator } from '../../component-helpers/quota/claims.js';
import { objectCount, type Evaluator, type Quota } from '../../component-helpers/quota/evaluator.js';
import { Ledger } from './ledger.js';
import { podEvaluator } from '../../component-helpers/quota/pods.js';
import { resourceClaimEvaluator } from '../../component-helpers/quota/resource-claims.js';
import { serviceEvaluator } from '../../component-helpers/quota/services.js';

/** What isn't stored, and events. */
const IGNORED: ReadonlySet<string> = new Set([
  '/bindings',
  '/componentstatuses',
  'authentication.k8s.io/tokenreviews',
  'authentication.k8s.io/selfsubjectreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  '/events',
  'events.k8s.io/events',
]);

/** How often a charge is tried again when somebody else wrote the quota. */
const TRIES = 10;

/** Keeps namespaces within their quotas, and their usage current (Go: admission/plugin/resourcequota). */
export function resourceQuota(environment: BehaviourEnvironment): AdmissionPlugin {
  const quotas = new StoredObjects<Quota>(environment, { group: '', resource: 'resourcequotas' });
  const ledger = new Ledger(environment);
  const evaluators = new Evaluators(environment);

  const charge = async (attributes: Attributes, evaluator: Evaluator, release: (undo: () => Promise<void>) => void): Promise<void> => {
    const charged = new Set<string>();
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const found = (await quotas.list(attributes.namespace)).filter(({ metadata }) => !charged.has(metadata.name ?? ''));
      if (found.length === 0) return;
      const charges = chargesFor(found, attributes, evaluator);
      if (attributes.dryRun || charges.length === 0) return;
      let beaten = false;
      for (const { quota, added } of charges) {
        const done = await ledger.charge(quota, added);
        beaten ||= !done;
        if (!done) continue;
        charged.add(quota.metadata.name ?? '');
        release(() => ledger.refund(quota, added));
      }
      if (!beaten) return;
    }
    throw internalError('resource quota evaluation timed out');
  };

  return {
    name: 'ResourceQuota',
    handles: on('CREATE', 'UPDATE'),
    async validate(attributes) {
      const { namespace, kind, operation, resource } = attributes;
      if (namespace === '' || (operation === 'CREATE' && kind.kind === 'Namespace' && kind.group === '')) return;
      if (IGNORED.has(`${resource.group}/${resource.resource}`) || environment.storage.count('/resourcequotas') === 0) return;
      const evaluator = await evaluators.for(resource, attributes);
      if (!evaluator.handles(attributes)) return;
      const undo: (() => Promise<void>)[] = [];
      try {
        await charge(attributes, evaluator, (refund) => undo.push(refund));
      } catch (error) {
        for (const refund of undo) await refund();
        throw error;
      }
      for (const refund of undo) attributes.ifRefused?.(refund);
    },
  };
}

/** The evaluator of each resource; what none is made for is counted. */
class Evaluators {
  private readonly pods: Evaluator;
  private readonly classes: StoredObjects<KubeObject & DeviceClass>;
  private readonly podObjects: StoredObjects<KubeObject & Pod>;
  private readonly known = new Map<string, Evaluator>();

  constructor(environment: BehaviourEnvironment) {
    this.pods = podEvaluator(environment.clock);
    this.classes = new StoredObjects(environment, { group: 'resource.k8s.io', resource: 'deviceclasses' });
    this.podObjects = new StoredObjects(environment, { group: '', resource: 'pods' });
    this.known.set('/pods', this.pods);
    this.known.set('/services', serviceEvaluator);
    this.known.set('/persistentvolumeclaims', claimEvaluator);
  }

  async for(resource: GroupResource, attributes: Attributes): Promise<Evaluator> {
    const key = `${resource.group}/${resource.resource}`;
    if (key === 'resource.k8s.io/resourceclaims') return this.forResourceClaims(attributes);
    let evaluator = this.known.get(key);
    if (evaluator === undefined) {
      evaluator = objectCount(resource);
      this.known.set(key, evaluator);
    }
    return evaluator;
  }

  private async forResourceClaims({ object, namespace }: Attributes): Promise<Evaluator> {
    const classes = await this.classes.list('');
    const usage = object === undefined ? undefined : await this.usageOfOwner(object, namespace);
    return resourceClaimEvaluator(classes, () => usage);
  }

  /** What the pod costs for whose extended resources a claim was made. */
  private async usageOfOwner({ metadata }: KubeObject, namespace: string): Promise<Amounts | undefined> {
    if (metadata.annotations?.['resource.kubernetes.io/extended-resource-claim'] !== 'true') return undefined;
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined || owner.kind !== 'Pod' || owner.apiVersion !== 'v1') return undefined;
    const pod = await this.podObjects.get(namespace, owner.name);
    if (pod === undefined || pod.metadata.uid !== owner.uid) return undefined;
    const claimed = pod.status.extendedResourceClaimStatus?.resourceClaimName;
    return claimed === undefined || claimed === metadata.name ? this.pods.usage(pod) : undefined;
  }
}
