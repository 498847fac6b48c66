import { goQuote } from '../../apimachinery/field-error.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { typed } from '../../registry/object.js';
import type { Node } from '../../schema/generated/core-v1.js';
import type { Attributes } from '../admission.js';
import { forbid } from '../forbid.js';

type Labels = Readonly<Record<string, string>>;

/** A node registers and reports itself, but may not steer work towards itself by taints and labels. */
export function checkNode(name: string, attributes: Attributes): void {
  const who = `node ${goQuote(name)}`;
  const { operation, object, oldObject } = attributes;
  if (nameOf(attributes) !== name) throw forbid(attributes, `${who} is not allowed to modify node ${goQuote(nameOf(attributes))}`);
  if (object === undefined || operation === 'DELETE') return;
  const node = typed<Node>(object);
  const old = operation === 'UPDATE' && oldObject !== undefined ? typed<Node>(oldObject) : undefined;
  const source = node.spec.configSource;
  if (old === undefined) {
    if (source !== undefined) throw forbid(attributes, `${who} is not allowed to create pods with a non-nil configSource`);
    const labels = forbiddenLabels(node.metadata.labels ?? {}, {});
    if (labels.length > 0) throw forbid(attributes, `${who} is not allowed to set the following labels: ${labels.join(', ')}`);
    return;
  }
  if (source !== undefined && !semanticEqual(source, old.spec.configSource)) {
    throw forbid(attributes, `${who} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!semanticEqual(node.spec.taints, old.spec.taints)) throw forbid(attributes, `${who} is not allowed to modify taints`);
  if (!semanticEqual(node.metadata.ownerReferences, old.metadata.ownerReferences))
    throw forbid(attributes, `${who} is not allowed to modify ownerReferences`);
  const labels = forbiddenLabels(node.metadata.labels ?? {}, old.metadata.labels ?? {});
  if (labels.length > 0) throw forbid(attributes, `is not allowed to modify labels: ${labels.join(', ')}`);
}

function nameOf({ name, object }: Attributes): string {
  return name !== '' ? name : (object?.metadata.name ?? '');
}

const RESTRICTED = 'node-restriction.kubernetes.io';
const KUBELET_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
const KUBERNETES_DOMAINS = ['kubernetes.io', 'k8s.io'];

/** Labels changed that a node may not change, in order. */
function forbiddenLabels(labels: Labels, old: Labels): string[] {
  const changed = new Set([...Object.keys(labels), ...Object.keys(old)].filter((key) => labels[key] !== old[key]));
  return [...changed].filter(isForbidden).sort();
}

function isForbidden(key: string): boolean {
  const slash = key.indexOf('/');
  const domain = slash === -1 ? '' : key.slice(0, slash);
  if (isWithin(domain, RESTRICTED)) return true;
  if (!KUBERNETES_DOMAINS.some((parent) => isWithin(domain, parent))) return false;
  return !KUBELET_LABELS.has(key) && !KUBELET_DOMAINS.some((parent) => isWithin(domain, parent));
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
