import { parseQuantityJson } from '../../../apimachinery/quantity.js';
import type { ResourceList, ResourceRequirements } from '../../../schema/generated/core-v1.js';

const MILLI = -3;

/** Rounds amounts up to thousandths (Go: SetDefaults_ResourceList). In place. */
export function roundResources(list: ResourceList | undefined): void {
  if (list === undefined) return;
  for (const name of Object.keys(list)) {
    const text = list[name];
    if (text === undefined || !mayNeedRounding(text)) continue;
    list[name] = parseQuantityJson(text).roundUp(MILLI).toString();
  }
}

/** Finer than thousandths is only what ends in n or u, or has a negative exponent or a fraction. */
function mayNeedRounding(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x6e || last === 0x75 || text.includes('.') || text.includes('-');
}

/** Rounds limits and requests up to thousandths. In place. */
export function roundRequirements(requirements: ResourceRequirements | undefined): void {
  if (requirements === undefined) return;
  roundResources(requirements.limits);
  roundResources(requirements.requests);
}
