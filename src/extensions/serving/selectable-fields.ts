import { fieldAt, type FieldGetter } from '../../registry/matcher.js';
import type { StoreForm } from '../../registry/resource.js';
import type { SelectableField } from '../../schema/generated/apiextensions-v1.js';

/** What a fieldSelector may name, by the path without its leading dot; read from the version's own form. */
export function fieldLabelsOf(
  fields: readonly SelectableField[] | undefined,
  form: Pick<StoreForm, 'fromStorage'>,
): Readonly<Record<string, FieldGetter>> {
  const labels: Record<string, FieldGetter> = Object.create(null) as Record<string, FieldGetter>;
  for (const { jsonPath = '' } of fields ?? []) {
    const name = jsonPath.replace(/^\./, '');
    const read = fieldAt(name);
    labels[name] = (object) => read(form.fromStorage(object));
  }
  return labels;
}
