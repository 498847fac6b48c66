import type { Pod } from '../../../component-helpers/pods.js';
import type { PodFailurePolicy, PodFailurePolicyRule } from '../../../schema/generated/batch-v1.js';
import type { ContainerStatus } from '../../../schema/generated/core-v1.js';

/** What a policy makes of a failed pod. */
export interface PodFailure {
  /** Why the whole job fails, if it does. */
  readonly failJob: string | undefined;
  /** Whether the failure counts. */
  readonly isCounted: boolean;
  /** Whether no further try of the pod's index is made. */
  readonly failsIndex: boolean;
}

const COUNTED: PodFailure = { failJob: undefined, isCounted: true, failsIndex: false };

/** The first rule that matches decides; without one the failure counts (Go: matchPodFailurePolicy). */
export function matchPodFailurePolicy(policy: PodFailurePolicy | undefined, pod: Pod): PodFailure {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const what = matchRule(rule, pod);
    if (what === undefined) continue;
    const failJob = `${what} matching ${rule.action ?? ''} rule at index ${String(index)}`;
    if (rule.action === 'Ignore') return { ...COUNTED, isCounted: false };
    if (rule.action === 'FailIndex') return { ...COUNTED, failsIndex: true };
    if (rule.action === 'Count') return COUNTED;
    if (rule.action === 'FailJob') return { ...COUNTED, failJob };
  }
  return COUNTED;
}

/** What of the pod matches, in words; undefined if nothing does. */
function matchRule({ onExitCodes, onPodConditions }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const matches = (container: ContainerStatus): boolean => {
      const exitCode = container.state.terminated?.exitCode ?? 0;
      if (exitCode === 0 || (containerName !== undefined && containerName !== container.name)) return false;
      return (values ?? []).includes(exitCode) === (operator === 'In');
    };
    const found = (status.containerStatuses ?? []).find(matches) ?? (status.initContainerStatuses ?? []).find(matches);
    if (found === undefined) return undefined;
    return `Container ${found.name ?? ''} for pod ${name} failed with exit code ${String(found.state.terminated?.exitCode ?? 0)}`;
  }
  const condition = (status.conditions ?? []).find((candidate) =>
    (onPodConditions ?? []).some((pattern) => pattern.type === candidate.type && pattern.status === candidate.status),
  );
  return condition === undefined ? undefined : `Pod ${name} has condition ${condition.type ?? ''}`;
}
