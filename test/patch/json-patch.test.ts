import fastJsonPatch from 'fast-json-patch';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../../src/apimachinery/status.js';
import { applyJsonPatch, type JsonPatchOperation } from '../../src/patch/json-patch.js';
import { decodeJsonPatch } from '../../src/patch/json-patch-decode.js';
import { printJson } from '../../src/schema/json.js';
import { NumberLiteral } from '../../src/schema/json-literal.js';
import type { JsonObject, JsonValue } from '../../src/schema/type.js';

const deep = { 'with/slash': 1, 'with~tilde': 2, empty: {} };
const document: JsonObject = { a: '1', list: ['x', 'y'], deep, nothing: null };

/** What applying throws: its code and, from our side, why. */
function failure(run: () => unknown): { code: number; message: string; why: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return { code: error.status.code, message: error.status.message, why: error.cause };
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a JSON patch', () => {
  it.each<[title: string, operations: JsonPatchOperation[], expected: Record<string, unknown>]>([
    ['adds a member', [{ op: 'add', path: '/b', value: 2 }], { b: 2 }],
    ['adds over an existing member', [{ op: 'add', path: '/a', value: 2 }], { a: 2 }],
    ['adds null where no value is given', [{ op: 'add', path: '/b' }], { b: null }],
    ['adds a member without a name', [{ op: 'add', path: '/', value: 1 }], { '': 1 }],
    [
      'ignores what stands before the first slash',
      [{ op: 'add', path: 'ignored/deep/empty', value: 1 }],
      { deep: { 'with/slash': 1, 'with~tilde': 2, empty: 1 } },
    ],
    ['inserts into a list', [{ op: 'add', path: '/list/1', value: 'between' }], { list: ['x', 'between', 'y'] }],
    ['appends to a list', [{ op: 'add', path: '/list/-', value: 'z' }], { list: ['x', 'y', 'z'] }],
    ['appends at the index behind the last', [{ op: 'add', path: '/list/2', value: 'z' }], { list: ['x', 'y', 'z'] }],
    ['takes -1 as the end of a list when adding', [{ op: 'add', path: '/list/-1', value: 'z' }], { list: ['x', 'y', 'z'] }],
    ['takes -1 as the last element otherwise', [{ op: 'replace', path: '/list/-1', value: 'z' }], { list: ['x', 'z'] }],
    ['takes signs and leading zeros in an index', [{ op: 'replace', path: '/list/+01', value: 'z' }], { list: ['x', 'z'] }],
    ['replaces a missing member by adding it', [{ op: 'replace', path: '/b', value: 2 }], { b: 2 }],
    ['removes from a list', [{ op: 'remove', path: '/list/0' }], { list: ['y'] }],
    ['removes a null member', [{ op: 'remove', path: '/nothing' }], { nothing: undefined }],
    [
      'unescapes ~1 and ~0 once',
      [
        { op: 'remove', path: '/deep/with~1slash' },
        { op: 'remove', path: '/deep/with~0tilde' },
        { op: 'add', path: '/deep/~01', value: 3 },
      ],
      { deep: { empty: {}, '~1': 3 } },
    ],
    [
      'copies',
      [
        { op: 'copy', from: '/deep', path: '/b' },
        { op: 'add', path: '/b/empty', value: 'own' },
      ],
      { b: { 'with/slash': 1, 'with~tilde': 2, empty: 'own' } },
    ],
    ['copies null from a missing member', [{ op: 'copy', from: '/none', path: '/b' }], { b: null }],
    [
      'copies an object into itself',
      [{ op: 'copy', from: '/deep', path: '/deep/empty/again' }],
      { deep: { ...deep, empty: { again: deep } } },
    ],
    ['moves', [{ op: 'move', from: '/a', path: '/deep/a' }], { a: undefined, deep: { ...deep, a: '1' } }],
    ['moves within a list', [{ op: 'move', from: '/list/1', path: '/list/0' }], { list: ['y', 'x'] }],
    [
      'goes on when a test holds',
      [
        { op: 'test', path: '/deep', value: { empty: {}, 'with~tilde': 2, 'with/slash': 1 } },
        { op: 'remove', path: '/a' },
      ],
      { a: undefined },
    ],
    [
      'takes a missing member for null in a test',
      [
        { op: 'test', path: '/none', value: null },
        { op: 'test', path: '/none' },
      ],
      {},
    ],
    ['takes a null member for null in a test', [{ op: 'test', path: '/nothing', value: null }], {}],
    ['tests the whole document', [{ op: 'test', path: '', value: document }], {}],
    ['ignores members that it does not know', [{ op: 'remove', path: '/a', comment: 'why not' }], { a: undefined }],
  ])('%s', (_, operations, expected) => {
    const before = JSON.stringify(document);
    const result = applyJsonPatch(document, operations as JsonObject[]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(JSON.parse(JSON.stringify({ ...document, ...expected })));
    expect(JSON.stringify(document)).toBe(before);
  });

  it('replaces the whole document by an object or a list', () => {
    expect(applyJsonPatch(document, [{ op: 'replace', path: '', value: { new: true } }])).toEqual({ new: true });
    expect(
      applyJsonPatch(document, [
        { op: 'replace', path: '', value: [1] },
        { op: 'add', path: '/0', value: 0 },
      ]),
    ).toEqual([0, 1]);
  });

  it.each<[title: string, operations: JsonPatchOperation[]]>([
    ['a test fails', [{ op: 'test', path: '/a', value: '2' }]],
    ['a test without a value meets one', [{ op: 'test', path: '/a' }]],
    ['an object is tested against a list', [{ op: 'test', path: '/deep/empty', value: [] }]],
    ['a missing member is removed', [{ op: 'remove', path: '/none' }]],
    ['a missing member is moved', [{ op: 'move', from: '/none', path: '/b' }]],
    ['a value is moved into itself', [{ op: 'move', from: '/deep', path: '/deep/empty/x' }]],
    ['the way leads through nothing', [{ op: 'add', path: '/none/x', value: 1 }]],
    ['the way leads through null', [{ op: 'add', path: '/nothing/x', value: 1 }]],
    ['the way leads through text', [{ op: 'add', path: '/a/x', value: 1 }]],
    ['an index is out of range', [{ op: 'add', path: '/list/3', value: 1 }]],
    ['a negative index is out of range', [{ op: 'remove', path: '/list/-3' }]],
    ['an index is no number', [{ op: 'replace', path: '/list/first', value: 1 }]],
    ['an index is a fraction', [{ op: 'replace', path: '/list/1.0', value: 1 }]],
    ['- is no place to replace', [{ op: 'replace', path: '/list/-', value: 1 }]],
    ['the whole document is added', [{ op: 'add', path: '', value: {} }]],
    ['the whole document is removed', [{ op: 'remove', path: '' }]],
    ['the whole document is replaced by text', [{ op: 'replace', path: '', value: 'x' }]],
    ['the whole document is replaced by nothing', [{ op: 'replace', path: '' }]],
    ['a path has no slash', [{ op: 'add', path: 'a', value: 1 }]],
    ['a path is missing', [{ op: 'add', value: 1 }]],
    ['from is missing', [{ op: 'copy', path: '/b' }]],
    ['a path is no text', [{ op: 'add', path: 1, value: 1 }]],
    ['the operation is unknown', [{ op: 'invent', path: '/a', value: 1 }]],
    ['the operation is nothing', [null]],
  ])('is rejected as a whole with a constant text if %s', (_, operations) => {
    const error = failure(() => applyJsonPatch(document, [{ op: 'add', path: '/ok', value: 1 }, ...operations]));
    expect(error).toMatchObject({ code: 422, message: 'the server rejected our request due to an error in our request' });
    expect(error.why).toBeTypeOf('string');
  });

  it('shares what it does not touch with the document, and nothing that could change', () => {
    const result = applyJsonPatch(document, [
      { op: 'copy', from: '/deep', path: '/list/-' },
      { op: 'add', path: '/list/2/x', value: 1 },
    ]) as JsonObject;
    expect(result['deep']).toBe(document['deep']);
    expect(result['list']).toEqual(['x', 'y', { ...deep, x: 1 }]);
  });

  it('gives the members of touched objects sorted, as errors quote them', () => {
    const result = applyJsonPatch({ kind: 'K', metadata: { name: 'n', labels: {} }, apiVersion: 'v1' }, [
      { op: 'add', path: '/data', value: { z: 1, a: 2 } },
    ]);
    expect(printJson(result)).toBe('{"apiVersion":"v1","data":{"z":1,"a":2},"kind":"K","metadata":{"name":"n","labels":{}}}');
  });

  it('treats __proto__ and constructor as any other name', () => {
    const { patch } = decodeJsonPatch(
      Buffer.from(
        '[{"op":"add","path":"/__proto__","value":{"x":1}},{"op":"add","path":"/__proto__/polluted","value":true},{"op":"test","path":"/constructor","value":null}]',
      ),
      'Strict',
    );
    expect(printJson(applyJsonPatch({ a: 1 }, patch))).toBe('{"__proto__":{"polluted":true,"x":1},"a":1}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('limits what copies add to three mebibytes', () => {
    const big = { a: 'x'.repeat(1024 * 1024 - 2) };
    const copies = (count: number): JsonObject[] =>
      Array.from({ length: count }, (_, i) => ({ op: 'copy', from: '/a', path: `/b${String(i)}` }));
    expect(Object.keys(applyJsonPatch(big, copies(3)) as JsonObject)).toHaveLength(4);
    expect(failure(() => applyJsonPatch(big, copies(4))).why).toContain(
      'accumulated size increase of copy is 4194304, exceeding the limit 3145728',
    );
  });

  it('does not let copies of copies grow without end', () => {
    const operations = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }));
    expect(failure(() => applyJsonPatch({ a: ['x'] }, operations)).why).toContain('exceeding the limit');
  });

  it('does not let small operations nest too deep', () => {
    const nested = (depth: number): JsonValue => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as JsonValue;
    const path = '/0'.repeat(900);
    expect(
      failure(() => applyJsonPatch({ a: nested(900) }, [{ op: 'add', path: `/a${path.slice(2)}/0`, value: nested(900) }])),
    ).toMatchObject({ code: 422, why: 'exceeded max depth' });
    const doubling = Array.from({ length: 20 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a${'/a'.repeat(2 ** i)}` }));
    expect(failure(() => applyJsonPatch({ a: { a: {} } }, doubling)).why).toBe('exceeded max depth');
  });

  it('compares odd numbers by value', () => {
    const { patch } = decodeJsonPatch(
      Buffer.from('[{"op":"test","path":"/n","value":1.0},{"op":"add","path":"/m","value":2.0},{"op":"test","path":"/m","value":2}]'),
      'Strict',
    );
    expect(applyJsonPatch({ n: 1 }, patch)).toEqual({ n: 1, m: new NumberLiteral('2.0') });
  });

  it('agrees with fast-json-patch where both follow RFC 6902', () => {
    let seed = 7;
    const below = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    let applied = 0;
    for (let round = 0; round < 500; round++) {
      const start: JsonObject = { a: { b: 1, c: [1, 2, 3] }, d: [{ e: 1 }, { e: 2 }], f: 'text' };
      const paths = ['/a', '/a/b', '/a/c/0', '/a/c/1', '/d/0', '/d/0/e', '/d/1', '/f'];
      const pick = (): string => paths[below(paths.length)] ?? '';
      const operations = Array.from({ length: 3 }, () => {
        const path = pick();
        switch (below(5)) {
          case 0:
            return { op: 'add', path, value: below(9) } as const;
          case 1:
            return { op: 'replace', path, value: { x: below(9) } } as const;
          case 2:
            return { op: 'copy', from: '/a/c', path } as const;
          case 3:
            return { op: 'move', from: '/d/0', path: '/g' } as const;
          default:
            return { op: 'remove', path } as const;
        }
      });
      let theirs: unknown;
      try {
        theirs = fastJsonPatch.applyPatch(structuredClone(start), structuredClone(operations), true).newDocument;
      } catch {
        continue; // What it refuses, the real server may take.
      }
      applied++;
      expect(applyJsonPatch(start, operations)).toEqual(theirs);
    }
    expect(applied).toBeGreaterThan(150);
  });
});

describe('the body of a JSON patch', () => {
  const decode = (text: string, validation: 'Ignore' | 'Warn' | 'Strict' = 'Warn') => decodeJsonPatch(Buffer.from(text), validation);

  it.each([
    ['', 'unexpected end of JSON input'],
    ['[{', 'unexpected end of JSON input'],
    ['{"op":"add"}', 'json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'],
    ['"x"', 'json: cannot unmarshal string into Go value of type []handlers.jsonPatchOp'],
    ['[1]', 'json: cannot unmarshal number into Go value of type handlers.jsonPatchOp'],
    ['[true,1]', 'json: cannot unmarshal bool into Go value of type handlers.jsonPatchOp'],
    ['[{"op":1}]', 'json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string'],
    ['[{"op":"add","path":["a"],"op":1}]', 'json: cannot unmarshal array into Go struct field jsonPatchOp.path of type string'],
    ['[{"from":{}}]', 'json: cannot unmarshal object into Go struct field jsonPatchOp.from of type string'],
  ])('%s is 400 in the words of Go', (text, expected) => {
    expect(failure(() => decode(text))).toMatchObject({ code: 400, message: `error decoding patch: ${expected}` });
  });

  it.each([
    ['[{', 'unexpected end of JSON input'],
    ['{}', 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
    ['[[]]', 'json: cannot unmarshal array into Go value of type jsonpatch.Operation'],
  ])('%s has other words where fields are not checked', (text, expected) => {
    expect(failure(() => decode(text, 'Ignore'))).toMatchObject({ code: 400, message: expected });
  });

  it('may be null, and then does nothing', () => {
    expect(decode('null')).toEqual({ patch: [], strictErrors: [] });
    expect(decode('null', 'Ignore')).toEqual({ patch: [], strictErrors: [] });
  });

  it('tells unknown and repeated fields in their order, each once', () => {
    const { patch, strictErrors } = decode(
      '[{"op":"add","path":"/a","zz":{"x":1,"x":2},"zz":1,"value":{"x":1,"x":2,"y":[{"z":1,"z":2,"z":3}]},"op":"test"},null,{"OP":1}]',
    );
    expect(strictErrors).toEqual([
      'json patch unknown field "[0].zz"',
      'json patch duplicate field "[0].value.x"',
      'json patch duplicate field "[0].value.y[0].z"',
      'json patch duplicate field "[0].op"',
      'json patch unknown field "[2].OP"',
    ]);
    expect(patch[0]).toEqual({ op: 'test', path: '/a', zz: 1, value: { x: 2, y: [{ z: 3 }] } });
    expect(decode('[{"zz":1}]', 'Ignore').strictErrors).toEqual([]);
  });

  it('leaves operations of the wrong form to be rejected later where fields are not checked', () => {
    const { patch } = decode('[{"op":1}]', 'Ignore');
    expect(failure(() => applyJsonPatch({}, patch)).code).toBe(422);
  });

  it('has at most 10,000 operations', () => {
    expect(decode(`[${'{},'.repeat(9999)}{}]`).patch).toHaveLength(10_000);
    expect(failure(() => decode(`[${'{},'.repeat(10000)}{}]`))).toMatchObject({
      code: 413,
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    });
  });

  it('may not nest too deep', () => {
    const text = `[{"op":"add","path":"/a","value":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`;
    expect(failure(() => decode(text))).toMatchObject({
      code: 400,
      message: "error decoding patch: invalid character '[' exceeded max depth",
    });
  });
});
