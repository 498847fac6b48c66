import { parseQuantity, Quantity, QuantityError } from '../../apimachinery/quantity.js';
import { free, member, type Library } from '../types/functions.js';
import { BOOL, DOUBLE, INT, STRING, structType } from '../types/type.js';
import { CelError, CelObject, noSuchOverload, type CelValue } from '../values/value.js';

export const QUANTITY = structType('kubernetes.Quantity');

/** An amount such as `1Gi`. */
export class QuantityValue extends CelObject {
  override readonly type = QUANTITY;

  constructor(readonly quantity: Quantity) {
    super();
  }

  equals(other: CelValue): CelValue {
    return other instanceof QuantityValue ? this.quantity.equals(other.quantity) : noSuchOverload(other);
  }

  override toString(): string {
    return this.quantity.toString();
  }
}

function parse(text: CelValue): CelValue {
  try {
    return new QuantityValue(parseQuantity(text as string));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
}

function of(value: CelValue | undefined): Quantity {
  return (value as QuantityValue).quantity;
}

/** Kubernetes' functions for quantities (Go: library.Quantity). */
export const QUANTITIES: Library = {
  quantity: [free('string_to_quantity', [STRING], QUANTITY, parse)],
  isQuantity: [free('is_quantity_string', [STRING], BOOL, (text) => parse(text as CelValue) instanceof QuantityValue)],
  sign: [free('quantity_sign', [QUANTITY], INT, (value) => BigInt(of(value).sign()))],
  isGreaterThan: [member('quantity_is_greater_than', [QUANTITY, QUANTITY], BOOL, (a, b) => of(a).compare(of(b)) > 0)],
  isLessThan: [member('quantity_is_less_than', [QUANTITY, QUANTITY], BOOL, (a, b) => of(a).compare(of(b)) < 0)],
  compareTo: [member('quantity_compare_to', [QUANTITY, QUANTITY], INT, (a, b) => BigInt(of(a).compare(of(b))))],
  asApproximateFloat: [member('quantity_get_float', [QUANTITY], DOUBLE, (value) => of(value).approximateNumber())],
  asInteger: [
    member('quantity_get_int', [QUANTITY], INT, (value) => of(value).asInt64() ?? new CelError('cannot convert value to integer')),
  ],
  isInteger: [member('quantity_is_integer', [QUANTITY], BOOL, (value) => of(value).asInt64() !== undefined)],
  add: [
    member('quantity_add', [QUANTITY, QUANTITY], QUANTITY, (a, b) => new QuantityValue(of(a).add(of(b)))),
    member('quantity_add_int', [QUANTITY, INT], QUANTITY, (a, b) => new QuantityValue(of(a).add(Quantity.of(b as bigint)))),
  ],
  sub: [
    member('quantity_sub', [QUANTITY, QUANTITY], QUANTITY, (a, b) => new QuantityValue(of(a).sub(of(b)))),
    member('quantity_sub_int', [QUANTITY, INT], QUANTITY, (a, b) => new QuantityValue(of(a).sub(Quantity.of(b as bigint)))),
  ],
};
