import { invalid, notSupported, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { validateServiceAccountName } from '../../apimachinery/validation/names.js';
import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from '../../schema/generated/rbac-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { addMessages } from '../core/pod-spec/checks.js';
import { goValue, type GoShape } from '../go-value.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined } from '../spec-status.js';
import { noEscalationByBinding } from './escalation.js';
import { rbacName } from './names.js';

const GROUP = 'rbac.authorization.k8s.io';
const ROLE_REF = FieldPath.of('roleRef');
const SUBJECTS = FieldPath.of('subjects');
const ROLE_REF_SHAPE: GoShape = { APIGroup: ['apiGroup', ''], Kind: ['kind', ''], Name: ['name', ''] };
const SUBJECT_KINDS: readonly string[] = ['ServiceAccount', 'User', 'Group'];

type Binding = Typed<RoleBinding> | Typed<ClusterRoleBinding>;

function bindingErrors({ metadata, roleRef, subjects = [] }: Binding, namespaced: boolean): FieldError[] {
  const errors = metadataErrors(metadata, namespaced, rbacName);
  checkRoleRef(roleRef, namespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'], errors);
  subjects.forEach((subject, i) => {
    checkSubject(subject, namespaced, SUBJECTS.index(i), errors);
  });
  return errors;
}

function checkRoleRef({ apiGroup = '', kind = '', name = '' }: RoleRef, kinds: readonly string[], errors: FieldError[]): void {
  if (apiGroup !== GROUP) errors.push(notSupported(ROLE_REF.child('apiGroup'), apiGroup, [GROUP]));
  if (!kinds.includes(kind)) errors.push(notSupported(ROLE_REF.child('kind'), kind, kinds));
  if (name === '') errors.push(required(ROLE_REF.child('name')));
  else addMessages(ROLE_REF.child('name'), name, rbacName(name), errors);
}

function checkSubject(
  { kind = '', apiGroup = '', name = '', namespace = '' }: Subject,
  namespaced: boolean,
  path: FieldPath,
  errors: FieldError[],
): void {
  if (name === '') errors.push(required(path.child('name')));
  if (kind === 'ServiceAccount') {
    if (name !== '') addMessages(path.child('name'), name, validateServiceAccountName(name, false), errors);
    if (apiGroup !== '') errors.push(notSupported(path.child('apiGroup'), apiGroup, ['']));
    if (!namespaced && namespace === '') errors.push(required(path.child('namespace')));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== GROUP) errors.push(notSupported(path.child('apiGroup'), apiGroup, [GROUP]));
  } else errors.push(notSupported(path.child('kind'), kind, SUBJECT_KINDS));
}

function changeErrors(binding: Binding, old: Binding): FieldError[] {
  const errors = [...metadataUpdateErrors(binding.metadata, old.metadata)];
  const roleRef = goValue(binding.roleRef, ROLE_REF_SHAPE);
  if (!semanticEqual(roleRef, goValue(old.roleRef, ROLE_REF_SHAPE))) errors.push(invalid(ROLE_REF, roleRef, 'cannot change roleRef'));
  return errors;
}

function defaultBinding(object: KubeObject): void {
  const { roleRef, subjects = [] } = typed<RoleBinding>(object);
  roleRef.apiGroup ||= GROUP;
  for (const subject of subjects) if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP;
}

function bindings(resource: 'rolebindings' | 'clusterrolebindings'): BehaviourFactory {
  const namespaced = resource === 'rolebindings';
  return (environment) => ({
    strategy: refined<Binding>(noEscalationByBinding(resource, environment), {
      allowCreateOnUpdate: true,
      validateName: rbacName,
      validatesMetadata: true,
      validate: (binding) => bindingErrors(binding, namespaced),
      validateUpdate: (binding, old) => [...bindingErrors(binding, namespaced), ...changeErrors(binding, old)],
    }),
    defaults: defaultBinding,
  });
}

/** rbac.authorization.k8s.io/v1 RoleBinding. */
export const roleBindings = bindings('rolebindings');

/** rbac.authorization.k8s.io/v1 ClusterRoleBinding. */
export const clusterRoleBindings = bindings('clusterrolebindings');
