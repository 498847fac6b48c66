import { describe, expect, it } from 'vitest';
import { isOverCapacity, truncate } from '../../../../src/controllers/cluster/endpoints/capacity.js';
import type { EndpointSubset } from '../../../../src/schema/generated/core-v1.js';

const addresses = (count: number) => Array.from({ length: count }, (_, i) => ({ ip: `10.0.${String(i >> 8)}.${String(i & 255)}` }));
const subset = (ready: number, others: number): EndpointSubset => ({ addresses: addresses(ready), notReadyAddresses: addresses(others) });

describe('Endpoints over their capacity', () => {
  it.each([
    ['drop what is not ready first', [subset(900, 200)], [[900, 100]]],
    ['drop all that is not ready if what is ready is too much', [subset(1500, 10)], [[1000, 0]]],
    [
      'take from each subset in proportion',
      [subset(900, 0), subset(300, 0)],
      [
        [750, 0],
        [250, 0],
      ],
    ],
  ])('%s', (_, subsets, left) => {
    expect(isOverCapacity(subsets)).toBe(true);
    expect(truncate(subsets).map((s) => [s.addresses?.length ?? 0, s.notReadyAddresses?.length ?? 0])).toEqual(left);
  });
});
