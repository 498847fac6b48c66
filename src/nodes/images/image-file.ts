import { parseYamlDocuments } from '../../schema/yaml.js';
import type { Image } from './image.js';

/**
 * Reads images from the text of a file (YAML or JSON, one image a document, or lists of them).
 * Throws an Error that says which entry is wrong.
 */
export function parseImages(text: string): readonly Image[] {
  return parseYamlDocuments(text)
    .flatMap((document) => (Array.isArray(document) ? document : [document]))
    .filter((entry) => entry !== null)
    .map((entry, index) => {
      const image = entry as unknown as Partial<Image>;
      if (!Array.isArray(image.names) || image.names.length === 0 || image.names.some((name) => typeof name !== 'string'))
        throw new Error(`image ${String(index + 1)} has no list of names`);
      return image as Image;
    });
}
