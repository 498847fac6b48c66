import { bench, describe } from 'vitest';
import { cases } from './support/cases.js';
import { managerOf, run } from './support/operations.js';

describe('operations', () => {
  for (const { title, type, then, operations } of cases) {
    if (then !== undefined) continue;
    const manager = managerOf(type);
    bench(title, () => {
      run(operations, () => manager);
    });
  }
});
