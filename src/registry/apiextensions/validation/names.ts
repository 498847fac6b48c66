import { invalid, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1035Label } from '../../../apimachinery/validation/dns.js';
import type { CustomResourceDefinitionNames } from '../../../schema/generated/apiextensions-v1.js';

/** In a spec these can't be left out. */
export function requiredNameErrors(names: CustomResourceDefinitionNames, path: FieldPath): FieldError[] {
  return (['plural', 'singular', 'kind', 'listKind'] as const).flatMap((field) => (names[field] ? [] : [required(path.child(field))]));
}

/** The form of names (Go: ValidateCustomResourceDefinitionNames). */
export function nameErrors(names: CustomResourceDefinitionNames, path: FieldPath): FieldError[] {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names;
  const errors = [...labelErrors(plural, path.child('plural')), ...labelErrors(singular, path.child('singular'))];
  errors.push(...kindErrors(kind, path.child('kind')), ...kindErrors(listKind, path.child('listKind')));
  shortNames.forEach((name, i) => errors.push(...labelErrors(name, path.child('shortNames').index(i), true)));
  if (kind !== '' && kind === listKind) errors.push(invalid(path.child('listKind'), listKind, 'kind and listKind may not be the same'));
  categories.forEach((name, i) => errors.push(...labelErrors(name, path.child('categories').index(i), true)));
  return errors;
}

function labelErrors(name: string, path: FieldPath, mustBeGiven = false): FieldError[] {
  if (name === '' && !mustBeGiven) return [];
  const messages = isDns1035Label(name);
  return messages.length === 0 ? [] : [invalid(path, name, messages.join(','))];
}

function kindErrors(kind: string, path: FieldPath): FieldError[] {
  const messages = kind === '' ? [] : isDns1035Label(kind.toLowerCase());
  return messages.length === 0 ? [] : [invalid(path, kind, `may have mixed case, but should otherwise match: ${messages.join(',')}`)];
}
