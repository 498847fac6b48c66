import { StatusError, serviceUnavailable, internalError } from '../../apimachinery/status.js';
import { apiVersionOf } from '../../apimachinery/group-version.js';
import type { MutatingExpressions, Patch } from '../../cel/engine.js';
import { loadCel } from '../../cel/loader.js';
import { applyConfiguration, ApplyConfigurationError } from '../../patch/apply/apply-configuration.js';
import { applyJsonPatch } from '../../patch/json-patch.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { Expected } from '../../registry/handlers/decode-body.js';
import type { KubeObject } from '../../registry/object.js';
import { DecodingError } from '../../schema/decoding-error.js';
import type { MutatingAdmissionPolicyBindingSpec, MutatingAdmissionPolicySpec } from '../../schema/generated/admissionregistration-v1.js';
import { plainValue } from '../../schema/json-literal.js';
import type { JsonObject } from '../../schema/type.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { conditionsHold, expressionInput } from '../expressions.js';
import { forbid } from '../forbid.js';
import type { ServedVersions } from '../matching/equivalents.js';
import { decodeChanged, expectedAt } from '../matching/expected.js';
import { shownTo, VersionedObjects } from '../matching/versioned.js';
import { on } from '../objects.js';
import { Rounds } from '../rounds.js';
import { PolicyDispatcher, type Invocation } from './dispatch.js';
import { expressionError, type ExpressionError, type PolicyObserver } from './observer.js';
import type { Param } from './params.js';
import { PolicySource, type Hook } from './source.js';

type Spec = MutatingAdmissionPolicySpec;
type BindingSpec = MutatingAdmissionPolicyBindingSpec;
type Policy = Hook<Spec, BindingSpec>;

const NAME = 'MutatingAdmissionPolicy';

/** Why a request is refused. */
interface Denial {
  readonly policy: string;
  readonly binding: string | undefined;
  readonly message: string;
  readonly isInvalid: boolean;
}

/** A patch that can't be applied; the message is the real server's. */
class PatchFault extends Error {}

/** Lets MutatingAdmissionPolicies change objects (KEP-3962; Go: admission/plugin/policy/mutating). */
export function mutatingPolicies(environment: BehaviourEnvironment, versions: ServedVersions, observer?: PolicyObserver): AdmissionPlugin {
  const source = new PolicySource<Spec, BindingSpec>('mutatingadmissionpolicies', versions);
  const run = new MutatingRun(environment, versions, observer);
  return {
    name: NAME,
    handles: on('CREATE', 'UPDATE', 'CONNECT'),
    begin: () => source.follow(environment),
    admit(attributes) {
      const candidates = source.candidates(attributes);
      if (candidates.length === 0) return;
      return run.admit(candidates, attributes);
    },
  };
}

class MutatingRun {
  private readonly dispatcher: PolicyDispatcher;
  private readonly compiled = new WeakMap<Spec, MutatingExpressions>();

  constructor(
    private readonly environment: BehaviourEnvironment,
    private readonly versions: ServedVersions,
    private readonly observer: PolicyObserver | undefined,
  ) {
    this.dispatcher = new PolicyDispatcher(environment, versions);
  }

  async admit(candidates: readonly Policy[], attributes: Attributes): Promise<void> {
    const denials: Denial[] = [];
    const invocations: Invocation<Spec, BindingSpec>[] = [];
    // What applies is found out before anything changes.
    for await (const step of this.dispatcher.steps(candidates, attributes)) {
      if (!('fault' in step)) invocations.push(step);
      else if (!step.hook.ignoresFailure)
        denials.push({ policy: step.hook.name, binding: step.binding?.name, message: step.fault, isInvalid: false });
    }
    if (invocations.some(({ params }) => params.length > 0)) await this.mutate(invocations, attributes, denials);
    if (denials.length > 0) throw refusalOf(denials, attributes);
  }

  private async mutate(invocations: readonly Invocation<Spec, BindingSpec>[], attributes: Attributes, denials: Denial[]): Promise<void> {
    const rounds = Rounds.begin(NAME, attributes);
    const objects = new VersionedObjects(this.versions, attributes);
    const namespaceObject = await this.dispatcher.namespaceOf(attributes);
    for (const invocation of invocations) {
      for (const param of invocation.params) {
        const mutation = new Application(invocation, param, attributes, objects, this.versions, this.environment, this.observer);
        await mutation.run(await this.expressionsOf(invocation.hook), namespaceObject, rounds, denials);
      }
    }
    rounds.end(attributes);
  }

  private async expressionsOf({ spec }: Policy): Promise<MutatingExpressions> {
    let made = this.compiled.get(spec);
    if (made === undefined) {
      const { MutatingExpressions } = await loadCel();
      const { paramKind, variables = [], matchConditions = [], mutations = [] } = spec;
      made = new MutatingExpressions({
        hasParams: paramKind !== undefined,
        variables: variables ?? [],
        matchConditions: matchConditions ?? [],
        mutations: mutations ?? [],
      });
      this.compiled.set(spec, made);
    }
    return made;
  }
}

/** One bound policy, applied to one request with one parameter. */
class Application {
  constructor(
    private readonly invocation: Invocation<Spec, BindingSpec>,
    private readonly param: Param | undefined,
    private readonly attributes: Attributes,
    private readonly objects: VersionedObjects,
    private readonly versions: ServedVersions,
    private readonly environment: Pick<BehaviourEnvironment, 'access'>,
    private readonly observer: PolicyObserver | undefined,
  ) {}

