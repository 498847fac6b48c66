import { duplicate, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';

const CONDITIONS = FieldPath.of('status', 'conditions');

/** Conditions need types, each once. */
export function conditionErrors({
  conditions = [],
}: {
  readonly conditions?: readonly { readonly type?: string | undefined }[] | undefined;
}): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  conditions.forEach(({ type = '' }, i) => {
    const path = CONDITIONS.index(i).child('type');
    if (types.has(type)) errors.push(duplicate(path, new NamedString(type)));
    types.add(type);
    if (type === '') errors.push(required(path));
  });
  return errors;
}
