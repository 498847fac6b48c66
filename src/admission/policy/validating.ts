import { goJson } from '../../apimachinery/field-error.js';
import { StatusError, type StatusReason } from '../../apimachinery/status.js';
import type { Decision, Note, ValidatingExpressions } from '../../cel/engine.js';
import { loadCel } from '../../cel/loader.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type {
  ValidatingAdmissionPolicyBindingSpec,
  ValidatingAdmissionPolicySpec,
} from '../../schema/generated/admissionregistration-v1.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { conditionsHold, expressionInput } from '../expressions.js';
import { forbid } from '../forbid.js';
import type { ServedVersions } from '../matching/equivalents.js';
import { VersionedObjects } from '../matching/versioned.js';
import { PolicyDispatcher, type Invocation } from './dispatch.js';
import { expressionError, type Enforcement, type PolicyObserver } from './observer.js';
import type { Param } from './params.js';
import { PolicySource, type Binding, type Hook } from './source.js';

type Spec = ValidatingAdmissionPolicySpec;
type BindingSpec = ValidatingAdmissionPolicyBindingSpec;
type Policy = Hook<Spec, BindingSpec>;

/** Why a request is refused. */
interface Denial {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason?: string | undefined;
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413 };
const INVALID = 422;
const FAILURE_KEY = 'validation.policy.admission.k8s.io/validation_failure';
const MAX_NOTE = 10 * 1024;

/** Evaluates ValidatingAdmissionPolicies (KEP-3488; Go: admission/plugin/policy/validating). */
export function validatingPolicies(
  environment: BehaviourEnvironment,
  versions: ServedVersions,
  observer?: PolicyObserver,
): AdmissionPlugin {
  const source = new PolicySource<Spec, BindingSpec>('validatingadmissionpolicies', versions);
  const run = new ValidatingRun(environment, versions, observer);
  return {
    name: 'ValidatingAdmissionPolicy',
    handles: () => true,
    begin: () => source.follow(environment),
    validate(attributes) {
      const candidates = source.candidates(attributes);
      if (candidates.length === 0) return;
      return run.validate(candidates, attributes);
    },
  };
}

class ValidatingRun {
  private readonly dispatcher: PolicyDispatcher;
  private readonly compiled = new WeakMap<Spec, ValidatingExpressions>();

  constructor(
    private readonly environment: BehaviourEnvironment,
    private readonly versions: ServedVersions,
    private readonly observer: PolicyObserver | undefined,
  ) {
    this.dispatcher = new PolicyDispatcher(environment, versions);
  }

  async validate(candidates: readonly Policy[], attributes: Attributes): Promise<void> {
    const objects = new VersionedObjects(this.versions, attributes);
    const denials: Denial[] = [];
    const notes = new Notes();
    for await (const step of this.dispatcher.steps(candidates, attributes)) {
      if (!('fault' in step)) await this.invoke(step, attributes, objects, notes, denials);
      else if (!step.hook.ignoresFailure) denials.push({ policy: step.hook.name, binding: step.binding?.name, message: step.fault });
    }
    notes.publish(attributes);
    const [first] = denials;
    if (first !== undefined) throw refusalOf(first, attributes);
  }

  private async invoke(
    { hook, binding, as, params }: Invocation<Spec, BindingSpec>,
    attributes: Attributes,
    objects: VersionedObjects,
    notes: Notes,
    denials: Denial[],
  ): Promise<void> {
    const namespaceObject = await this.dispatcher.namespaceOf(attributes);
    if (params.length === 0) return;
    let pair;
    try {
      pair = await objects.as(as);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const message = `failed to configure binding: failed to convert object version: ${error.message}`;
      if (!hook.ignoresFailure) denials.push({ policy: hook.name, binding: binding.name, message });
      return;
    }
    const expressions = await this.expressionsOf(hook);
    const input = { ...expressionInput(attributes, as, pair, this.environment.access().authorizer), namespaceObject };
    for (const param of params) {
      const began = this.observer?.seconds() ?? 0;
      const judged = judge(expressions, hook, { ...input, params: paramInput(param) });
      // Expressions are evaluated together; each counts as its share of the time.
      const each = ((this.observer?.seconds() ?? 0) - began) / (judged.decisions.length + judged.notes.length);
      const tell: Tell = (message, enforcement) =>
        this.observer?.validated({ policy: hook.name, binding: binding.name }, expressionError(message), enforcement, each);
      for (const decision of judged.decisions) act(decision, hook, binding, attributes, denials, tell);
      for (const note of judged.notes) {
        if ('value' in note) notes.add(hook.name, note.key, note.value);
        else if (!note.failed || !hook.ignoresFailure) {
          denials.push({ policy: hook.name, binding: binding.name, message: note.error });
          tell(note.error, 'deny');
        }
      }
    }
  }

