import { amountsOf, type Amounts } from '../../component-helpers/aggregate-resources.js';
import type { KubeObject } from '../../registry/object.js';
import type { Attributes } from '../admission.js';
import { forbid } from '../forbid.js';
import { amountsText, minus, only, plus, withoutZeros } from '../../component-helpers/quota/amounts.js';
import type { Evaluator, Quota } from '../../component-helpers/quota/evaluator.js';
import { scopesOf } from '../../component-helpers/quota/scopes.js';

/** What a request adds to a quota. */
export interface Charge {
  readonly quota: Quota;
  readonly added: Amounts;
}

/**
 * What a request would add to each quota (Go: resourcequota.CheckRequest).
 * Throws the 403 if it is too much, or can't be told.
 */
export function chargesFor(quotas: readonly Quota[], attributes: Attributes, evaluator: Evaluator): Charge[] {
  const { object, oldObject } = attributes;
  if (object === undefined || !evaluator.handles(attributes)) return [];
  const matching = quotas.filter((quota) => matches(quota, object, evaluator));
  if (matching.length === 0) return [];
  for (const quota of matching) checkMeasurable(quota, attributes, object, evaluator);
  const usage = evaluator.usage(object);
  const negative = [...usage].filter(([, amount]) => amount.sign() < 0).map(([name]) => name);
  if (negative.length > 0) throw forbid(attributes, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const before = attributes.operation === 'UPDATE' && oldObject !== undefined ? oldObject : undefined;
  const difference = before === undefined ? usage : minus(usage, evaluator.usage(before));
  return matching.flatMap((quota) => {
    // A quota that didn't count the object before counts all of it now.
    const added = before !== undefined && matches(quota, before, evaluator) ? difference : usage;
    const charged = withoutZeros(only(added, Object.keys(quota.status.hard ?? {})));
    if (charged.size === 0) return [];
    if (attributes.subresource !== 'status') checkLimits(quota, charged, attributes);
    return [{ quota, added: charged }];
  });
}

function matches(quota: Quota, object: KubeObject, evaluator: Evaluator): boolean {
  if (evaluator.matching(Object.keys(quota.status.hard ?? {})).length === 0) return false;
  return scopesOf(quota).every((selector) => evaluator.inScope?.(selector, object) === true);
}

function checkMeasurable(quota: Quota, attributes: Attributes, object: KubeObject, evaluator: Evaluator): void {
  const name = quota.metadata.name ?? '';
  const names = evaluator.matching(Object.keys(quota.status.hard ?? {}));
  const fault = evaluator.constraintFault?.(names, object);
  if (fault !== undefined) throw forbid(attributes, `failed quota: ${name}: ${fault}`);
  const { used = {} } = quota.status;
  if (names.some((resource) => !Object.hasOwn(used, resource))) {
    throw forbid(attributes, `status unknown for quota: ${name}, resources: ${[...names].sort().join(',')}`);
  }
}

function checkLimits(quota: Quota, added: Amounts, attributes: Attributes): void {
  const used = amountsOf(quota.status.used);
  const hard = amountsOf(quota.status.hard);
  const total = plus(used, added);
  const exceeded = [...added.keys()].filter((name) => {
    const limit = hard.get(name);
    const amount = total.get(name);
    return limit !== undefined && amount !== undefined && amount.compare(limit) > 0;
  });
  if (exceeded.length === 0) return;
  throw forbid(
    attributes,
    `exceeded quota: ${quota.metadata.name ?? ''}, requested: ${amountsText(only(added, exceeded))}, used: ${amountsText(only(used, exceeded))}, limited: ${amountsText(only(hard, exceeded))}`,
  );
}
