import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed } from '../registry/object.js';
import { amountsOf, aggregateContainers, type Amounts } from '../component-helpers/aggregate-resources.js';
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  ResourceList,
} from '../schema/generated/core-v1.js';
import type { KubeObject } from '../registry/object.js';
import { sortKeys } from '../schema/sort-keys.js';
import { aggregateText } from '../auth/aggregate.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { maximumFault, maximumRequestFault, minimumFault, ratioFault, type Demand } from './limit-range-bounds.js';
import { isCore, on, StoredObjects } from './objects.js';

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** Fills in what containers ask for, and holds pods and claims to the bounds of their namespace (Go: plugin/pkg/admission/limitranger). */
export function limitRanger(environment: BehaviourEnvironment): AdmissionPlugin {
  const ranges = new StoredObjects<KubeObject & LimitRange>(environment, { group: '', resource: 'limitranges' });

  const limitsFor = async (attributes: Attributes): Promise<readonly (readonly LimitRangeItem[])[]> => {
    if (attributes.oldObject?.metadata.deletionTimestamp !== undefined) return [];
    return (await ranges.list(attributes.namespace)).map(({ spec }) => spec.limits ?? []);
  };

  return {
    name: 'LimitRanger',
    resources: ['/pods', '/persistentvolumeclaims'],
    handles: on('CREATE', 'UPDATE'),
    admit(attributes) {
      const { object } = attributes;
      if (!isMeasured(attributes) || attributes.resource.resource !== 'pods' || object === undefined) return;
      return limitsFor(attributes).then((all) => {
        for (const limits of all) fillIn(object as Pod & KubeObject, limits);
      });
    },
    validate(attributes) {
      const { object } = attributes;
      if (!isMeasured(attributes) || object === undefined) return;
      return limitsFor(attributes).then((all) => {
        for (const limits of all) {
          const faults =
            attributes.resource.resource === 'pods'
              ? podFaults(typed<Pod>(object).spec, limits)
              : claimFaults(typed<PersistentVolumeClaim>(object), limits);
          if (faults.length > 0) throw forbid(attributes, aggregateText(faults));
        }
      });
    },
  };
}

/** New pods, new and changed claims, and pods that are resized. */
function isMeasured(attributes: Attributes): boolean {
  if (isCore(attributes, 'pods')) return attributes.operation === 'CREATE';
  if (isCore(attributes, 'pods', 'resize')) return attributes.operation === 'UPDATE';
  return isCore(attributes, 'persistentvolumeclaims');
}

function fillIn({ metadata, spec }: Pod & KubeObject, limits: readonly LimitRangeItem[]): void {
  const defaults: { requests: ResourceList; limits: ResourceList } = { requests: {}, limits: {} };
  for (const item of limits) {
    if (item.type !== 'Container') continue;
    Object.assign(defaults.requests, item.defaultRequest);
    Object.assign(defaults.limits, item.default);
  }
  const notes: string[] = [];
  for (const container of spec.containers ?? []) notes.push(...fillInContainer(container, defaults, 'container'));
  for (const container of spec.initContainers ?? []) notes.push(...fillInContainer(container, defaults, 'init container'));
  if (notes.length === 0) return;
  metadata.annotations = sortKeys({ ...metadata.annotations, [ANNOTATION]: `LimitRanger plugin set: ${notes.join('; ')}` });
}

function fillInContainer(
  { name = '', resources }: Container,
  defaults: { readonly requests: ResourceList; readonly limits: ResourceList },
  what: string,
): string[] {
  const notes: string[] = [];
  for (const [field, noun] of [
    ['requests', 'request'],
    ['limits', 'limit'],
  ] as const) {
    const given = resources[field] ?? {};
    const missing = Object.keys(defaults[field]).filter((resource) => !Object.hasOwn(given, resource));
    if (missing.length === 0) continue;
    resources[field] = sortKeys({
      ...given,
      ...Object.fromEntries(missing.map((resource) => [resource, defaults[field][resource] ?? '0'])),
    });
    notes.push(`${missing.sort().join(', ')} ${noun} for ${what} ${name}`);
  }
  return notes;
}

function podFaults(spec: PodSpec, limits: readonly LimitRangeItem[]): string[] {
  const faults: string[] = [];
  for (const item of limits) {
    if (item.type === 'Container') {
      for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
        const { requests, limits: own } = container.resources;
        faults.push(...boundFaults(item, { requests: amountsOf(requests), limits: amountsOf(own) }));
      }
    } else if (item.type === 'Pod') faults.push(...boundFaults(item, wholePod(spec)));
  }
  return faults;
}

/** What a pod asks for as a whole; spec.resources outweighs its containers. */
function wholePod(spec: PodSpec): Demand {
  const requests = aggregateContainers(spec, ({ resources }) => resources.requests);
  const limits = aggregateContainers(spec, ({ resources }) => resources.limits);
  override(requests, spec.resources?.requests);
  override(limits, spec.resources?.limits);
  return { requests, limits };
}

function override(amounts: Amounts, whole: ResourceList | undefined): void {
  for (const [name, amount] of amountsOf(whole)) if (name === 'cpu' || name === 'memory') amounts.set(name, amount);
}

function boundFaults(item: LimitRangeItem, demand: Demand): string[] {
  const { type = '', min, max, maxLimitRequestRatio } = item;
  return [
    ...Array.from(amountsOf(min), ([name, bound]) => minimumFault(type, name, bound, demand)),
    ...Array.from(amountsOf(max), ([name, bound]) => maximumFault(type, name, bound, demand)),
    ...Array.from(amountsOf(maxLimitRequestRatio), ([name, bound]) => ratioFault(type, name, bound, demand)),
  ].filter((fault) => fault !== undefined);
}

function claimFaults({ spec }: Pick<PersistentVolumeClaim, 'spec'>, limits: readonly LimitRangeItem[]): string[] {
  const demand: Demand = { requests: amountsOf(spec.resources.requests), limits: new Map() };
  return limits
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap(({ min, max }) => [
      ...Array.from(amountsOf(min), ([name, bound]) => minimumFault('PersistentVolumeClaim', name, bound, demand)),
      ...Array.from(amountsOf(max), ([name, bound]) => maximumRequestFault('PersistentVolumeClaim', name, bound, demand)),
    ])
    .filter((fault) => fault !== undefined);
}
