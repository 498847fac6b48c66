import { forbidden, invalid, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { parseQuantityJson, type Quantity } from '../../../apimachinery/quantity.js';
import type { PodSpec, ResourceList } from '../../../schema/generated/core-v1.js';
import { isHugePageResource } from '../../../component-helpers/resource-names.js';
import { aggregateContainers, amountsOf } from '../../../component-helpers/aggregate-resources.js';
import type { PodValidationOptions } from './options.js';
import { checkPodLevelRequirements } from './resources.js';
import { wasGiven } from '../../../schema/given-empty.js';

/** spec.resources, alone and beside what the containers ask for (KEP-2837; Go: validatePodResources). */
export function checkPodLevelResources(
  spec: PodSpec,
  podClaims: ReadonlySet<string>,
  specPath: FieldPath,
  options: PodValidationOptions,
  errors: FieldError[],
): void {
  const { resources } = spec;
  if (resources === undefined) return;
  const path = specPath.child('resources');
  if (spec.os?.name === 'windows') {
    errors.push(forbidden(path, 'may not be set for a windows pod'));
    return;
  }
  if (wasGiven(resources, 'claims')) errors.push(forbidden(path.child('claims'), 'claims may not be set for Resources at pod-level'));
  checkPodLevelRequirements(resources, podClaims, path, options, errors);
  checkAggregates(spec, resources.requests, path, errors);
  checkHugePageLimits(spec, resources.limits, path, errors);
  checkContainerLimits(spec, resources.limits, path, errors);
}

function amountIn(list: ResourceList | undefined, name: string): Quantity | undefined {
  const text = list !== undefined && Object.hasOwn(list, name) ? list[name] : undefined;
  return text === undefined ? undefined : parseQuantityJson(text);
}

function checkAggregates(spec: PodSpec, requests: ResourceList | undefined, path: FieldPath, errors: FieldError[]): void {
  for (const [name, total] of aggregateContainers(spec, (container) => container.resources.requests)) {
    const own = amountIn(requests, name);
    if (own === undefined || total.compare(own) <= 0) continue;
    errors.push(
      invalid(
        path.child('requests').key(name),
        own.toString(),
        `must be greater than or equal to aggregate container requests of ${total.toString()}`,
      ),
    );
  }
}

function checkHugePageLimits(spec: PodSpec, limits: ResourceList | undefined, path: FieldPath, errors: FieldError[]): void {
  for (const [name, total] of aggregateContainers(spec, (container) => container.resources.limits)) {
    const own = isHugePageResource(name) ? amountIn(limits, name) : undefined;
    if (own === undefined || total.compare(own) <= 0) continue;
    errors.push(
      invalid(
        path.child('limits').key(name),
        own.toString(),
        `must be greater than or equal to aggregate container limits of ${total.toString()}`,
      ),
    );
  }
}

function checkContainerLimits(spec: PodSpec, limits: ResourceList | undefined, path: FieldPath, errors: FieldError[]): void {
  spec.containers?.forEach((container, i) => {
    for (const [name, limit] of amountsOf(container.resources.limits)) {
      const own = amountIn(limits, name);
      if (own === undefined || limit.compare(own) <= 0) continue;
      const at = path.child('containers').index(i).key(name).child('limits');
      errors.push(invalid(at, limit.toString(), `must be less than or equal to pod limits of ${own.toString()}`));
    }
  });
}
