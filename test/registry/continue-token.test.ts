import { describe, expect, it } from 'vitest';
import { decodeContinue, encodeContinue } from '../../src/registry/continue-token.js';

const tokenOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('tokens of paged lists', () => {
  it.each([
    [{ revision: 7, namespace: 'a', name: 'b' }, 'a'],
    [{ revision: 7, namespace: 'a', name: 'b' }, undefined],
    [{ revision: -1, namespace: '', name: 'b' }, undefined],
  ])('%j comes back in a list of %s', (point, namespace) => {
    expect(decodeContinue(encodeContinue(point, namespace !== undefined), namespace)).toEqual(point);
  });

  it.each<[unknown, string]>([
    [{ v: 'meta.k8s.io/v2', rv: 1, start: 'd' }, 'server does not recognize this encoded version meta.k8s.io/v2'],
    [null, 'server does not recognize this encoded version '],
    [{ v: 'meta.k8s.io/v1', start: 'd' }, 'incorrect encoded start resourceVersion (version meta.k8s.io/v1)'],
    [{ v: 'meta.k8s.io/v1', rv: 1 }, 'encoded start key empty (version meta.k8s.io/v1)'],
    [{ v: 'meta.k8s.io/v1', rv: 5, start: '../d' }, '../d'],
    [{ v: 'meta.k8s.io/v1', rv: 5, start: 'a//d' }, 'a//d'],
    [{ v: 'meta.k8s.io/v1', rv: 5, start: 'a/' }, 'a/'],
    [[], 'json: cannot unmarshal array into Go value of type storage.continueToken'],
    ['x', 'json: cannot unmarshal string into Go value of type storage.continueToken'],
    [{ rv: '1' }, 'json: cannot unmarshal string into Go struct field continueToken.rv of type int64'],
    [{ v: 1 }, 'json: cannot unmarshal number into Go struct field continueToken.v of type string'],
  ])('%j is refused', (value, why) => {
    expect(() => decodeContinue(tokenOf(value), 'default')).toThrow(
      expect.objectContaining({ message: `invalid continue token: continue key is not valid: ${why}` }),
    );
  });
});
