import type { Attributes } from '../authorization/attributes.js';
import type { Verdict } from '../authorization/authorizer.js';
import { resourceRuleMatches, ruleAllows, type PolicyRule } from './policy-rule.js';

/** Rules with the verdict that each of them gives. */
export interface GrantedRules {
  readonly rules: readonly PolicyRule[];
  readonly verdict: Verdict;
}

/** What is known about one verb on one resource. */
interface Answer {
  /** Given whatever the object's name. */
  readonly any: Verdict | undefined;
  /** By name, where rules have resourceNames. */
  readonly named: ReadonlyMap<string, Verdict> | undefined;
}

const NOTHING: Answer = { any: undefined, named: undefined };

/** URLs choose what is asked, so what is remembered is bounded. */
const CAPACITY = 2048;

/**
 * The rules of one user in one scope. The first question about a verb and a
 * resource looks at every rule, later ones only at four small maps.
 */
export class RuleSet {
  private answers = new Map<string, Map<string, Map<string, Map<string, Answer>>>>();
  private size = 0;
  constructor(private readonly granted: readonly GrantedRules[]) {}

  /** The verdict of a rule that allows this; undefined if none does. */
  find(attributes: Attributes): Verdict | undefined {
    if (!attributes.isResourceRequest) {
      for (const { rules, verdict } of this.granted) for (const rule of rules) if (ruleAllows(rule, attributes)) return verdict;
      return undefined;
    }
    const answer =
      this.answers.get(attributes.verb)?.get(attributes.group)?.get(attributes.resource)?.get(attributes.subresource) ??
      this.work(attributes);
    return answer.any ?? answer.named?.get(attributes.name);
  }

  private work(attributes: Attributes): Answer {
    let any: Verdict | undefined;
    let named: Map<string, Verdict> | undefined;
    for (const { rules, verdict } of this.granted) {
      for (const rule of rules) {
        if (!resourceRuleMatches(rule, attributes)) continue;
        const { resourceNames } = rule;
        if (resourceNames === undefined || resourceNames.length === 0) {
          any ??= verdict;
          continue;
        }
        named ??= new Map();
        for (const name of resourceNames) if (!named.has(name)) named.set(name, verdict);
      }
    }
    const answer = any === undefined && named === undefined ? NOTHING : { any, named };
    this.remember(attributes, answer);
    return answer;
  }

  private remember({ verb, group, resource, subresource }: Attributes, answer: Answer): void {
    if (this.size >= CAPACITY) {
      this.answers = new Map();
      this.size = 0;
    }
    this.size++;
    child(child(child(this.answers, verb), group), resource).set(subresource, answer);
  }
}

function child<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
