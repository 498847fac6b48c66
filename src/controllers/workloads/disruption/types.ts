import type { Typed } from '../../../client/client.js';
import type { PodDisruptionBudget as BudgetType, PodDisruptionBudgetStatus } from '../../../schema/generated/policy-v1.js';

export type PodDisruptionBudget = Typed<BudgetType>;
export type { PodDisruptionBudgetStatus };
