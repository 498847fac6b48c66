import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { KubeObject, ServedResource } from '../../../client/client.js';
import type { ComponentContext } from '../../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../../client/informer.js';
import { claimEvaluator } from '../../../component-helpers/quota/claims.js';
import { objectCount, type Evaluator, type Quota } from '../../../component-helpers/quota/evaluator.js';
import { podEvaluator } from '../../../component-helpers/quota/pods.js';
import { resourceClaimEvaluator } from '../../../component-helpers/quota/resource-claims.js';
import { serviceEvaluator } from '../../../component-helpers/quota/services.js';
import { DEVICE_CLASSES, RESOURCE_QUOTAS } from '../../../component-helpers/resources.js';
import type { DeviceClass } from '../../../schema/generated/resource-v1.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { mayReplenish } from './replenish.js';
import { usageOf, withUsage, type Measured } from './usage.js';

const WORKERS = 5;
/** Milliseconds until all quotas are measured again (Go: --resource-quota-sync-period). */
const RESYNC = 300_000;

/** Keeps what quotas say of usage right when objects change or go (Go: resourcequota.Controller). */
export const resourceQuotaController: ControllerDescriptor = {
  name: 'resourcequota-controller',
  alias: 'resourcequota',
  start(context) {
    const controller = new ResourceQuotaController(context);
    context.onStop(controller.follow());
    context.every(RESYNC, () => controller.measureAll());
  },
};

class ResourceQuotaController {
  private readonly quotas: Informer<Quota>;
  private readonly deviceClasses: Informer<KubeObject & DeviceClass>;
  private readonly measured = new Map<string, Measured & { readonly informer: Informer }>();
  private readonly queue;

  constructor(private readonly context: ComponentContext) {
    this.quotas = context.informers.of<Quota>(RESOURCE_QUOTAS);
    this.deviceClasses = context.informers.of<KubeObject & DeviceClass>(DEVICE_CLASSES);
    this.queue = context.queue((key) => this.sync(key), { workers: WORKERS });
  }

  measureAll(): void {
    for (const quota of this.quotas.list()) this.queue.add(keyOf(quota));
  }

  /** Returns how to stop. */
  follow(): () => void {
    this.quotas.addHandler({
      added: (quota) => this.queue.add(keyOf(quota)),
      updated: (quota, old) => {
        // Changes of status are admission's charges, or this controller's own.
        if (!semanticEqual(quota.spec.hard, old.spec.hard)) this.queue.add(keyOf(quota));
      },
    });
    return this.context.informers.served.follow({
      served: (resource) => {
        if (isQuotable(resource)) this.measure(resource);
      },
      gone: ({ group, resource }) => this.measured.delete(`${group}/${resource}`),
    });
  }

  private measure(resource: ServedResource): void {
    const informer = this.context.informers.of(resource);
    const evaluator = this.evaluatorOf(resource);
    this.measured.set(`${resource.group}/${resource.resource}`, { evaluator, informer, list: (namespace) => informer.list(namespace) });
    const replenish = ({ metadata: { namespace = '' } }: KubeObject): void => {
      if (this.quotas.size === 0) return;
      for (const quota of this.quotas.list(namespace)) {
        if (evaluator.matching(Object.keys(quota.status.hard ?? {})).length > 0) this.queue.add(keyOf(quota));
      }
    };
    informer.addHandler({
      updated: (object, old) => {
        if (mayReplenish(resource, object, old)) replenish(object);
      },
      deleted: replenish,
    });
  }

  private evaluatorOf(resource: ServedResource): Evaluator {
    switch (`${resource.group}/${resource.resource}`) {
      case '/pods':
        return podEvaluator(this.context.clock);
      case '/services':
        return serviceEvaluator;
      case '/persistentvolumeclaims':
        return claimEvaluator;
      case 'resource.k8s.io/resourceclaims':
        return {
          ...resourceClaimEvaluator([], () => undefined),
          matching: (names) => this.ofDeviceClaims().matching(names),
          usage: (claim) => this.ofDeviceClaims().usage(claim),
        };
      default:
        return objectCount(resource);
    }
  }

  private ofDeviceClaims(): Evaluator {
    return resourceClaimEvaluator(this.deviceClasses.list(), () => undefined);
  }

  private async sync(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const quota = this.quotas.get(namespace, name);
    if (quota === undefined) return;
    for (const { informer } of this.measured.values()) await informer.begin();
    const updated = withUsage(quota, usageOf(quota, this.measured.values()));
    if (updated === undefined) return;
    await this.context.client.update<Quota>({ resource: RESOURCE_QUOTAS, namespace, subresource: 'status' }, updated);
  }
}

function isQuotable({ group, resource, namespaced, verbs }: ServedResource): boolean {
  if (!namespaced || (resource === 'events' && (group === '' || group === 'events.k8s.io'))) return false;
  return ['create', 'list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
}
