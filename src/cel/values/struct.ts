import type { CelType } from '../types/type.js';
import { equal } from './equality.js';
import { CelObject, type CelValue } from './value.js';

/** What a struct literal such as `Object.metadata{labels: …}` makes. */
export class StructValue extends CelObject {
  constructor(
    override readonly type: CelType,
    readonly fields: ReadonlyMap<string, CelValue>,
  ) {
    super();
  }

  equals(other: CelValue): CelValue {
    if (!(other instanceof StructValue) || other.type.name !== this.type.name || other.fields.size !== this.fields.size) return false;
    return [...this.fields].every(([name, value]) => {
      const theirs = other.fields.get(name);
      return theirs !== undefined && equal(value, theirs) === true;
    });
  }
}
