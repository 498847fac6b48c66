import type { FieldPath } from '../../apimachinery/field-path.js';
import { isValidLabelValue } from '../../apimachinery/validation/labels.js';
import type { NodeSelectorTerm } from '../../schema/generated/core-v1.js';
import type { LabelSelector } from '../../schema/generated/meta-v1.js';

const DEPRECATED: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', 'deprecated since v1.14; use "kubernetes.io/arch" instead'],
  ['beta.kubernetes.io/os', 'deprecated since v1.14; use "kubernetes.io/os" instead'],
  ['failure-domain.beta.kubernetes.io/region', 'deprecated since v1.17; use "topology.kubernetes.io/region" instead'],
  ['failure-domain.beta.kubernetes.io/zone', 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead'],
  ['beta.kubernetes.io/instance-type', 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead'],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  ['scheduler.alpha.kubernetes.io/preferAvoidPods', 'deprecated since v1.22; use Taints and Tolerations instead'],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** Why a label of nodes should no longer be used (Go: pkg/api/node.GetNodeLabelDeprecatedMessage). */
export function deprecatedNodeLabel(key: string): string | undefined {
  return DEPRECATED.get(key);
}

/** Warnings about a term of a node selector; values only where validation lets bad ones pass. */
export function nodeSelectorTermWarnings(term: NodeSelectorTerm, checkValues: boolean, path: FieldPath): string[] {
  const warnings: string[] = [];
  term.matchExpressions?.forEach(({ key = '', values = [] }, i) => {
    const at = path.child('matchExpressions').index(i);
    const deprecated = deprecatedNodeLabel(key);
    if (deprecated !== undefined) warnings.push(`${at.child('key').toString()}: ${key} is ${deprecated}`);
    if (!checkValues) return;
    values.forEach((value, j) => {
      for (const message of isValidLabelValue(value))
        warnings.push(`${at.child('values').index(j).toString()}: ${value} is invalid, ${message}`);
    });
  });
  return warnings;
}

/** Warnings about a selector of nodes by labels, as CSIStorageCapacity has (Go: GetWarningsForNodeSelector). */
export function nodeLabelSelectorWarnings(selector: LabelSelector | undefined, path: FieldPath): string[] {
  const warnings = nodeSelectorTermWarnings({ matchExpressions: selector?.matchExpressions }, false, path);
  for (const key of Object.keys(selector?.matchLabels ?? {})) {
    const deprecated = deprecatedNodeLabel(key);
    if (deprecated !== undefined) warnings.push(`${path.child('matchLabels').child(key).toString()}: ${deprecated}`);
  }
  return warnings;
}
