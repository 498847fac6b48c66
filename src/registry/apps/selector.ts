import { invalid, required, type FieldError } from '../../apimachinery/field-error.js';
import type { FieldPath } from '../../apimachinery/field-path.js';
import { labelSelectorOf, type LabelSelector, type LabelSelectorObject } from '../../apimachinery/label-selector.js';
import { StatusError } from '../../apimachinery/status.js';
import { validateLabelSelector } from '../../apimachinery/validation/label-selector.js';

/** Whether a selector has no requirement, which would select everything. */
export function isEmptySelector(selector: LabelSelectorObject): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0;
}

/** Faults of a controller's selector: it must be given, and must not select everything. */
export function validateControllerSelector(selector: LabelSelectorObject | null | undefined, path: FieldPath, owner: string): FieldError[] {
  if (selector === undefined || selector === null) return [required(path)];
  const errors = validateLabelSelector(selector, {}, path);
  if (isEmptySelector(selector)) errors.push(invalid(path, selector, `empty selector is invalid for ${owner}`));
  return errors;
}

/** The selector compiled, or undefined if it can't be. */
export function compiledSelector(selector: LabelSelectorObject | null | undefined): LabelSelector | undefined {
  try {
    return labelSelectorOf(selector);
  } catch (error) {
    if (error instanceof StatusError) return undefined;
    throw error;
  }
}

/** The selector as Scale shows it: its text, which is empty for a selector without requirements. */
export function scaleSelector(selector: LabelSelectorObject | null | undefined): string {
  return labelSelectorOf(selector).toString();
}
