import { Environment } from '../environment.js';
import type { Estimate } from '../checker/estimate.js';
import type { TypeProvider } from '../checker/scope.js';
import { QUANTITY } from '../library/quantity.js';
import { ANY, BOOL, fullName, mapOf, STRING, structType, type CelType } from '../types/type.js';

/** What is wrong with a selector. */
export interface SelectorFault {
  readonly type: 'Invalid' | 'Internal' | 'Forbidden';
  readonly detail: string;
}

/** What one evaluation of a selector may cost (resource.k8s.io/v1: CELSelectorExpressionMaxCost). */
const MAX_COST = 1_000_000n;

const DEVICE = structType('kubernetes.DRADevice');
const FIELDS: Readonly<Record<string, CelType>> = {
  driver: STRING,
  attributes: mapOf(STRING, mapOf(STRING, ANY)),
  capacity: mapOf(STRING, mapOf(STRING, QUANTITY)),
  allowMultipleAllocations: BOOL,
};

const TYPES: TypeProvider = {
  struct: (name) => (name === DEVICE.name ? DEVICE : undefined),
  field: (_structName, field) => (Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined),
};

/** How large a value may be, and what is in it. */
interface Sized {
  readonly size: number;
  readonly keys?: Sized;
  readonly values?: Sized;
  readonly fields?: Readonly<Record<string, Sized>>;
  /** Any name selects one of the values. */
  readonly open?: boolean;
}

/** Bounds of names and values (resource.k8s.io/v1: DeviceMaxDomainLength, DeviceMaxIDLength, DeviceAttributeMaxValueLength …). */
const DOMAIN: Sized = { size: 63 };
const ID: Sized = { size: 32 };
const MAX_ENTRIES = 32;
const ATTRIBUTES: Sized = { size: MAX_ENTRIES, keys: ID, values: { size: 64 }, open: true };
const CAPACITIES: Sized = { size: MAX_ENTRIES, keys: ID, values: { size: 0 } };
const SIZES: Sized = {
  size: 0,
  fields: {
    driver: { size: 63 },
    attributes: { size: MAX_ENTRIES, keys: DOMAIN, values: ATTRIBUTES },
    capacity: { size: MAX_ENTRIES, keys: DOMAIN, values: CAPACITIES },
    allowMultipleAllocations: { size: 1 },
  },
};

function sizeAt([variable, ...path]: readonly string[]): Estimate | undefined {
  let at: Sized | undefined = variable === 'device' ? SIZES : undefined;
  for (const step of path) at = at && below(at, step);
  return at && { min: 0n, max: BigInt(at.size) };
}

function below({ keys, values, fields, open }: Sized, step: string): Sized | undefined {
  if (step === '@items' || step === '@values') return values;
  if (step === '@keys') return keys;
  if (fields !== undefined && Object.hasOwn(fields, step)) return fields[step];
  return open === true ? values : undefined;
}

let environment: Environment | undefined;

/** Where expressions of device selectors are compiled: `device` is all that they can name. */
export function deviceEnvironment(): Environment {
  return (environment ??= new Environment({ variables: new Map([['device', DEVICE]]), provider: TYPES, withBindings: true }));
}

/** Compiles the expression of a device selector (Go: dynamic-resource-allocation/cel); undefined if it is right. */
export function compileDeviceSelector(expression: string): SelectorFault | undefined {
  const { program, issues } = deviceEnvironment().compile(expression);
  if (program === undefined) return { type: 'Invalid', detail: `compilation failed: ${issues}` };
  if (!program.type.equals(BOOL) && !program.type.equals(ANY)) {
    return { type: 'Invalid', detail: `must evaluate to bool or the unknown type, not ${fullName(program.type)}` };
  }
  const { fault } = program;
  if (fault !== undefined) return { type: 'Internal', detail: `program instantiation failed: ${fault}` };
  if (program.estimate(sizeAt).max > MAX_COST) return { type: 'Forbidden', detail: 'too complex, exceeds cost limit' };
  return undefined;
}
