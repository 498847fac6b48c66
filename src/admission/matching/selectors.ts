import { labelSelectorOf, type LabelSelector, type LabelSelectorObject } from '../../apimachinery/label-selector.js';
import { internalError, notFoundError, StatusError } from '../../apimachinery/status.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { Attributes } from '../admission.js';
import { StoredObjects } from '../objects.js';

/** A label selector, or why it can't be read. */
export type Selector = LabelSelector | string;

/** What is asked of a request besides rules. */
export interface Selectors {
  readonly namespaceSelector: Selector;
  readonly objectSelector: Selector;
}

export function selectorOf(selector: LabelSelectorObject | null | undefined): Selector {
  try {
    return labelSelectorOf(selector ?? {});
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}

/** Judges requests by their namespaces (Go: webhook/predicates/namespace.Matcher). */
export class NamespaceMatcher {
  private readonly namespaces: StoredObjects;

  constructor(environment: Pick<BehaviourEnvironment, 'storage'>) {
    this.namespaces = new StoredObjects(environment, { group: '', resource: 'namespaces' });
  }

  /** The result is an error if the namespace is gone or the selector can't be read; whether it counts is for others to say. */
  async matches(selector: Selector, attributes: Attributes): Promise<boolean | StatusError> {
    const { namespace, resource } = attributes;
    if (namespace === '' && resource.resource !== 'namespaces') return true;
    if (typeof selector === 'string') return internalError(selector);
    if (selector.isEmpty()) return true;
    const labels = await this.labels(attributes);
    return labels instanceof StatusError ? labels : selector.matches(labels);
  }

  /** A namespace that is being written is judged by its new labels. */
  private async labels(attributes: Attributes): Promise<Readonly<Record<string, string>> | undefined | StatusError> {
    const { resource, subresource, operation, object, namespace } = attributes;
    if (resource.resource === 'namespaces' && subresource === '' && (operation === 'CREATE' || operation === 'UPDATE')) {
      return object?.metadata.labels;
    }
    const found = await this.find(namespace);
    return found instanceof StatusError ? found : found.metadata.labels;
  }

  /** A namespace as stored, or the 404. */
  async find(name: string): Promise<KubeObject | StatusError> {
    return (await this.namespaces.get('', name)) ?? notFoundError({ group: '', resource: 'namespaces' }, name);
  }
}

/** Whether a selector selects the new or the old object of a request (Go: webhook/predicates/object.Matcher). */
export function matchesObject(selector: Selector, { object, oldObject }: Attributes): boolean | StatusError {
  if (typeof selector === 'string') return internalError(selector);
  return selector.isEmpty() || selects(selector, object) || selects(selector, oldObject);
}

function selects(selector: LabelSelector, object: KubeObject | undefined): boolean {
  // Options of a CONNECT have no metadata.
  const metadata = object?.metadata as KubeObject['metadata'] | undefined;
  return metadata !== undefined && selector.matches(metadata.labels);
}
