import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { podTemplateHash } from '../../src/component-helpers/pod-template-hash.js';
import { dumpQuantity } from '../../src/component-helpers/quantity-dump.js';
import type { PodTemplateSpec } from '../../src/schema/generated/core-v1.js';

interface Golden {
  readonly hash: string;
  readonly afterOneCollision: string;
  readonly template: PodTemplateSpec;
}

/** Hashes that Go's controller.ComputeHash gave for templates of the recorded requests. */
const golden = JSON.parse(readFileSync(new URL('golden/pod-template-hash.json', import.meta.url), 'utf8')) as Golden[];

describe('podTemplateHash', () => {
  it.each(golden)('is the one that Go computes: $hash', ({ hash, afterOneCollision, template }) => {
    expect(podTemplateHash(template, undefined)).toBe(hash);
    expect(podTemplateHash(template, 1)).toBe(afterOneCollision);
  });
});

describe('dumpQuantity', () => {
  const int64 = (value: string, scale: string, text: string, format: string): string =>
    `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`;

  it.each([
    ['0', int64('0', '0', '0', 'DecimalSI')],
    ['100m', int64('100', '-3', '100m', 'DecimalSI')],
    ['128Mi', int64('134217728', '0', '', 'BinarySI')],
    ['100Mi', int64('104857600', '0', '100Mi', 'BinarySI')],
    ['-5', int64('-5', '0', '-5', 'DecimalSI')],
    ['1e3', int64('1', '3', '1e3', 'DecimalExponent')],
  ])('keeps %s as Go does', (text, dump) => {
    expect(dumpQuantity(text)).toBe(dump);
  });

  it('keeps what is beyond int64 as a decimal of nine places', () => {
    expect(dumpQuantity('100Ti')).toContain('Dec:(*inf.Dec){unscaled:(big.Int){neg:(bool)false abs:(big.nat)[');
    expect(dumpQuantity('100Ti')).toContain('scale:(inf.Scale)9}');
  });
});
