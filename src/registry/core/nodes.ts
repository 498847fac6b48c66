import { FieldPath } from '../../apimachinery/field-path.js';
import { warningsForCidr } from '../../apimachinery/validation/ip.js';
import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { NodeSpec, NodeStatus } from '../../schema/generated/core-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { fieldAt } from '../matcher.js';
import { keepField } from '../spec-status.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { validateNode, validateNodeUpdate, type Node } from './node/validation.js';
import { roundResources } from './pod-spec/resource-rounding.js';

const POD_CIDRS = FieldPath.of('spec', 'podCIDRs');

/** The one and the many say the same; the one counts where they don't (Go: the conversion of NodeSpec). */
function linkPodCidrs(spec: NodeSpec): void {
  const { podCIDR, podCIDRs } = spec;
  if (podCIDR && podCIDRs?.[0] !== podCIDR) spec.podCIDRs = [podCIDR];
  const [first] = spec.podCIDRs ?? [];
  if (first) spec.podCIDR = first;
}

/** A node that doesn't say what can be used of it offers all. */
function defaultStatus(status: NodeStatus): void {
  if (status.allocatable === undefined && status.capacity !== undefined) status.allocatable = { ...status.capacity };
  roundResources(status.capacity);
  roundResources(status.allocatable);
}

function warnings({ spec }: Node): string[] {
  return [
    ...(spec.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(spec.podCIDRs ?? []).flatMap((cidr, i) => warningsForCidr(POD_CIDRS.index(i), cidr)),
  ];
}

/** Where kubelets once got their configuration from; the feature is gone. */
function dropConfig({ spec, status }: Node): void {
  delete spec.configSource;
  delete status.config;
}

const shared: Strategy<Node> = { validateName: nameIsPathSegment, validatesMetadata: true };

const main: Strategy<Node> = {
  ...shared,
  prepareForCreate(node) {
    // A new node may come with its status, unlike other objects.
    dropConfig(node);
  },
  prepareForUpdate(node, old) {
    keepField(node, old, 'status');
    dropConfig(node);
  },
  validate: validateNode,
  validateUpdate: (node, old) => [...validateNode(node), ...validateNodeUpdate(node, old)],
  warningsOnCreate: warnings,
  warningsOnUpdate: warnings,
  resetFields: [['status']],
};

const status: Strategy<Node> = {
  ...shared,
  prepareForUpdate(node, old) {
    keepField(node, old, 'spec');
    dropConfig(node);
  },
  validateUpdate: validateNodeUpdate,
  resetFields: [['spec']],
};

/** Nodes: where pods run. */
export const nodes: BehaviourFactory = () => ({
  strategy: strategyFor(main),
  status: strategyFor(status),
  defaults(object) {
    const node = object as Node;
    linkPodCidrs(node.spec);
    defaultStatus(node.status);
  },
  namespaceFieldLabel: false,
  fieldLabels: { 'spec.unschedulable': fieldAt('spec.unschedulable', 'false') },
});
