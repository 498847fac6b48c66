import type { Subject } from '../rbac/policy-rule.js';
import { serviceAccount, user } from './cluster-role-bindings.js';
import type { RuleText } from './rule-text.js';

/** Facts of a default Role. */
export interface RoleFacts {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly RuleText[];
}

/** Facts of a default RoleBinding. */
export interface RoleBindingFacts {
  readonly namespace: string;
  readonly name: string;
  /** The Role's name where it isn't the binding's own. */
  readonly role?: string;
  readonly subjects: readonly Subject[];
}

const LEADER_LOCKING: readonly RuleText[] = [
  'create get list update watch | coordination.k8s.io | leases',
  'create get list update watch | coordination.k8s.io | leasecandidates',
];

/** The default Roles of v1.36, in the order of their creation. */
export const ROLES: readonly RoleFacts[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: ['get list watch | core | configmaps | extension-apiserver-authentication'],
  },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', rules: ['get list watch | core | secrets'] },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', rules: ['create get list watch | core | configmaps'] },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: ['delete get list watch | core | secrets', 'create patch update | core events.k8s.io | events'],
  },
  { namespace: 'kube-system', name: 'system::leader-locking-kube-controller-manager', rules: LEADER_LOCKING },
  { namespace: 'kube-system', name: 'system::leader-locking-kube-scheduler', rules: LEADER_LOCKING },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [
      'get list watch | core | configmaps',
      'update | core | configmaps | cluster-info',
      'create patch update | core events.k8s.io | events',
    ],
  },
];

/** The default RoleBindings of v1.36, in the order of their creation. */
export const ROLE_BINDINGS: readonly RoleBindingFacts[] = [
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    subjects: [
      user('system:kube-controller-manager'),
      serviceAccount('kube-controller-manager'),
      serviceAccount('leader-election-controller'),
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    subjects: [user('system:kube-scheduler'), serviceAccount('kube-scheduler')],
  },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', subjects: [serviceAccount('bootstrap-signer')] },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', subjects: [serviceAccount('cloud-provider')] },
  { namespace: 'kube-system', name: 'system:controller:token-cleaner', subjects: [serviceAccount('token-cleaner')] },
  { namespace: 'kube-public', name: 'system:controller:bootstrap-signer', subjects: [serviceAccount('bootstrap-signer')] },
];
