import type { Amounts } from '../aggregate-resources.js';
import type { KubeObject } from '../../client/client.js';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../../schema/generated/core-v1.js';
import { ONE } from './amounts.js';

/** A ResourceQuota as stored. */
export type Quota = KubeObject & ResourceQuota;

/** What an evaluator looks at to tell whether a request can change what is used. */
export interface QuotaRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly subresource: string;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** Measures what objects of one resource cost (Go: quota.Evaluator). */
export interface Evaluator {
  /** Whether a request can change what is used. */
  handles(request: QuotaRequest): boolean;
  /** Which of these names of a quota it measures. */
  matching(names: readonly string[]): string[];
  /** Whether an object is within a scope; no scope fits what has none. */
  inScope?(selector: ScopedResourceSelectorRequirement, object: KubeObject): boolean;
  /** Why an object can't be measured by a quota of these names. */
  constraintFault?(names: readonly string[], object: KubeObject): string | undefined;
  usage(object: KubeObject): Amounts;
}

/** `count/deployments.apps` */
export function countName({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return `count/${resource}${group === '' ? '' : `.${group}`}`;
}

/** Core resources that quotas may also name without `count/`. */
const COUNTED_BY_NAME: ReadonlySet<string> = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Counts objects, of whatever resource. */
export function objectCount(resource: { readonly group: string; readonly resource: string }): Evaluator {
  const names = [countName(resource)];
  if (resource.group === '' && COUNTED_BY_NAME.has(resource.resource)) names.push(resource.resource);
  const usage: Amounts = new Map(names.map((name) => [name, ONE]));
  return {
    handles: ({ subresource, operation }) => subresource === '' && operation === 'CREATE',
    matching: (given) => given.filter((name) => names.includes(name)),
    usage: () => usage,
  };
}
