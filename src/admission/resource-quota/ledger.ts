import { isStatus } from '../../apimachinery/status.js';
import { amountsOf, type Amounts } from '../../component-helpers/aggregate-resources.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import { fieldManagerFor } from '../../registry/field-managers.js';
import { internalContext, MANAGER } from '../../registry/internal-write.js';
import type { KubeObject } from '../../registry/object.js';
import { minus, only, plus, resourceListOf } from '../../component-helpers/quota/amounts.js';
import type { Quota } from '../../component-helpers/quota/evaluator.js';

/** Somebody wrote the quota since it was looked at. */
class Changed extends Error {}

/** Writes usage into the status of quotas. */
export class Ledger {
  constructor(private readonly environment: BehaviourEnvironment) {}

  /** False if the quota isn't any more what it was: look again. */
  charge(quota: Quota, added: Amounts): Promise<boolean> {
    return this.write(quota, (current) => {
      if (current !== quota) throw new Changed();
      return plus(amountsOf(quota.status.used), added);
    });
  }

  /** Takes back a charge for something that wasn't written after all. */
  async refund(quota: Quota, added: Amounts): Promise<void> {
    await this.write(quota, ({ metadata, status }) => {
      if (metadata.uid !== quota.metadata.uid) throw new Changed();
      const used = amountsOf(status.used);
      const charged = only(added, used.keys());
      return new Map([...used, ...minus(only(used, charged.keys()), charged)]);
    });
  }

  private async write({ metadata }: Quota, usedOf: (current: Quota) => Amounts): Promise<boolean> {
    const definition = this.environment.definition({ group: '', resource: 'resourcequotas' });
    const view = definition?.subresources.get('status');
    if (definition?.store === undefined || view?.form !== 'view') return false;
    const manager = fieldManagerFor(definition, 'status', view.strategy);
    const updated = (existing: KubeObject | undefined): KubeObject => {
      const current = existing as Quota;
      const used = resourceListOf(usedOf(current));
      return manager.update(
        current,
        { ...current, metadata: { ...current.metadata }, status: { ...current.status, used } } as KubeObject,
        MANAGER,
      );
    };
    const { namespace = '', name = '' } = metadata;
    try {
      await definition.store.withStrategy(view.strategy).update(namespace, name, { updated }, internalContext(namespace, name), false);
      return true;
    } catch (error) {
      if (error instanceof Changed || isStatus(error, 'NotFound')) return false;
      throw error;
    }
  }
}
