import type { NewCondition } from '../../registry/apiextensions/definition.js';
import { approvalOf, isProtectedGroup } from '../../registry/apiextensions/approval.js';

const CONDITIONS = {
  invalid: ['False', 'InvalidAnnotation'],
  missing: ['False', 'MissingAnnotation'],
  approved: ['True', 'ApprovedAnnotation'],
  bypassed: ['False', 'UnapprovedAnnotation'],
} as const;

/** Whether a definition in a group of the community was approved (Go: apiapproval controller); undefined for other groups. */
export function approvalCondition(group: string, annotations: Readonly<Record<string, string>> | undefined): NewCondition | undefined {
  if (!isProtectedGroup(group)) return undefined;
  const { state, message } = approvalOf(annotations);
  const [status, reason] = CONDITIONS[state];
  return { type: 'KubernetesAPIApprovalPolicyConformant', status, reason, message };
}
