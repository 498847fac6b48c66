import { goQuote } from '../../apimachinery/field-error.js';
import type { KubeObject } from '../../registry/object.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import { reasonsText, violationsOf } from './evaluate.js';
import { policyName, type Policy } from './policy.js';

/** No more pods than this are looked at when a namespace gets stricter. */
const MAX_PODS = 3000;

/** What is said about pods that are there and wouldn't be let in any more (Go: Admission.EvaluatePodsInNamespace). */
export function namespaceWarnings(pods: readonly (Pod & KubeObject)[], namespace: string, policy: Policy): string[] {
  const checked = prioritized(pods).slice(0, MAX_PODS);
  const found = new Map<string, string[]>();
  for (const { metadata, spec } of checked) {
    const violations = violationsOf({ annotations: metadata.annotations, spec }, policy);
    if (violations.length === 0) continue;
    const text = reasonsText(violations);
    const names = found.get(text);
    if (names === undefined) found.set(text, [metadata.name ?? '']);
    else names.push(metadata.name ?? '');
  }
  const warnings: string[] = [];
  if (checked.length < pods.length) {
    warnings.push(
      `new PodSecurity enforce level only checked against the first ${String(checked.length)} of ${String(pods.length)} existing pods`,
    );
  }
  if (found.size > 0)
    warnings.push(
      `existing pods in namespace ${goQuote(namespace)} violate the new PodSecurity enforce level ${goQuote(policyName(policy))}`,
    );
  return [...warnings, ...Array.from(found, ([text, names]) => `${namesText(names)}: ${text}`).sort()];
}

/** The first by name, and how many others. */
function namesText(names: readonly string[]): string {
  const first = [...names].sort()[0] ?? '';
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${String(others)} other ${others === 1 ? 'pod' : 'pods'})`;
}

/** One pod of each controller before the further ones, which are alike. */
function prioritized(pods: readonly (Pod & KubeObject)[]): (Pod & KubeObject)[] {
  const seen = new Set<string>();
  const first: (Pod & KubeObject)[] = [];
  const further: (Pod & KubeObject)[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)?.uid;
    if (owner !== undefined && seen.has(owner)) further.push(pod);
    else first.push(pod);
    if (owner !== undefined) seen.add(owner);
  }
  return [...first, ...further];
}
