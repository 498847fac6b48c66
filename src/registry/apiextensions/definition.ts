import { reachesRules } from '../../schema/custom/structural.js';
import type {
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionStatus,
} from '../../schema/generated/apiextensions-v1.js';
import type { KubeObject } from '../object.js';

/** A CustomResourceDefinition as it is stored. */
export interface CustomResourceDefinition extends KubeObject {
  spec: CustomResourceDefinitionSpec;
  status: CustomResourceDefinitionStatus;
}

export type { CustomResourceDefinitionVersion as DefinitionVersion } from '../../schema/generated/apiextensions-v1.js';

/** Removed by the server when all instances are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

export const DEFINITIONS = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' } as const;

export type ConditionType =
  'NamesAccepted' | 'Established' | 'Terminating' | 'NonStructuralSchema' | 'KubernetesAPIApprovalPolicyConformant';

export type Condition = CustomResourceDefinitionCondition;

export interface NewCondition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

export function findCondition(definition: CustomResourceDefinition, type: ConditionType): Condition | undefined {
  return definition.status.conditions?.find((condition) => condition.type === type);
}

export function isConditionTrue(definition: CustomResourceDefinition, type: ConditionType): boolean {
  return findCondition(definition, type)?.status === 'True';
}

/** The conditions with one of them replaced, or added at the end (Go: SetCRDCondition). `now` is RFC 3339. */
export function withCondition(conditions: readonly Condition[] | null | undefined, added: NewCondition, now: string): Condition[] {
  const list = [...(conditions ?? [])];
  const at = list.findIndex((condition) => condition.type === added.type);
  const old = list[at];
  const { type, status, reason, message } = added;
  if (old === undefined) {
    list.push({ type, status, lastTransitionTime: now, reason, message });
    return list;
  }
  const lastTransitionTime = old.status !== status || !old.lastTransitionTime ? now : old.lastTransitionTime;
  list[at] = { ...old, status, lastTransitionTime, reason, message };
  return list;
}

/** The version that instances are stored in. */
export function storageVersionOf(definition: CustomResourceDefinition): string {
  return definition.spec.versions?.find((version) => version.storage)?.name ?? '';
}

/** Whether any version's schema has x-kubernetes-validations. */
export function hasRules({ versions }: CustomResourceDefinition['spec']): boolean {
  return versions?.some(({ schema }) => schema?.openAPIV3Schema !== undefined && reachesRules(schema.openAPIV3Schema)) === true;
}
