import type { FieldSelector } from '../apimachinery/field-selector.js';
import type { LabelSelector } from '../apimachinery/label-selector.js';
import type { KubeObject } from './object.js';
import type { ResourceDefinition } from './resource.js';

/** Whether an object is selected; undefined selects all. */
export type Matcher = ((object: KubeObject) => boolean) | undefined;

/** Reads one selectable field as text (`spec.nodeName`); absent is the empty string. */
export type FieldGetter = (object: KubeObject) => string;

/** Compiles both selectors of a request into one test. */
export function matcherOf(definition: ResourceDefinition, labels: LabelSelector | undefined, fields: FieldSelector | undefined): Matcher {
  const byLabel = labels === undefined || labels.isEmpty() ? undefined : labels;
  const requirements = fields?.requirements ?? [];
  if (requirements.length === 0) {
    if (byLabel === undefined) return undefined;
    return (object) => byLabel.matches(object.metadata.labels ?? NONE);
  }
  const tests = requirements.map(({ field, operator, value }) => ({ read: getterOf(definition, field), equal: operator !== '!=', value }));
  return (object) => {
    for (const { read, equal, value } of tests) if ((read(object) === value) !== equal) return false;
    return byLabel === undefined || byLabel.matches(object.metadata.labels ?? NONE);
  };
}

const NONE: Readonly<Record<string, string>> = {};

function getterOf(definition: ResourceDefinition, field: string): FieldGetter {
  if (field === 'metadata.name') return (object) => object.metadata.name ?? '';
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? '';
  return definition.fieldLabels?.[field] ?? (() => '');
}

/** A getter that walks a dotted path and prints scalars as Go does. */
export function fieldAt(path: string, whenAbsent = ''): FieldGetter {
  const names = path.split('.');
  return (object) => {
    let at: unknown = object;
    for (const name of names) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return whenAbsent;
      at = (at as Record<string, unknown>)[name];
    }
    return typeof at === 'string' ? at : typeof at === 'number' || typeof at === 'boolean' ? String(at) : whenAbsent;
  };
}