  async run(expressions: MutatingExpressions, namespaceObject: JsonObject | null, rounds: Rounds, denials: Denial[]): Promise<void> {
    const { hook } = this.invocation;
    const hold = conditionsHold(expressions.outcomes(await this.input(null)), hook.ignoresFailure);
    if (typeof hold === 'string') this.deny(hold, denials);
    if (hold !== true || rounds.skips(this.key)) return;
    let changed = false;
    for (let i = 0; i < expressions.count; i++) {
      const { object } = await this.objects.as(this.invocation.as);
      if (object === undefined) continue;
      const began = this.observer?.seconds() ?? 0;
      try {
        changed = (await this.mutate(object, () => this.patch(expressions, i, namespaceObject))) || changed;
        this.tell('no_error', began);
      } catch (error) {
        this.tell(expressionError(error instanceof Error ? error.message : ''), began);
        this.deny(await faultText(error), denials);
      }
    }
    if (changed) rounds.changed();
    if (hook.spec.reinvocationPolicy === 'IfNeeded') rounds.watches(this.key);
  }

  private tell(error: ExpressionError, began: number): void {
    const { hook, binding } = this.invocation;
    this.observer?.mutated({ policy: hook.name, binding: binding.name }, error, this.observer.seconds() - began);
  }

  /** Tells this application from all others of a request. */
  private get key(): string {
    const { hook, binding } = this.invocation;
    return [hook.name, binding.name, this.param?.namespace ?? '', this.param?.name ?? ''].join('/');
  }

  private async input(namespaceObject: JsonObject | null): Promise<Parameters<MutatingExpressions['patch']>[1]> {
    const { as } = this.invocation;
    const input = expressionInput(this.attributes, as, await this.objects.as(as), this.environment.access().authorizer);
    return { ...input, namespaceObject, params: this.param?.object ?? null };
  }

  private async patch(expressions: MutatingExpressions, index: number, namespaceObject: JsonObject | null): Promise<Patch> {
    return expressions.patch(index, await this.input(namespaceObject));
  }

  private async mutate(object: KubeObject, patch: () => Promise<Patch>): Promise<boolean> {
    const { as } = this.invocation;
    const expected = expectedAt(this.versions, as, this.attributes);
    if (expected === undefined) {
      const kind = `${apiVersionOf(as.kind)}, Kind=${as.kind.kind}`;
      throw serviceUnavailable(
        `Resource kind ${kind} not found. There can be a delay between when CustomResourceDefinitions are created and when they are available.`,
      );
    }
    const patched = patchedObject(expected, shownTo(object) ?? {}, await patch());
    return patched !== undefined && (await this.objects.replace(as, patched));
  }

  private deny(message: string, denials: Denial[]): void {
    const { hook, binding } = this.invocation;
    if (!hook.ignoresFailure) denials.push({ policy: hook.name, binding: binding.name, message, isInvalid: true });
  }
}

/** The object with the patch; undefined if a test in it says that it isn't meant. Throws PatchFault, DecodingError or StatusError. */
function patchedObject(expected: Expected, shown: JsonObject, patch: Patch): KubeObject | undefined {
  // Through JSON: absent members are absent there.
  const object = JSON.parse(JSON.stringify(shown)) as JsonObject;
  if ('configuration' in patch) {
    const { kind, apiVersion } = object;
    return decodeChanged(expected, configured(expected, object, { ...patch.configuration, apiVersion, kind } as JsonObject), false);
  }
  let result;
  try {
    result = plainValue(applyJsonPatch(object, patch.operations));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const why = typeof error.cause === 'string' ? error.cause : error.message;
    if (TEST_FAILED.test(why)) return undefined;
    throw new PatchFault(`JSON Patch: ${why}`);
  }
  try {
    return decodeChanged(expected, result, !expected.custom);
  } catch (error) {
    if (error instanceof DecodingError) throw internalError(error.message);
    throw error;
  }
}

const TEST_FAILED = /^testing value .* failed: test failed$/s;

function configured(expected: Expected, object: JsonObject, configuration: JsonObject): JsonObject {
  try {
    return applyConfiguration(expected.type, object, configuration);
  } catch (error) {
    if (error instanceof ApplyConfigurationError) throw new PatchFault(`error applying patch: ${error.message}`);
    throw error;
  }
}

/** What a user is told of a mutation that failed; other errors end the request. */
async function faultText(error: unknown): Promise<string> {
  const { MutationError } = await loadCel();
  if (error instanceof MutationError || error instanceof PatchFault || error instanceof DecodingError) return error.message;
  throw error;
}

function refusalOf(denials: readonly Denial[], attributes: Attributes): StatusError {
  const texts = denials.map(({ policy, binding, message }) =>
    binding === undefined
      ? `policy ${JSON.stringify(policy)} denied request: ${message}`
      : `policy '${policy}' with binding '${binding}' denied request: ${message}`,
  );
  const { status } = forbid(attributes, '');
  return new StatusError({
    ...status,
    message: texts[0] ?? '',
    ...(denials[0]?.isInvalid === true ? { reason: 'Invalid' as const } : {}),
    details: { ...status.details, causes: texts.map((message) => ({ message })) },
  });
}
