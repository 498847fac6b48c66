import { duplicate, forbidden, invalid, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { goFixed } from '../../apimachinery/go-format.js';
import { parseQuantityJson, Quantity } from '../../apimachinery/quantity.js';
import { isQualifiedName } from '../../apimachinery/validation/labels.js';
import { nameIsDnsSubdomain, nameIsPathSegment } from '../../apimachinery/validation/names.js';
import type { LimitRangeItem, ResourceList } from '../../schema/generated/core-v1.js';
import { compareKeys, sortKeys } from '../../schema/sort-keys.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { KubeObject } from '../object.js';
import { strategyFor, type Strategy } from '../strategy.js';
import { metadataErrors } from './metadata.js';
import { roundResources } from './pod-spec/resource-rounding.js';
import { checkContainerResourceName, checkResourceName } from './pod-spec/resources.js';
import { isOvercommitAllowed } from '../../component-helpers/resource-names.js';

interface LimitRange extends KubeObject {
  spec: { limits?: LimitRangeItem[] | null | undefined };
}

const LIMITS = FieldPath.of('spec', 'limits');
const TYPES: ReadonlySet<string> = new Set(['Pod', 'Container', 'PersistentVolumeClaim']);
const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
type ListName = (typeof LISTS)[number];

/** What isn't said follows from what is: limits from maxima, requests from limits, then from minima. */
function defaultItem(item: LimitRangeItem): void {
  if (item.type === 'Container') {
    const limits: ResourceList = sortKeys({ ...item.max, ...item.default });
    const requests: ResourceList = sortKeys({ ...item.min, ...limits, ...item.defaultRequest });
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
  for (const name of LISTS) roundResources(item[name]);
}

function typeErrors(type: string, path: FieldPath): FieldError[] {
  const errors = isQualifiedName(type).map((text) => invalid(path, new NamedString(type), text));
  if (errors.length === 0 && !type.includes('/') && !TYPES.has(type)) {
    errors.push(invalid(path, new NamedString(type), 'must be a standard limit type or fully qualified'));
  }
  return errors;
}

type Amounts = Readonly<Record<ListName, ReadonlyMap<string, Quantity>>>;

/** The lists of an item as amounts; faulty names go to `errors`. */
function amountsOf(item: LimitRangeItem, path: FieldPath, errors: FieldError[]): Amounts {
  const checkName = item.type === 'Pod' || item.type === 'Container' ? checkContainerResourceName : checkResourceName;
  const read = (name: ListName): ReadonlyMap<string, Quantity> => {
    const amounts = new Map<string, Quantity>();
    for (const [resource, text] of Object.entries(item[name] ?? {})) {
      checkName(resource, path.child(name).key(resource), errors);
      amounts.set(resource, parseQuantityJson(text));
    }
    return amounts;
  };
  const none = (name: ListName): ReadonlyMap<string, Quantity> => {
    if (Object.keys(item[name] ?? {}).length > 0) errors.push(forbidden(path.child(name), "may not be specified when `type` is 'Pod'"));
    return new Map();
  };
  const forItem = item.type === 'Pod' ? none : read;
  const [max, min, limits, requests] = [read('max'), read('min'), forItem('default'), forItem('defaultRequest')];
  if (item.type === 'PersistentVolumeClaim' && !max.has('storage') && !min.has('storage')) {
    errors.push(required(path.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'));
  }
  return { max, min, default: limits, defaultRequest: requests, maxLimitRequestRatio: read('maxLimitRequestRatio') };
}

/** Which amounts must not exceed which: small, large, the field at fault, the value shown, and both in words. */
const ORDER: readonly (readonly [
  small: ListName,
  large: ListName,
  field: ListName,
  shown: ListName,
  smallName: string,
  largeName: string,
])[] = [
  ['min', 'max', 'min', 'min', 'min', 'max'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min', 'default request'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request', 'max'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request', 'default limit'],
  ['min', 'default', 'default', 'min', 'min', 'default'],
  ['default', 'max', 'default', 'max', 'default', 'max'],
];

const ONE = Quantity.of(1);
/** Amounts beyond this have no thousandths in an int64. */
const MAX_MILLI = (2 ** 63 - 1) / 1000;

function amountErrors(amounts: Amounts, resource: string, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const get = (name: ListName): Quantity | undefined => amounts[name].get(resource);
  const at = (name: ListName): FieldPath => path.child(name).key(resource);
  for (const [small, large, field, shown, smallName, largeName] of ORDER) {
    const [low, high] = [get(small), get(large)];
    if (low === undefined || high === undefined || low.compare(high) <= 0) continue;
    const text = `${smallName} value ${low.toString()} is greater than ${largeName} value ${high.toString()}`;
    errors.push(invalid(at(field), (get(shown) ?? low).toString(), text));
  }
  errors.push(...ratioErrors(get('maxLimitRequestRatio'), get('min'), get('max'), at('maxLimitRequestRatio')));
  const [limit, request] = [get('default'), get('defaultRequest')];
  if (!isOvercommitAllowed(resource) && limit !== undefined && request !== undefined && limit.compare(request) !== 0) {
    const text = `default value ${limit.toString()} must equal to defaultRequest value ${request.toString()} in ${resource}`;
    errors.push(invalid(at('defaultRequest'), request.toString(), text));
  }
  return errors;
}

function ratioErrors(ratio: Quantity | undefined, min: Quantity | undefined, max: Quantity | undefined, path: FieldPath): FieldError[] {
  if (ratio === undefined) return [];
  const errors: FieldError[] = [];
  if (ratio.compare(ONE) < 0) errors.push(invalid(path, ratio.toString(), `ratio ${ratio.toString()} is less than 1`));
  if (min === undefined || max === undefined) return errors;
  const fine = ratio.value() < MAX_MILLI && min.value() < MAX_MILLI && max.value() < MAX_MILLI;
  const bound = fine ? max.milliValue() / min.milliValue() : max.value() / min.value();
  if ((fine ? ratio.milliValue() / 1000 : ratio.value()) > bound) {
    errors.push(invalid(path, ratio.toString(), `ratio ${ratio.toString()} is greater than max/min = ${goFixed(bound)}`));
  }
  return errors;
}

function contentErrors({ spec }: LimitRange): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  (spec.limits ?? []).forEach((item, i) => {
    const path = LIMITS.index(i);
    const { type = '' } = item;
    errors.push(...typeErrors(type, path.child('type')));
    if (types.has(type)) errors.push(duplicate(path.child('type'), new NamedString(type)));
    types.add(type);
    const amounts = amountsOf(item, path, errors);
    const resources = new Set(LISTS.flatMap((name) => [...amounts[name].keys()]));
    for (const resource of [...resources].sort(compareKeys)) errors.push(...amountErrors(amounts, resource, path));
  });
  return errors;
}

function validate(object: LimitRange): FieldError[] {
  return [...metadataErrors(object.metadata, true, nameIsDnsSubdomain), ...contentErrors(object)];
}

/** Limit ranges: bounds and defaults of what containers, pods and claims ask for. */
export const limitRanges: BehaviourFactory = ({ random }) => {
  const strategy: Strategy<LimitRange> = {
    allowCreateOnUpdate: true,
    validateName: nameIsPathSegment,
    validatesMetadata: true,
    prepareForCreate({ metadata }) {
      metadata.name ||= random.uuid();
    },
    validate,
    validateUpdate: validate,
  };
  return {
    strategy: strategyFor(strategy),
    defaults(object) {
      for (const item of (object as LimitRange).spec.limits ?? []) defaultItem(item);
    },
  };
};
