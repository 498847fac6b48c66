import { describe, expect, test } from 'vitest';
import { cases } from './support/cases.js';
import { managerOf, run } from './support/operations.js';

describe('a list of operations leaves the object and its owners as described', () => {
  test.each(cases)('$title', ({ type, then, operations, spec, owners }) => {
    const manager = managerOf(type);
    const later = then === undefined ? manager : managerOf(then.type);
    const result = run(operations, (index) => (then !== undefined && index >= then.at ? later : manager));
    expect(result.conflicts).toEqual(operations.map((operation) => operation.conflicts ?? []));
    expect(result.spec).toEqual(spec);
    expect(result.owners).toEqual(owners);
  });
});
