import type { SuccessPolicy } from '../../../schema/generated/batch-v1.js';
import { Intervals } from './intervals.js';

/** Which rule is met, as the condition says it; undefined if none is (Go: matchSuccessPolicy). */
export function matchSuccessPolicy(policy: SuccessPolicy | undefined, completions: number, succeeded: Intervals): string | undefined {
  if (succeeded.total === 0) return undefined;
  const index = (policy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.total >= succeededCount;
    const required = Intervals.parse(succeededIndexes, completions);
    if (required.total === 0) return false;
    const common = required.countCommon(succeeded);
    return common === required.total || (succeededCount !== undefined && common >= succeededCount);
  });
  return index === -1 ? undefined : `Matched rules at index ${String(index)}`;
}
