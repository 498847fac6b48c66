import { ApiError, type ApiObject } from './api.js';

/** The objects of a manifest: YAML or JSON, several documents, lists taken apart. */
export async function parseManifests(text: string): Promise<readonly ApiObject[]> {
  const { parseYamlDocuments } = await import('../../../../schema/yaml.js');
  try {
    return parseYamlDocuments(text).flatMap((document) => {
      const object = document as unknown as ApiObject;
      return object.kind === 'List' ? (object['items'] as ApiObject[]) : [object];
    });
  } catch (error) {
    throw new ApiError(`error: error parsing manifest: ${error instanceof Error ? error.message : String(error)}`);
  }
}
