import { StatusError } from '../../apimachinery/status.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { ResourceDefinition } from '../../registry/resource.js';
import type { JsonObject } from '../../schema/type.js';
import type { Attributes } from '../admission.js';
import { namespaceInput } from '../expressions.js';
import type { Equivalent, ServedVersions } from '../matching/equivalents.js';
import { NamespaceMatcher } from '../matching/selectors.js';
import { RequestMatcher } from './match.js';
import { collectParams, paramDefinition, ParamError, type Param } from './params.js';
import type { Binding, BindingSpec, Hook, PolicySpec } from './source.js';

/** A bound policy that applies to a request, to be evaluated with each of the parameters. */
export interface Invocation<S extends PolicySpec, B extends BindingSpec> {
  readonly hook: Hook<S, B>;
  readonly binding: Binding<B>;
  readonly as: Equivalent;
  readonly params: readonly (Param | undefined)[];
}

/** A policy or binding that can't be used for a request. */
export interface ConfigurationFault<S extends PolicySpec, B extends BindingSpec> {
  readonly hook: Hook<S, B>;
  /** Absent where the policy itself is at fault. */
  readonly binding: Binding<B> | undefined;
  readonly fault: string;
}

export type Step<S extends PolicySpec, B extends BindingSpec> = Invocation<S, B> | ConfigurationFault<S, B>;

/** Finds out what bound policies have to do with a request. */
export class PolicyDispatcher {
  private readonly namespaces: NamespaceMatcher;

  constructor(
    private readonly environment: Pick<BehaviourEnvironment, 'storage' | 'definitionOf'>,
    private readonly versions: ServedVersions,
  ) {
    this.namespaces = new NamespaceMatcher(environment);
  }

  /** What applies to a request, or should and can't, in the order of policies and bindings. */
  async *steps<S extends PolicySpec, B extends BindingSpec>(
    hooks: readonly Hook<S, B>[],
    attributes: Attributes,
  ): AsyncGenerator<Step<S, B>> {
    const matcher = new RequestMatcher(this.namespaces, this.versions, attributes);
    for (const hook of hooks) {
      let as: Equivalent | undefined;
      let definition: ResourceDefinition | undefined;
      try {
        as = await matcher.matches(hook.match);
        if (as === undefined) continue;
        const { paramKind } = hook.spec;
        definition = paramKind && paramDefinition(this.environment, paramKind);
      } catch (error) {
        yield { hook, binding: undefined, fault: `failed to configure policy: ${textOf(error)}` };
        continue;
      }
      for (const binding of hook.bindings) {
        const params = await this.paramsOf(binding, definition, matcher, attributes);
        if (typeof params === 'string') yield { hook, binding, fault: `failed to configure binding: ${params}` };
        else if (params !== undefined) yield { hook, binding, as, params };
      }
    }
  }

  /** Undefined if the binding doesn't match; a text is what is wrong with it. */
  private async paramsOf<B extends BindingSpec>(
    { match, spec }: Binding<B>,
    definition: ResourceDefinition | undefined,
    matcher: RequestMatcher,
    attributes: Attributes,
  ): Promise<readonly (Param | undefined)[] | string | undefined> {
    try {
      if (match !== undefined && (await matcher.matches(match)) === undefined) return undefined;
      return await collectParams(this.environment, definition, spec.paramRef, attributes.namespace);
    } catch (error) {
      return textOf(error);
    }
  }

  /** `namespaceObject` of expressions; a namespace itself has none. Throws 404 if it is gone. */
  async namespaceOf({ namespace, kind }: Attributes): Promise<JsonObject | null> {
    if (namespace === '' || (kind.kind === 'Namespace' && kind.version === 'v1' && kind.group === '')) return null;
    const found = await this.namespaces.find(namespace);
    if (found instanceof StatusError) throw found;
    return namespaceInput(found);
  }
}

/** The text of what a user may have done wrong; anything else is ours. */
function textOf(error: unknown): string {
  if (error instanceof ParamError || error instanceof StatusError) return error.message;
  throw error;
}
