import { goQuote } from '../../apimachinery/field-error.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import type { Attributes } from '../authorization/attributes.js';
import { ALLOWED, NO_OPINION, noOpinion, type Authorizer, type UserRules, type Verdict } from '../authorization/authorizer.js';
import { GROUP_NODES } from '../identities.js';
import { ruleAllows, type PolicyRule } from '../rbac/policy-rule.js';
import type { NodeGraph } from './graph.js';

const USER_PREFIX = 'system:node:';
const LEASE_NAMESPACE = 'kube-node-lease';

/** The node that a user speaks for: a member of system:nodes by the name of system:node:NAME. */
export function nodeOf(user: UserInfo): string | undefined {
  return user.name.startsWith(USER_PREFIX) && user.groups.includes(GROUP_NODES) ? user.name.slice(USER_PREFIX.length) : undefined;
}

/**
 * Lets kubelets have what they need and no more: secrets, config maps and
 * volumes only of pods that run on their node (Go:
 * plugin/pkg/auth/authorizer/node, KEP-4601). Only ever allows.
 */
export class NodeAuthorizer implements Authorizer {
  /** @param rules those of the ClusterRole system:node, for all that the graph doesn't decide */
  constructor(
    private readonly graph: NodeGraph,
    private readonly rules: readonly PolicyRule[],
  ) {}

  authorize(attributes: Attributes): Verdict {
    const node = nodeOf(attributes.user);
    if (node === undefined) return NO_OPINION;
    if (node === '') return noOpinion(`unknown node for user ${goQuote(attributes.user.name)}`);
    if (attributes.isResourceRequest) {
      const decide = DECISIONS.get(`${attributes.group}/${attributes.resource}`);
      if (decide !== undefined) {
        const outcome = decide(node, attributes);
        if (outcome === true) return ALLOWED;
        return outcome === 'connected' ? this.connected(node, attributes) : noOpinion(outcome);
      }
    }
    return this.rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOWED : NO_OPINION;
  }

  rulesFor(user: UserInfo): UserRules {
    if (nodeOf(user) === undefined) return { rules: [], incomplete: false, errors: [] };
    return { rules: [], incomplete: true, errors: ['node authorizer does not support user rule resolution'] };
  }

  private connected(node: string, { resource, namespace, name }: Attributes): Verdict {
    if (name === '') return noOpinion('No Object name found');
    return this.graph.connects(node, resource, namespace, name)
      ? ALLOWED
      : noOpinion(`no relationship found between node '${node}' and this object`);
  }
}

/** true allows; `connected` asks the graph; other texts are the reason for no opinion. */
type Outcome = true | string;

const DECISIONS: ReadonlyMap<string, (node: string, attributes: Attributes) => Outcome> = new Map([
  ['/secrets', (_: string, attributes: Attributes) => readNamespaced(attributes)],
  ['/configmaps', (_: string, attributes: Attributes) => readNamespaced(attributes)],
  [
    '/persistentvolumeclaims',
    (_: string, attributes: Attributes) => (attributes.subresource === 'status' ? updateStatus(attributes) : getOnly(attributes)),
  ],
  ['/persistentvolumes', (_: string, attributes: Attributes) => getOnly(attributes)],
  ['resource.k8s.io/resourceclaims', (_: string, attributes: Attributes) => getOnly(attributes)],
  ['storage.k8s.io/volumeattachments', (_: string, attributes: Attributes) => getOnly(attributes)],
  ['/serviceaccounts', (_: string, attributes: Attributes) => serviceAccount(attributes)],
  ['coordination.k8s.io/leases', lease],
  ['storage.k8s.io/csinodes', csiNode],
  ['resource.k8s.io/resourceslices', resourceSlice],
  ['/nodes', nodeObject],
  ['/pods', pod],
  // Behind the feature gate PodCertificateRequest, which is off by default.
  ['certificates.k8s.io/podcertificaterequests', () => ''],
]);

function readNamespaced({ verb, subresource, namespace }: Attributes): Outcome {
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return 'can only read resources of this type';
  if (subresource !== '') return 'cannot read subresource';
  return namespace === '' ? 'can only read namespaced object of this type' : 'connected';
}

function updateStatus({ verb }: Attributes): Outcome {
  return verb === 'update' || verb === 'patch' ? 'connected' : 'can only get/update/patch this type';
}

function getOnly({ verb, subresource }: Attributes): Outcome {
  if (verb !== 'get') return 'can only get individual resources of this type';
  return subresource === '' ? 'connected' : 'cannot get subresource';
}

function serviceAccount(attributes: Attributes): Outcome {
  const { verb, subresource, name } = attributes;
  if (verb === 'get' && subresource === '') return readNamespaced(attributes);
  if (verb !== 'create' || name === '') return 'can only create tokens for individual service accounts';
  return subresource === 'token' ? 'connected' : 'can only create token subresource of serviceaccount';
}

const OWN_OBJECT_VERBS: ReadonlySet<string> = new Set(['get', 'create', 'update', 'patch', 'delete']);

function lease(node: string, { verb, namespace, name }: Attributes): Outcome {
  if (!OWN_OBJECT_VERBS.has(verb)) return 'can only get, create, update, patch, or delete a node lease';
  if (namespace !== LEASE_NAMESPACE) return `can only access leases in the ${goQuote(LEASE_NAMESPACE)} system namespace`;
  return verb === 'create' || name === node || 'can only access node lease with the same name as the requesting node';
}

function csiNode(node: string, { verb, subresource, name }: Attributes): Outcome {
  if (!OWN_OBJECT_VERBS.has(verb)) return 'can only get, create, update, patch, or delete a CSINode';
  if (subresource !== '') return 'cannot authorize CSINode subresources';
  return verb === 'create' || name === node || 'can only access CSINode with the same name as the requesting node';
}

function resourceSlice(node: string, attributes: Attributes): Outcome {
  const { verb, subresource } = attributes;
  if (subresource !== '') return 'cannot authorize ResourceSlice subresources';
  switch (verb) {
    case 'create':
      return true;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return 'connected';
    case 'list':
    case 'watch':
    case 'deletecollection':
      return (
        selects(attributes, 'spec.nodeName', node) || 'can only list/watch/deletecollection resourceslices with nodeName field selector'
      );
    default:
      return 'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection';
  }
}

function nodeObject(node: string, { verb, subresource, name }: Attributes): Outcome {
  const writes = verb === 'update' || verb === 'patch';
  if (subresource === 'status') return writes || '';
  if (subresource !== '') return '';
  if (writes || verb === 'create') return true;
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return '';
  if (name === node) return true;
  return name === ''
    ? `node '${node}' cannot read all nodes, only its own Node object`
    : `node '${node}' cannot read '${name}', only its own Node object`;
}

function pod(node: string, attributes: Attributes): Outcome {
  const { verb, subresource, name } = attributes;
  if (subresource === 'status') return verb === 'update' || verb === 'patch' || '';
  if (subresource === 'eviction') return verb === 'create' || '';
  if (subresource !== '') return '';
  switch (verb) {
    case 'get':
      return 'connected';
    case 'list':
    case 'watch':
      if (selects(attributes, 'spec.nodeName', node)) return true;
      return name === '' ? 'can only list/watch pods with spec.nodeName field selector' : 'connected';
    case 'create':
    case 'delete':
      return true;
    default:
      return '';
  }
}

function selects({ fieldSelector }: Attributes, field: string, value: string): boolean {
  return fieldSelector?.().some((term) => term.field === field && term.operator === '=' && term.value === value) === true;
}
