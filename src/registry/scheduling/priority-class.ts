import { forbidden, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { forbiddenError } from '../../apimachinery/status.js';
import { validateImmutableField } from '../../apimachinery/validation/object-meta.js';
import type { PriorityClass } from '../../schema/generated/scheduling-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { kubeFinalizerErrors } from '../core/finalizers.js';
import { unsupported } from '../core/pod-spec/checks.js';
import { typed, type Typed } from '../object.js';
import { refined } from '../spec-status.js';

const NAME = FieldPath.of('metadata', 'name');
const VALUE = FieldPath.of('value');
const POLICY = FieldPath.of('preemptionPolicy');
const POLICIES: readonly string[] = ['PreemptLowerPriority', 'Never'];
const HIGHEST_OF_USERS = 1_000_000_000;

/** The classes that the server itself makes, by name. */
const SYSTEM_CLASSES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2_000_001_000],
  ['system-cluster-critical', 2_000_000_000],
]);

/** Why a class with a reserved name isn't one of the system's (Go: IsKnownSystemPriorityClass). */
function unlikeSystemClass(name: string, value: number, globalDefault: boolean): string | undefined {
  const wanted = SYSTEM_CLASSES.get(name);
  if (wanted === undefined) return `${name} is not a known system priority class`;
  if (value !== wanted) return `value of ${name} PriorityClass must be ${String(wanted)}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function classErrors({ metadata: { name = '' }, value = 0, globalDefault = false, preemptionPolicy }: Typed<PriorityClass>): FieldError[] {
  const errors: FieldError[] = [];
  if (name.startsWith('system-')) {
    const why = unlikeSystemClass(name, value, globalDefault);
    if (why !== undefined)
      errors.push(forbidden(NAME, `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`));
  } else if (value > HIGHEST_OF_USERS) {
    errors.push(forbidden(VALUE, `maximum allowed value of a user defined priority is ${String(HIGHEST_OF_USERS)}`));
  }
  if (preemptionPolicy === '') errors.push(required(POLICY));
  else if (preemptionPolicy !== undefined && !POLICIES.includes(preemptionPolicy))
    errors.push(unsupported(POLICY, preemptionPolicy, POLICIES));
  return errors;
}

function changeErrors(object: Typed<PriorityClass>, old: Typed<PriorityClass>): FieldError[] {
  const policyOf = ({ preemptionPolicy }: Typed<PriorityClass>): NamedString | null =>
    preemptionPolicy === undefined ? null : new NamedString(preemptionPolicy);
  const errors = (object.value ?? 0) === (old.value ?? 0) ? [] : [forbidden(VALUE, 'may not be changed in an update.')];
  return [...errors, ...validateImmutableField(policyOf(object), policyOf(old), POLICY)];
}

/** scheduling.k8s.io/v1 PriorityClass. */
export const priorityClasses: BehaviourFactory = () => ({
  strategy: refined<Typed<PriorityClass>>(
    {},
    {
      prepareForCreate({ metadata }) {
        metadata.generation = 1;
      },
      validate: (object) => [...kubeFinalizerErrors(object.metadata), ...classErrors(object)],
      validateUpdate: (object, old) => [...kubeFinalizerErrors(object.metadata), ...changeErrors(object, old)],
      delete(store, name) {
        if (!SYSTEM_CLASSES.has(name)) return Promise.resolve(undefined);
        throw forbiddenError(store.resource, name, 'this is a system priority class and cannot be deleted');
      },
    },
  ),
  defaults(object) {
    typed<PriorityClass>(object).preemptionPolicy ??= 'PreemptLowerPriority';
  },
});
