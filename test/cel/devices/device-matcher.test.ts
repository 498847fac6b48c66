import { describe, expect, it } from 'vitest';
import { DeviceMatcher } from '../../../src/cel/devices/device-matcher.js';
import { loadPatterns } from '../../../src/schema/custom/validation/patterns.js';

const device = {
  name: 'gpu-0',
  attributes: {
    model: { string: 'LATEST-GPU' },
    cores: { int: 8 },
    healthy: { bool: true },
    'example.com/driver': { version: '1.2.3' },
  },
  capacity: { memory: { value: '16Gi' } },
};

describe('DeviceMatcher', () => {
  const cases: readonly [string, boolean | string][] = [
    [`device.driver == 'gpu.example.com'`, true],
    [`device.attributes['gpu.example.com'].model == 'LATEST-GPU'`, true],
    [`device.attributes['gpu.example.com'].cores > 8`, false],
    [`device.attributes['gpu.example.com'].healthy`, true],
    [`device.attributes['example.com'].driver.isGreaterThan(semver('1.0.0'))`, true],
    [`device.capacity['gpu.example.com'].memory.compareTo(quantity('8Gi')) > 0`, true],
    [`'color' in device.attributes['gpu.example.com']`, false],
    [`'color' in device.attributes['nobody.example.com']`, false],
    [`device.attributes['gpu.example.com'].color == 'red'`, 'no such key: color'],
  ];
  it.each(cases)('%s is %s', async (expression, expected) => {
    await loadPatterns();
    expect(new DeviceMatcher(expression).matches('gpu.example.com', device)).toBe(expected);
  });
});
