import { parseFieldSelector } from './field-selector.js';
import { LabelSelector, parseLabelSelector } from './label-selector.js';

interface Selectable {
  readonly metadata: {
    readonly name?: string | undefined;
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

/**
 * Selects objects by the parameters `labelSelector` and `fieldSelector` of a request, of whose
 * fields name and namespace are known. Throws StatusError 400 for what can't be read.
 */
export function metadataSelector(query: URLSearchParams): (object: Selectable) => boolean {
  const text = query.get('labelSelector') ?? '';
  const labels = text === '' ? LabelSelector.EVERYTHING : parseLabelSelector(text);
  const { requirements } = parseFieldSelector(query.get('fieldSelector') ?? '');
  return ({ metadata }) =>
    labels.matches(metadata.labels) &&
    requirements.every(({ field, operator, value }) => {
      const actual = field === 'metadata.name' ? metadata.name : field === 'metadata.namespace' ? metadata.namespace : undefined;
      return ((actual ?? '') === value) === (operator === '=');
    });
}
