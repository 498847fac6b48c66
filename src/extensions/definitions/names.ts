import { goQuote } from '../../apimachinery/field-error.js';
import {
  findCondition,
  type Condition,
  type CustomResourceDefinition,
  type NewCondition,
} from '../../registry/apiextensions/definition.js';
import type { CustomResourceDefinitionNames } from '../../schema/generated/apiextensions-v1.js';

/** Names that definitions of one group have been accepted with. */
export interface TakenNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

/** What the definitions of a group have taken, one's own included. */
export function takenNames(definitions: Iterable<CustomResourceDefinition>, group: string): TakenNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { spec, status } of definitions) {
    if (spec.group !== group) continue;
    const { plural = '', singular = '', shortNames = [], kind = '', listKind = '' } = status.acceptedNames;
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    kinds.add(kind);
    kinds.add(listKind);
  }
  return { resources, kinds };
}

export interface NamingVerdict {
  readonly acceptedNames: CustomResourceDefinitionNames;
  readonly namesAccepted: NewCondition;
  readonly established: NewCondition;
}

/**
 * Which of the wanted names a definition gets: those that are free or its own
 * already (Go: NamingConditionController.calculateNamesAndConditions).
 */
export function judgeNames(definition: CustomResourceDefinition, taken: TakenNames): NamingVerdict {
  const wanted = definition.spec.names;
  const own = definition.status.acceptedNames;
  const names: CustomResourceDefinitionNames = { ...own };
  let conflict: { readonly reason: string; readonly message: string } | undefined;
  const claim = (field: 'plural' | 'singular' | 'kind' | 'listKind', used: ReadonlySet<string>, reason: string): void => {
    const problem = inUse(wanted[field] ?? '', own[field] ?? '', used);
    if (problem === undefined) names[field] = wanted[field];
    else conflict = { reason, message: problem };
  };
  claim('plural', taken.resources, 'PluralConflict');
  claim('singular', taken.resources, 'SingularConflict');
  const problem = shortNamesInUse(wanted.shortNames, own.shortNames, taken.resources);
  if (problem === undefined) names.shortNames = wanted.shortNames;
  else conflict = { reason: 'ShortNamesConflict', message: problem };
  claim('kind', taken.kinds, 'KindConflict');
  claim('listKind', taken.kinds, 'ListKindConflict');
  names.categories = wanted.categories;
  const namesAccepted: NewCondition =
    conflict === undefined
      ? { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
      : { type: 'NamesAccepted', status: 'False', ...conflict };
  return {
    acceptedNames: tidy(names),
    namesAccepted,
    established: establishedAfter(findCondition(definition, 'Established'), conflict === undefined),
  };
}

function inUse(wanted: string, own: string, used: ReadonlySet<string>): string | undefined {
  return wanted === own || !used.has(wanted) ? undefined : `${goQuote(wanted)} is already in use`;
}

function shortNamesInUse(wanted: readonly string[] = [], own: readonly string[] = [], used: ReadonlySet<string>): string | undefined {
  const problems = [...new Set(wanted.flatMap((name) => (own.includes(name) ? [] : (inUse(name, '', used) ?? []))))];
  if (problems.length === 0) return undefined;
  return problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`;
}

/** Members in Go's order, absent ones left out. */
function tidy({
  plural = '',
  singular,
  shortNames,
  kind = '',
  listKind,
  categories,
}: CustomResourceDefinitionNames): CustomResourceDefinitionNames {
  return {
    plural,
    ...(singular && { singular }),
    ...(shortNames && shortNames.length > 0 && { shortNames }),
    kind,
    ...(listKind && { listKind }),
    ...(categories && categories.length > 0 && { categories }),
  };
}

function establishedAfter(old: Condition | undefined, accepted: boolean): NewCondition {
  if (accepted && old?.status !== 'True') {
    return { type: 'Established', status: 'False', reason: 'Installing', message: 'the initial names have been accepted' };
  }
  if (old !== undefined) {
    const { status, reason = '', message = '' } = old;
    return { type: 'Established', status: status as NewCondition['status'], reason, message };
  }
  return { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
}
