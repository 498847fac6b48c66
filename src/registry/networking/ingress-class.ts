import { forbidden, required, tooLong, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { longerThan } from '../../apimachinery/validation/messages.js';
import { nameIsDnsSubdomain, validateNamespaceName } from '../../apimachinery/validation/names.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import { isDomainPrefixedPath } from '../../apimachinery/validation/paths.js';
import type { IngressClass, IngressClassParametersReference, IngressClassSpec } from '../../schema/generated/networking-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { metadataErrors } from '../core/metadata.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { checkReference } from './reference.js';

const SPEC = FieldPath.of('spec');
const CONTROLLER_MAX_LENGTH = 250;
const SCOPES: ReadonlySet<string> = new Set(['Cluster', 'Namespace']);

function specErrors({ controller = '', parameters }: IngressClassSpec): FieldError[] {
  const errors: FieldError[] = [];
  const path = SPEC.child('controller');
  if (longerThan(controller, CONTROLLER_MAX_LENGTH)) errors.push(tooLong(path, CONTROLLER_MAX_LENGTH));
  errors.push(...isDomainPrefixedPath(path, controller));
  if (parameters !== undefined) checkParameters(parameters, SPEC.child('parameters'), errors);
  return errors;
}

function checkParameters(parameters: IngressClassParametersReference, path: FieldPath, errors: FieldError[]): void {
  checkReference(parameters, path, errors);
  const { scope, namespace } = parameters;
  if (scope === undefined || scope === null) errors.push(required(path.child('scope')));
  else if (!SCOPES.has(scope)) errors.push(unsupported(path.child('scope'), scope, SCOPES));
  else if (scope === 'Namespace') {
    if (namespace === undefined) errors.push(required(path.child('namespace'), "`parameters.scope` is set to 'Namespace'"));
    else addMessages(path.child('namespace'), namespace, validateNamespaceName(namespace, false), errors);
  } else if (namespace !== undefined) errors.push(forbidden(path.child('namespace'), "`parameters.scope` is set to 'Cluster'"));
}

/** networking.k8s.io/v1 IngressClass. */
export const ingressClasses: BehaviourFactory = () => ({
  strategy: refined<Typed<IngressClass>>(specStatus({ generation: true, status: false }).main, {
    validate: ({ metadata, spec }) => [...kubeFinalizerErrors(metadata), ...specErrors(spec)],
    validateUpdate: ({ metadata, spec }, old) => [
      ...kubeFinalizerErrors(metadata),
      ...validateImmutableField(spec.controller ?? '', old.spec.controller ?? '', SPEC.child('controller')),
      ...metadataErrors(metadata, false, nameIsDnsSubdomain),
      ...specErrors(spec),
    ],
  }),
  defaults(object) {
    const { parameters } = typed<IngressClass>(object).spec;
    if (parameters !== undefined) parameters.scope ??= 'Cluster';
  },
});
