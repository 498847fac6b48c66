import { describe, expect, it } from 'vitest';
import { AddressPool } from '../../../src/nodes/node/pod-addresses.js';

describe('AddressPool', () => {
  it('gives out what was given back last of all', () => {
    const pool = new AddressPool('10.244.1.0/29');
    expect([pool.take(), pool.take()]).toEqual(['10.244.1.2', '10.244.1.3']);
    pool.release('10.244.1.2');
    expect([pool.take(), pool.take(), pool.take(), pool.take()]).toEqual(['10.244.1.4', '10.244.1.5', '10.244.1.6', '10.244.1.2']);
    expect(pool.take()).toBeUndefined();
  });

  it('knows addresses of the sixth version', () => {
    expect(new AddressPool('fd00:10:244:1::/64').take()).toBe('fd00:10:244:1::2');
  });
});
