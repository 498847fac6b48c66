import { describe, expect, it } from 'vitest';
import { Load } from '../../../../src/nodes/runtime/process/load.js';

describe('the load of a container', () => {
  it('is what its programs hold, until they let go', () => {
    const load = new Load(() => 0);
    expect(load.isTold).toBe(false);
    const release = load.hold({ cores: 2 });
    load.hold({ memory: 100 });
    expect(load.demand()).toEqual({ cores: 2, memory: 100 });
    release();
    release();
    expect(load.demand()).toEqual({ cores: 0, memory: 100 });
    expect(load.isTold).toBe(true);
  });

  it('is also what they spent in the last fifteen seconds, on average', () => {
    let now = 0;
    const load = new Load(() => now);
    for (; now < 30_000; now += 1000) load.spend(500);
    now = 29_999;
    expect(load.demand().cores).toBeCloseTo(0.5);
    now = 37_000;
    expect(load.demand().cores).toBeCloseTo(0.5 * (7 / 15));
    now = 50_000;
    expect(load.demand().cores).toBe(0);
  });

  it('tells of memory only when there is more of it', () => {
    const told: number[] = [];
    const load = new Load(
      () => 0,
      (bytes) => told.push(bytes),
    );
    const release = load.hold({ memory: 10 });
    load.hold({ cores: 1 });
    load.hold({ memory: 5 });
    release();
    expect(told).toEqual([10, 15]);
  });
});
