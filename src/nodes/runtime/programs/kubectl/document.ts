import type { JsonValue } from '../../../../schema/type.js';
import type { ApiObject } from './api.js';

/** Objects as `-o yaml` and `-o json` show them; managed fields only if they are asked for. */
export async function documentText(answer: ApiObject, format: 'yaml' | 'json', withManagedFields: boolean): Promise<string> {
  const shown = withManagedFields ? answer : withoutManagedFields(answer);
  if (format === 'json') return `${JSON.stringify(shown, undefined, 4)}\n`;
  const { printYaml } = await import('../../../../schema/yaml.js');
  return printYaml(shown as unknown as JsonValue);
}

function withoutManagedFields(object: ApiObject): ApiObject {
  const items = object['items'] as ApiObject[] | undefined;
  if (items !== undefined) return { ...object, items: items.map(withoutManagedFields) };
  const { managedFields: _hidden, ...metadata } = object.metadata as Record<string, unknown>;
  return { ...object, metadata } as ApiObject;
}
