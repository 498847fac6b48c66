import { StatusError } from '../../apimachinery/status.js';
import type { MatchResources } from '../../schema/generated/admissionregistration-v1.js';
import type { Attributes } from '../admission.js';
import type { Equivalent, ServedVersions } from '../matching/equivalents.js';
import { matchRules, othersOf, type Asker } from '../matching/resource-rules.js';
import { matchesObject, selectorOf, type NamespaceMatcher, type Selectors } from '../matching/selectors.js';

/** matchConstraints of a policy or matchResources of a binding, read once. */
export interface Match extends Asker, Selectors {
  readonly excluded: Asker;
}

export function matchOf(resources: MatchResources): Match {
  const { resourceRules, excludeResourceRules, matchPolicy, namespaceSelector, objectSelector } = resources;
  const equivalent = matchPolicy === 'Equivalent';
  return {
    rules: resourceRules ?? [],
    equivalent,
    excluded: { rules: excludeResourceRules ?? [], equivalent },
    namespaceSelector: selectorOf(namespaceSelector),
    objectSelector: selectorOf(objectSelector),
  };
}

/** Matches one request (Go: policy/matching.Matcher). */
export class RequestMatcher {
  private others: readonly Equivalent[] | undefined;

  constructor(
    private readonly namespaces: NamespaceMatcher,
    private readonly versions: ServedVersions,
    private readonly attributes: Attributes,
  ) {}

  /** As what a request is taken; undefined if it isn't matched. Throws StatusError where nobody can tell. */
  async matches(match: Match): Promise<Equivalent | undefined> {
    const { attributes } = this;
    const namespace = await this.namespaces.matches(match.namespaceSelector, attributes);
    if (namespace === false) return undefined;
    const object = matchesObject(match.objectSelector, attributes);
    if (object === false) return undefined;
    if (this.byRules(match.excluded) !== undefined) return undefined;
    const { kind, resource } = attributes;
    const as = match.rules.length === 0 ? { kind, resource } : this.byRules(match);
    if (as === undefined) return undefined;
    // Only now do selectors that can't be judged count.
    if (namespace instanceof StatusError) throw namespace;
    if (object instanceof StatusError) throw object;
    return as;
  }

  private byRules(asker: Asker): Equivalent | undefined {
    return matchRules(asker, this.attributes, () => (this.others ??= othersOf(this.versions, this.attributes)));
  }
}
