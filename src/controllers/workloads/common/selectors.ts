import { labelSelectorOf, LabelSelector, type LabelSelectorObject, type Labels } from '../../../apimachinery/label-selector.js';

/** Selectors that were read, by the field they were read from: objects in caches are immutable. */
const read = new WeakMap<object, LabelSelector>();

/** The selector of an object's `spec.selector`, kept with it. One that can't be read selects nothing. */
export function selectorOf(field: LabelSelectorObject | null | undefined): LabelSelector {
  return remembered(field, labelSelectorOf);
}

/** The selector of a field that is a plain map of labels, as replication controllers have it. */
export function mapSelectorOf(field: Labels | undefined): LabelSelector {
  return remembered(field, (labels) => LabelSelector.fromSet(labels));
}

function remembered<T extends object>(field: T | null | undefined, parse: (field: T) => LabelSelector): LabelSelector {
  if (field === null || field === undefined) return LabelSelector.NOTHING;
  let selector = read.get(field);
  if (selector === undefined) {
    try {
      selector = parse(field);
    } catch {
      selector = LabelSelector.NOTHING;
    }
    read.set(field, selector);
  }
  return selector;
}
