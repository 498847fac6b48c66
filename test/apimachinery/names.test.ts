import { describe, expect, test } from 'vitest';
import { fnv32, fnv32a, fnv64a, safeEncodeString } from '../../src/apimachinery/hash.js';
import { generateName } from '../../src/apimachinery/names.js';
import { SeededRandom, SystemRandom, type Random } from '../../src/apimachinery/random.js';

const makers: [string, () => Random][] = [
  ['the seeded generator', () => new SeededRandom(7)],
  ['the system generator', () => new SystemRandom()],
];

describe.each(makers)('%s', (_name, make) => {
  const random = make();

  test('makes version 4 UUIDs, all different', () => {
    const uuids = Array.from({ length: 200 }, () => random.uuid());
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uuids).size).toBe(200);
  });

  test('stays within its bounds and reaches all of them', () => {
    const seen = new Set(Array.from({ length: 500 }, () => random.int(7)));
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    for (let i = 0; i < 100; i++) {
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
    }
    expect(random.bytes(33)).toHaveLength(33);
  });

  test('adds five characters without vowels to a base of at most 58', () => {
    expect(generateName('web-', random)).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(generateName('a'.repeat(100), random)).toMatch(/^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });
});

test('one seed gives one sequence, another seed another', () => {
  const draw = (seed: number | string): string[] => {
    const random = new SeededRandom(seed);
    return [random.uuid(), random.alphanumeric(10), String(random.int(1000))];
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw('one')).toEqual(draw('one'));
  expect(draw(1)).not.toEqual(draw(2));
});

// Values of Go's hash/fnv and rand.SafeEncodeString.
test.each([
  ['', 2166136261, 2166136261, 14695981039346656037n, ''],
  ['a', 3826002220, 84696446, 12638187200555641996n, 'v'],
  ['hello world', 3582672807, 1418570095, 8618312879776256743n, '62bbfhpfjbz'],
  ['héllo', 1252296000, 1554173086, 11772399666002542816n, '6wbbf'],
  ['5d8f6c7b9', 1181596667, 1183174399, 12758823747749567707n, '9zd4bxcwf'],
])('%j: FNV-1a %i, FNV-1 %i, FNV-1a of 64 bits %i, encoded %s', (text, a, b, c, encoded) => {
  expect([fnv32a(text), fnv32(text), fnv64a(text), safeEncodeString(text)]).toEqual([a, b, c, encoded]);
});
