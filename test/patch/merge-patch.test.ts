import { describe, expect, it } from 'vitest';
import { StatusError } from '../../src/apimachinery/status.js';
import { applyMergePatch } from '../../src/patch/merge-patch.js';
import { decodeMergePatch } from '../../src/patch/patch-decode.js';
import { printJson } from '../../src/schema/json.js';
import { NumberLiteral } from '../../src/schema/json-literal.js';
import type { JsonValue } from '../../src/schema/type.js';

function failure(run: () => unknown): { code: number; message: string } {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return { code: error.status.code, message: error.status.message };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a merge patch', () => {
  it.each<[title: string, document: JsonValue, patch: JsonValue, expected: JsonValue]>([
    ['sets a member', { a: 'b' }, { a: 'c' }, { a: 'c' }],
    ['adds a member', { a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    ['removes a member', { a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    ['removes nothing that is not there', { a: 'b' }, { b: null }, { a: 'b' }],
    ['merges objects', { a: { b: 'c', d: 'e' } }, { a: { b: null, f: 1 } }, { a: { d: 'e', f: 1 } }],
    ['replaces lists', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['replaces an object by text', { a: { b: 'c' } }, { a: 'd' }, { a: 'd' }],
    ['replaces text by an object', { a: 'd' }, { a: { b: 'c' } }, { a: { b: 'c' } }],
    ['keeps null members that it does not speak of', { a: null }, { b: 1 }, { a: null, b: 1 }],
    ['removes nulls from new objects', {}, { a: { bb: { ccc: null, d: 1 } } }, { a: { bb: { d: 1 } } }],
    [
      'removes nulls from objects in new lists, but not from the lists',
      {},
      { a: [null, { b: null, c: [{ d: null }] }] },
      { a: [null, { c: [{}] }] },
    ],
    ['removes nulls from lists that replace lists', { a: [1] }, { a: [{ b: null }] }, { a: [{}] }],
    ['removes nulls from what replaces null', { a: null }, { a: { b: null } }, { a: {} }],
    ['removes nulls from what replaces text', { a: 'x' }, { a: { b: null } }, { a: {} }],
    ['keeps nulls in a list that replaces an object', { a: { x: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
    ['becomes the document if it is a list', { a: 1 }, [{ b: null }, null], [{}, null]],
    ['becomes the document if that is no object', ['a'], { b: null, c: 1 }, { c: 1 }],
    ['changes nothing if empty', { b: 1, a: 2 }, {}, { b: 1, a: 2 }],
  ])('%s', (_, document, patch, expected) => {
    const before = JSON.stringify([document, patch]);
    expect(applyMergePatch(document, patch)).toEqual(expected);
    expect(JSON.stringify([document, patch])).toBe(before);
  });

  it.each<[JsonValue]>([[null], ['text'], [1], [true]])('%s is no merge patch', (patch) => {
    expect(failure(() => applyMergePatch({ a: 1 }, patch))).toEqual({ code: 400, message: 'Invalid JSON Patch' });
  });

  it('shares what it does not touch with the document', () => {
    const document = { spec: { a: [1] }, metadata: { name: 'x' } };
    const result = applyMergePatch(document, { metadata: { name: 'y' } }) as typeof document;
    expect(result.spec).toBe(document.spec);
    expect(document.metadata.name).toBe('x');
  });

  it('gives the members of touched objects sorted, as errors quote them', () => {
    const document = { kind: 'K', metadata: { name: 'n', labels: { z: '1', a: '2' } }, apiVersion: 'v1' };
    expect(printJson(applyMergePatch(document, { data: { z: 1, a: { y: 1, b: 2 } } }))).toBe(
      '{"apiVersion":"v1","data":{"a":{"b":2,"y":1},"z":1},"kind":"K","metadata":{"name":"n","labels":{"z":"1","a":"2"}}}',
    );
  });

  it('treats __proto__ and constructor as any other name', () => {
    const { patch } = decodeMergePatch(
      Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":null}'),
      'Warn',
    );
    expect(printJson(applyMergePatch({ a: 1 }, patch))).toBe(
      '{"__proto__":{"polluted":true},"a":1,"constructor":{"prototype":{"polluted":true}}}',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the body of a merge patch', () => {
  const decode = (text: string, validation: 'Ignore' | 'Warn' | 'Strict' = 'Warn') => decodeMergePatch(Buffer.from(text), validation);

  it.each([
    ['{"data":', 'unexpected end of JSON input'],
    ['data: 1', "invalid character 'd' looking for beginning of value"],
    ['[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"x"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['{"a":1e999}', 'json: cannot unmarshal number 1e999 into Go value of type float64'],
  ])('%s is 400 in the words of Go', (text, expected) => {
    expect(failure(() => decode(text))).toEqual({ code: 400, message: `error decoding patch: ${expected}` });
  });

  it('is 400 with a constant text if unreadable where fields are not checked', () => {
    expect(failure(() => decode('{"data":', 'Ignore'))).toEqual({ code: 400, message: 'Invalid JSON Patch' });
  });

  it('may be a list only where fields are not checked', () => {
    expect(decode('[1]', 'Ignore').patch).toEqual([1]);
  });

  it('may be null, which applying then refuses', () => {
    expect(decode('null').patch).toBeNull();
  });

  it('counts the last of repeated fields and tells them', () => {
    expect(decode('{"a":{"b":1,"b":2},"a":{"c":1,"c":2,"c":3}}')).toEqual({
      patch: { a: { c: 3 } },
      strictErrors: ['duplicate field "a.b"', 'duplicate field "a"', 'duplicate field "a.c"'],
    });
    expect(decode('{"a":1,"a":2}', 'Ignore')).toEqual({ patch: { a: 2 }, strictErrors: [] });
  });

  it('keeps how odd numbers were written for the decoder of the result', () => {
    const { patch } = decode('{"spec":{"replicas":2.0,"count":3}}');
    expect(applyMergePatch({ spec: { replicas: 1 } }, patch)).toEqual({ spec: { replicas: new NumberLiteral('2.0'), count: 3 } });
  });
});
