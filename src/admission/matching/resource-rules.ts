import type { NamedRuleWithOperations } from '../../schema/generated/admissionregistration-v1.js';
import type { Attributes } from '../admission.js';
import { equivalentsOf, type Equivalent, type ServedVersions } from './equivalents.js';
import { ruleMatches } from './rules.js';

/** What asks for requests by rules. */
export interface Asker {
  readonly rules: readonly NamedRuleWithOperations[];
  /** Rules also match requests for other versions of what they name. */
  readonly equivalent: boolean;
}

/** Other names under which the objects of a request are served. */
export function othersOf(versions: ServedVersions, { resource, subresource }: Attributes): Equivalent[] {
  return equivalentsOf(versions, resource, subresource).filter(
    (other) => other.resource.group !== resource.group || other.resource.version !== resource.version,
  );
}

/**
 * As what rules take a request; undefined if none is about it (Go: matching.matchesResourceRules).
 * @param others asked only where the rules don't name the request itself
 * @param anyName whether rules for certain names match whatever the name
 */
export function matchRules(
  { rules, equivalent }: Asker,
  attributes: Attributes,
  others: () => readonly Equivalent[],
  anyName = false,
): Equivalent | undefined {
  const { resource, kind } = attributes;
  const isNamed = ({ resourceNames = [] }: NamedRuleWithOperations): boolean =>
    anyName || resourceNames.length === 0 || resourceNames.includes(attributes.name);
  if (rules.some((rule) => ruleMatches(rule, attributes, resource) && isNamed(rule))) return { resource, kind };
  if (!equivalent) return undefined;
  // Earlier rules go first, then earlier versions.
  for (const rule of rules) {
    const match = others().find((other) => ruleMatches(rule, attributes, other.resource) && isNamed(rule));
    if (match !== undefined) return match;
  }
  return undefined;
}

/** Who asks for which requests, remembered for as long as the askers and the resources stay the same. */
export class RuleIndex<T extends Asker> {
  private known = new Map<string, ReadonlyMap<T, Equivalent>>();
  private knownFor: readonly T[] = [];
  private knownVersion = -1;

  constructor(private readonly versions: ServedVersions) {}

  /** Those whose rules name the request, whatever the object's name, in their order. */
  matching(all: readonly T[], attributes: Attributes): ReadonlyMap<T, Equivalent> {
    const version = this.versions.catalogVersion();
    if (all !== this.knownFor || version !== this.knownVersion) {
      this.known = new Map();
      this.knownFor = all;
      this.knownVersion = version;
    }
    const { operation, resource, subresource, namespace } = attributes;
    const key = `${operation} ${resource.group}/${resource.version}/${resource.resource}/${subresource} ${namespace === '' ? '' : 'ns'}`;
    let found = this.known.get(key);
    if (found === undefined) {
      found = this.match(all, attributes);
      this.known.set(key, found);
    }
    return found;
  }

  private match(all: readonly T[], attributes: Attributes): ReadonlyMap<T, Equivalent> {
    const others = othersOf(this.versions, attributes);
    const found = new Map<T, Equivalent>();
    for (const asker of all) {
      const match = matchRules(asker, attributes, () => others, true);
      if (match !== undefined) found.set(asker, match);
    }
    return found;
  }
}
