import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import { nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { PodDisruptionBudget } from '../../schema/generated/policy-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { typed, type KubeObject, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { validateBudget, validateBudgetStatusUpdate, validateBudgetUpdate } from './poddisruptionbudget-validation.js';

/** Told v1beta1 whether an empty selector selects nothing or everything. */
const EMPTY_SELECTOR_MATCH = 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match';
const MATCHES_NOTHING = { matchExpressions: [{ key: EMPTY_SELECTOR_MATCH, operator: 'Exists' }] };

/** Drops that key from selectors that say more than it (Go: StripPDBV1beta1Label, part of the conversion of v1). In place. */
function stripLegacyKey(object: KubeObject): void {
  const { selector } = typed<PodDisruptionBudget>(object).spec;
  const expressions = selector?.matchExpressions;
  if (selector === undefined || expressions === undefined || semanticEqual(selector, MATCHES_NOTHING)) return;
  const kept = expressions.filter(({ key }) => key !== EMPTY_SELECTOR_MATCH);
  if (kept.length === expressions.length) return;
  if (kept.length === 0) delete selector.matchExpressions;
  else selector.matchExpressions = kept;
}

export const podDisruptionBudgets: BehaviourFactory = () => {
  const { main, status } = specStatus({ generation: true });
  // Nothing but the spec is looked at: names need only fit into a path.
  const strategy = refined<Typed<PodDisruptionBudget>>(main, {
    allowUnconditionalUpdate: false,
    validateName: nameIsPathSegment,
    validate: validateBudget,
    validateUpdate: validateBudgetUpdate,
    validatesMetadata: true,
  });
  const statusStrategy = refined<Typed<PodDisruptionBudget>>(status, {
    allowUnconditionalUpdate: false,
    validateUpdate: validateBudgetStatusUpdate,
    validatesMetadata: true,
  });
  return { strategy, status: statusStrategy, defaults: stripLegacyKey };
};
