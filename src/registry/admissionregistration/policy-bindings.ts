import { duplicate, forbidden, invalid, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { nameIsDnsSubdomain } from '../../apimachinery/validation/names.js';
import { validateObjectMeta } from '../../apimachinery/validation/object-meta.js';
import type {
  MutatingAdmissionPolicyBinding,
  ParamKind,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
} from '../../schema/generated/admissionregistration-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { addMessages, unsupported } from '../core/pod-spec/checks.js';
import { typed, type Typed } from '../object.js';
import type { RequestContext } from '../request.js';
import { refined, specStatus } from '../spec-status.js';
import type { Finish } from '../strategy.js';
import { staticNameWarnings } from './names.js';
import { paramRefRefusal, type BoundPolicy } from './param-access.js';
import { checkParamRef } from './param-kind.js';
import { checkMatchResources, checkMutableOperations, defaultMatchResources } from './rules.js';

type Binding = Typed<ValidatingAdmissionPolicyBinding> | Typed<MutatingAdmissionPolicyBinding>;
type BindingSpec = Omit<ValidatingAdmissionPolicyBindingSpec, 'validationActions'>;

const METADATA = FieldPath.of('metadata');
const SPEC = FieldPath.of('spec');
const GROUP = 'admissionregistration.k8s.io';
const ACTIONS: ReadonlySet<string> = new Set(['Deny', 'Warn', 'Audit']);

function checkSpec({ policyName = '', paramRef, matchResources }: BindingSpec, errors: FieldError[]): void {
  const path = SPEC.child('policyName');
  if (policyName === '') errors.push(required(path));
  else addMessages(path, policyName, nameIsDnsSubdomain(policyName, false), errors);
  checkParamRef(paramRef, SPEC.child('paramRef'), errors);
  checkMatchResources(matchResources, SPEC.child('matchResources'), errors);
}

function checkActions(actions: readonly string[], path: FieldPath, errors: FieldError[]): void {
  const seen = new Set<string>();
  actions.forEach((action, i) => {
    if (!ACTIONS.has(action)) errors.push(unsupported(path.index(i), action, ACTIONS));
    if (seen.has(action)) errors.push(duplicate(path.index(i), new NamedString(action)));
    seen.add(action);
  });
  if (seen.has('Deny') && seen.has('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(path, actions, why));
  }
  if (actions.length === 0) errors.push(required(path, 'at least one validation action is required'));
}

function bindingErrors(binding: Binding): FieldError[] {
  const errors = validateObjectMeta(binding.metadata, false, nameIsDnsSubdomain, METADATA);
  checkSpec(binding.spec, errors);
  if (binding.kind === 'ValidatingAdmissionPolicyBinding') {
    checkActions(typed<ValidatingAdmissionPolicyBinding>(binding).spec.validationActions ?? [], SPEC.child('validationActions'), errors);
  } else checkMutableOperations(binding.spec.matchResources, SPEC.child('matchResources'), errors);
  return errors;
}

/** Nothing was reserved. */
const NOTHING: Finish = () => undefined;

function policyBindings(policies: 'validatingadmissionpolicies' | 'mutatingadmissionpolicies'): BehaviourFactory {
  const mutating = policies === 'mutatingadmissionpolicies';
  return (environment) => {
    /** Read before validation, which can't wait. */
    const known = new WeakMap<object, BoundPolicy>();
    const readPolicy = async ({ spec }: Binding, binding: object): Promise<Finish> => {
      if (spec.paramRef !== undefined && spec.policyName) {
        const stored = await environment.store({ group: GROUP, resource: policies })?.find('', spec.policyName);
        if (stored !== undefined) known.set(binding, { paramKind: (stored.value.spec as { paramKind?: ParamKind }).paramKind });
      }
      return NOTHING;
    };
    const refusals = (binding: Binding, { user }: RequestContext): FieldError[] => {
      const { paramRef, policyName = '' } = binding.spec;
      if (paramRef === undefined) return [];
      const why = paramRefRefusal({ policyName, paramRef, policy: known.get(binding), mutating }, user, environment);
      return why === undefined ? [] : [forbidden(SPEC.child('paramRef'), why)];
    };
    return {
      strategy: refined<Binding>(specStatus({ generation: true, status: false }).main, {
        allowUnconditionalUpdate: false,
        validatesMetadata: true,
        beginCreate: (binding) => readPolicy(binding, binding),
        beginUpdate: (binding) => readPolicy(binding, binding),
        validate(binding, context) {
          const errors = bindingErrors(binding);
          return errors.length > 0 ? errors : refusals(binding, context);
        },
        // The real server compares pointers, so that an unchanged reference counts as a new one.
        validateUpdate(binding, _old, context) {
          const errors = bindingErrors(binding);
          return errors.length > 0 ? errors : refusals(binding, context);
        },
        warningsOnCreate: staticNameWarnings,
        warningsOnUpdate: staticNameWarnings,
      }),
      defaults(object) {
        defaultMatchResources(typed<ValidatingAdmissionPolicyBinding>(object).spec.matchResources);
      },
    };
  };
}

/** admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding. */
export const validatingPolicyBindings = policyBindings('validatingadmissionpolicies');

/** admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding. */
export const mutatingPolicyBindings = policyBindings('mutatingadmissionpolicies');
