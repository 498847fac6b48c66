import { Quantity } from '../../../apimachinery/quantity.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { KubeObject } from '../../../client/client.js';
import { amountsOf, type Amounts } from '../../../component-helpers/aggregate-resources.js';
import { only, plus, resourceListOf } from '../../../component-helpers/quota/amounts.js';
import type { Evaluator, Quota } from '../../../component-helpers/quota/evaluator.js';
import { scopesOf } from '../../../component-helpers/quota/scopes.js';

/** A resource that quotas measure, and its objects. */
export interface Measured {
  readonly evaluator: Evaluator;
  readonly list: (namespace: string) => readonly KubeObject[];
}

/** What is used of what a quota limits, as far as somebody measures it (Go: quota.CalculateUsage). */
export function usageOf(quota: Quota, measured: Iterable<Measured>): Amounts {
  const names = Object.keys(quota.spec.hard ?? {});
  const { namespace = '' } = quota.metadata;
  let used: Amounts = new Map();
  for (const { evaluator, list } of measured) {
    const own = evaluator.matching(names);
    if (own.length === 0) continue;
    used = plus(used, new Map(own.map((name) => [name, Quantity.ZERO])));
    for (const object of list(namespace)) {
      if (isInScopes(quota, object, evaluator)) used = plus(used, only(evaluator.usage(object), own));
    }
  }
  return used;
}

function isInScopes(quota: Quota, object: KubeObject, evaluator: Evaluator): boolean {
  return scopesOf(quota).every((selector) => evaluator.inScope?.(selector, object) === true);
}

/** The quota with its limits and this usage in status; undefined if it says so already (Go: syncResourceQuota). */
export function withUsage(quota: Quota, usage: Amounts): Quota | undefined {
  const { hard } = quota.spec;
  const before = amountsOf(quota.status.used);
  // What nobody measures stays as it was last said.
  const used = only(new Map([...before, ...usage]), Object.keys(hard ?? {}));
  const isCurrent = semanticEqual(hard, quota.status.hard) && quota.status.used !== undefined && sameAmounts(used, before);
  if (isCurrent) return undefined;
  return { ...quota, status: { hard: hard ?? {}, used: resourceListOf(used) } };
}

function sameAmounts(a: Amounts, b: Amounts): boolean {
  if (a.size !== b.size) return false;
  for (const [name, amount] of a) {
    const other = b.get(name);
    if (other === undefined || amount.compare(other) !== 0) return false;
  }
  return true;
}
