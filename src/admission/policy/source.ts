import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from '../../schema/generated/admissionregistration-v1.js';
import { compareKeys } from '../../schema/sort-keys.js';
import type { Attributes } from '../admission.js';
import type { Equivalent, ServedVersions } from '../matching/equivalents.js';
import { RuleIndex, type Asker } from '../matching/resource-rules.js';
import { matchOf, type Match } from './match.js';

const GROUP = 'admissionregistration.k8s.io';

/** What validating and mutating policies have in common. */
export interface PolicySpec {
  readonly paramKind?: ParamKind | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly failurePolicy?: string | undefined;
  readonly matchConditions?: readonly MatchCondition[] | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

export interface BindingSpec {
  readonly policyName?: string | undefined;
  readonly paramRef?: ParamRef | undefined;
  readonly matchResources?: MatchResources | undefined;
}

/** A binding as it is used. */
export interface Binding<B extends BindingSpec> {
  readonly name: string;
  readonly spec: B;
  /** Absent where the binding takes all that the policy takes. */
  readonly match: Match | undefined;
}

/** A policy that is bound (Go: policy/generic.PolicyHook). */
export interface Hook<S extends PolicySpec, B extends BindingSpec> extends Asker {
  readonly name: string;
  readonly spec: S;
  readonly match: Match;
  readonly ignoresFailure: boolean;
  readonly bindings: readonly Binding<B>[];
}

interface KnownPolicy<S> {
  readonly spec: S;
  readonly match: Match;
}

/** The policies that are bound right now, in the order of their names (Go: policy/generic.policySource). */
export class PolicySource<S extends PolicySpec, B extends BindingSpec> {
  private readonly policies = new Map<string, KnownPolicy<S>>();
  private readonly bindings = new Map<string, Binding<B>>();
  private readonly index: RuleIndex<Hook<S, B>>;
  private hooks: readonly Hook<S, B>[] = [];

  /** @param resource of the policies; that of bindings is named after it */
  constructor(
    private readonly resource: 'validatingadmissionpolicies' | 'mutatingadmissionpolicies',
    versions: ServedVersions,
  ) {
    this.index = new RuleIndex(versions);
  }

  /** Those whose rules may be about a request that is subject to policies. Cheap where there are none. */
  candidates(attributes: Attributes): readonly Hook<S, B>[] {
    if (this.hooks.length === 0 || isExcluded(attributes)) return NONE;
    const found: ReadonlyMap<Hook<S, B>, Equivalent> = this.index.matching(this.hooks, attributes);
    return found.size === 0 ? NONE : [...found.keys()];
  }

  /** Storage tells of a write before whoever made it goes on: a new policy counts for the very next request. */
  async follow({ storage }: Pick<BehaviourEnvironment, 'storage'>): Promise<() => void> {
    const policies = await this.followOne(storage, this.resource, this.policies, policyOf<S>);
    const bindings = await this.followOne(storage, this.resource.replace('policies', 'policybindings'), this.bindings, bindingOf<B>);
    return () => {
      policies();
      bindings();
    };
  }

  private async followOne<T>(
    storage: BehaviourEnvironment['storage'],
    resource: string,
    known: Map<string, T>,
    read: (object: KubeObject) => T,
  ): Promise<() => void> {
    const { list, watch } = await storage.listAndWatch(`${GROUP}/${resource}`, {}, (events) => {
      for (const { type, current } of events) {
        if (type === 'DELETED') known.delete(current.key.name);
        else known.set(current.key.name, read(current.value));
      }
      this.join();
    });
    for (const { value } of list.items) known.set(value.metadata.name ?? '', read(value));
    this.join();
    return () => {
      watch.close();
    };
  }

  private join(): void {
    const bound = new Map<string, Binding<B>[]>();
    for (const [, binding] of [...this.bindings].sort(byName)) {
      const { policyName = '' } = binding.spec;
      const others = bound.get(policyName);
      if (others === undefined) bound.set(policyName, [binding]);
      else others.push(binding);
    }
    this.hooks = [...this.policies].sort(byName).flatMap(([name, { spec, match }]) => {
      const bindings = bound.get(name);
      return bindings === undefined
        ? []
        : [
            {
              name,
              spec,
              match,
              rules: match.rules,
              equivalent: match.equivalent,
              ignoresFailure: spec.failurePolicy === 'Ignore',
              bindings,
            },
          ];
    });
  }
}

const NONE: readonly never[] = [];

const EXCLUDED: ReadonlySet<string> = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
]);

/** Reviews and policies themselves are subject to no policy (Go: kubeapiserver/admission/exclusion). */
function isExcluded({ resource: { group, resource } }: Attributes): boolean {
  return EXCLUDED.has(`${group}/${resource}`);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return compareKeys(a, b);
}

function policyOf<S extends PolicySpec>({ spec }: KubeObject): KnownPolicy<S> {
  return { spec: spec as S, match: matchOf((spec as S).matchConstraints ?? {}) };
}

function bindingOf<B extends BindingSpec>({ metadata, spec }: KubeObject): Binding<B> {
  const { matchResources } = spec as B;
  return { name: metadata.name ?? '', spec: spec as B, match: matchResources && matchOf(matchResources) };
}
