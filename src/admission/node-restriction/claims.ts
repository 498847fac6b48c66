import { goQuote } from '../../apimachinery/field-error.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { unifiedDiff } from '../../apimachinery/unified-diff.js';
import type { KubeObject } from '../../registry/object.js';
import type { Attributes } from '../admission.js';
import { forbid } from '../forbid.js';

/** What a node may report of a claim: its size, and how its resize goes. */
const REPORTED = ['capacity', 'conditions', 'allocatedResourceStatuses', 'allocatedResources'] as const;

/** Nodes touch nothing of a claim but some of its status. */
export function checkClaimStatus(node: string, attributes: Attributes): void {
  const { subresource, operation, object, oldObject } = attributes;
  if (subresource !== 'status') throw forbid(attributes, 'may only update PVC status');
  if (operation !== 'UPDATE' || object === undefined || oldObject === undefined)
    throw forbid(attributes, `unexpected operation ${goQuote(operation)}`);
  const fixed = fixedPart(object);
  const old = fixedPart(oldObject);
  if (semanticEqual(fixed, old)) return;
  throw forbid(
    attributes,
    `node ${goQuote(node)} is not allowed to update fields other than status.quantity and status.conditions: ${unifiedDiff(old, fixed)}`,
  );
}

function fixedPart({ metadata, status, ...rest }: KubeObject): object {
  const { resourceVersion, managedFields, ...kept } = metadata;
  void resourceVersion;
  void managedFields;
  const fixed = { ...(status as Record<string, unknown> | undefined) };
  for (const field of REPORTED) delete fixed[field];
  return { ...rest, metadata: kept, status: fixed };
}
