import { goQuote } from '../../apimachinery/field-error.js';
import type { UserInfo } from '../../apimachinery/user-info.js';
import { aggregateText } from '../aggregate.js';
import type { Attributes } from '../authorization/attributes.js';
import { NO_OPINION, noOpinion, type Authorizer, type UserRules, type Verdict } from '../authorization/authorizer.js';
import { DanglingReference, type Grant, type RbacIndex } from './index.js';
import type { PolicyRule } from './policy-rule.js';
import { RuleSet, type GrantedRules } from './rule-set.js';

/** What a user holds in one scope, at one generation of the index. */
interface Holdings {
  readonly generation: number;
  readonly rules: RuleSet;
  /** References to roles that don't exist; they show in refusals. */
  readonly errors: readonly string[];
}

/** A user's holdings by namespace; the empty one is the cluster. */
type UserHoldings = Map<string, Holdings>;

const USERS_BY_NAME = 1024;
const SCOPES_PER_USER = 1024;

/** Role-based access control (Go: plugin/pkg/auth/authorizer/rbac). Only ever allows. */
export class RbacAuthorizer implements Authorizer {
  /** Users that come from the authentication cache are the same object each time. */
  private readonly byIdentity = new WeakMap<UserInfo, UserHoldings>();
  /** Others, such as impersonated ones, are found by name and groups. */
  private readonly byName = new Map<string, UserHoldings>();

  constructor(readonly index: RbacIndex) {}

  authorize(attributes: Attributes): Verdict {
    const holdings = this.holdingsOf(attributes.user);
    const cluster = this.scopeOf(holdings, attributes.user, '');
    const allowed = cluster.rules.find(attributes);
    if (allowed !== undefined) return allowed;
    if (attributes.namespace === '') return this.refusal(cluster.errors);
    const local = this.scopeOf(holdings, attributes.user, attributes.namespace);
    return local.rules.find(attributes) ?? this.refusal(local.errors.length === 0 ? cluster.errors : [...cluster.errors, ...local.errors]);
  }

  rulesFor(user: UserInfo, namespace: string): UserRules {
    const { rules, dangling } = this.collect(user, namespace);
    return { rules, incomplete: false, errors: dangling.map(({ authorizerText }) => authorizerText) };
  }

  /** All rules that a user holds in a namespace (or, if it is empty, cluster-wide), and references that lead nowhere. */
  collect(user: UserInfo, namespace: string): { readonly rules: PolicyRule[]; readonly dangling: DanglingReference[] } {
    const rules: PolicyRule[] = [];
    const dangling: DanglingReference[] = [];
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const { binding } of this.index.grants(user, scope)) {
        const found = this.index.rulesOf(binding.roleRef, scope);
        if (found instanceof DanglingReference) dangling.push(found);
        else for (const rule of found) rules.push(rule);
      }
    }
    return { rules, dangling };
  }

  private refusal(errors: readonly string[]): Verdict {
    return errors.length === 0 ? NO_OPINION : noOpinion(`RBAC: ${aggregateText(errors)}`);
  }

  private holdingsOf(user: UserInfo): UserHoldings {
    const known = this.byIdentity.get(user);
    if (known !== undefined) return known;
    const key = JSON.stringify([user.name, user.groups]);
    let holdings = this.byName.get(key);
    if (holdings === undefined) {
      holdings = new Map();
      if (this.byName.size >= USERS_BY_NAME) {
        const [oldest] = this.byName.keys();
        if (oldest !== undefined) this.byName.delete(oldest);
      }
      this.byName.set(key, holdings);
    }
    this.byIdentity.set(user, holdings);
    return holdings;
  }

  private scopeOf(holdings: UserHoldings, user: UserInfo, namespace: string): Holdings {
    const generation = this.index.generation(namespace);
    const known = holdings.get(namespace);
    if (known?.generation === generation) return known;
    if (known === undefined && holdings.size >= SCOPES_PER_USER) holdings.clear();
    const scope = this.resolve(user, namespace, generation);
    holdings.set(namespace, scope);
    return scope;
  }

  private resolve(user: UserInfo, namespace: string, generation: number): Holdings {
    const granted: GrantedRules[] = [];
    const errors: string[] = [];
    for (const grant of this.index.grants(user, namespace)) {
      const rules = this.index.rulesOf(grant.binding.roleRef, namespace);
      if (rules instanceof DanglingReference) errors.push(rules.authorizerText);
      else granted.push({ rules, verdict: new AllowedByGrant(grant, namespace) });
    }
    return { generation, rules: new RuleSet(granted), errors };
  }
}

/** Words its reason when somebody asks: only reviews and the audit trail do. */
class AllowedByGrant implements Verdict {
  readonly decision = 'allow';
  private text: string | undefined;

  constructor(
    private readonly grant: Grant,
    private readonly namespace: string,
  ) {}

  get reason(): string {
    this.text ??= `RBAC: allowed by ${describe(this.grant, this.namespace)}`;
    return this.text;
  }
}

/** `RoleBinding "read/ns" of Role "reader" to ServiceAccount "robot/ns"`. */
function describe({ binding, subject }: Grant, namespace: string): string {
  const { name = '' } = binding.metadata;
  const who = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace ? subject.namespace : namespace}` : subject.name;
  const [kind, what] = namespace === '' ? ['ClusterRoleBinding', name] : ['RoleBinding', `${name}/${namespace}`];
  return `${kind} ${goQuote(what)} of ${binding.roleRef.kind} ${goQuote(binding.roleRef.name)} to ${subject.kind} ${goQuote(who)}`;
}