  private async expressionsOf({ spec }: Policy): Promise<ValidatingExpressions> {
    let made = this.compiled.get(spec);
    if (made === undefined) {
      const { ValidatingExpressions } = await loadCel();
      const { paramKind, variables = [], matchConditions = [], validations = [], auditAnnotations = [] } = spec;
      made = new ValidatingExpressions({ hasParams: paramKind !== undefined, variables, matchConditions, validations, auditAnnotations });
      this.compiled.set(spec, made);
    }
    return made;
  }
}

function paramInput(param: Param | undefined): Param['object'] | null {
  return param?.object ?? null;
}

type Input = Parameters<ValidatingExpressions['judge']>[0];

function judge(
  expressions: ValidatingExpressions,
  { ignoresFailure }: Policy,
  input: Input,
): { readonly decisions: readonly Decision[]; readonly notes: readonly Note[] } {
  const hold = conditionsHold(expressions.outcomes(input), ignoresFailure);
  if (typeof hold === 'string') return { decisions: [{ index: 0, denial: hold, failed: true }], notes: [] };
  return hold ? expressions.judge(input) : { decisions: [], notes: [] };
}

/** Tells metrics of a validation that failed. */
type Tell = (message: string, enforcement: Enforcement) => void;

/** Does what the binding wants done about a request that doesn't pass. */
function act(decision: Decision, hook: Policy, binding: Binding<BindingSpec>, attributes: Attributes, denials: Denial[], tell: Tell): void {
  const { denial: message, reason, index, failed } = decision;
  if (message === undefined) return;
  if (failed === true && hook.ignoresFailure) {
    tell(message, 'allow');
    return;
  }
  const { validationActions = [], policyName } = binding.spec;
  for (const action of validationActions ?? []) {
    tell(message, action === 'Deny' ? 'deny' : action === 'Warn' ? 'warn' : 'audit');
    if (action === 'Deny') denials.push({ policy: hook.name, binding: binding.name, message, reason });
    else if (action === 'Warn')
      attributes.warn(`Validation failed for ValidatingAdmissionPolicy '${hook.name}' with binding '${binding.name}': ${message}`);
    else
      attributes.annotate(
        FAILURE_KEY,
        goJson([{ message, policy: policyName, binding: binding.name, expressionIndex: index, validationActions }]),
      );
  }
}

function refusalOf({ policy, binding, message, reason = 'Invalid' }: Denial, attributes: Attributes): StatusError {
  const by = binding === undefined ? '' : ` with binding '${binding}'`;
  const text = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status } = forbid(attributes, text);
  return new StatusError({
    ...status,
    reason: reason as StatusReason,
    code: CODES[reason] ?? INVALID,
    details: { ...status.details, causes: [{ message: text }] },
  });
}

/** Audit annotations of policies. Parameters may lead to several values under one key. */
class Notes {
  private readonly values = new Map<string, Set<string>>();

  add(policy: string, key: string, value: string): void {
    const name = `${policy}/${key}`;
    const short = Buffer.byteLength(value) > MAX_NOTE ? Buffer.from(value).subarray(0, MAX_NOTE).toString() : value;
    const known = this.values.get(name);
    if (known === undefined) this.values.set(name, new Set([short]));
    else known.add(short);
  }

  publish(attributes: Attributes): void {
    for (const [name, values] of this.values) attributes.annotate(name, [...values].join(', '));
  }
}
