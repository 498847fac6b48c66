import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NumberLiteral } from '../../src/schema/json-literal.js';
import type { JsonValue } from '../../src/schema/type.js';
import { parseYaml, parseYamlDocuments, printYaml, YamlError } from '../../src/schema/yaml.js';

function fault(text: string | Buffer): string {
  try {
    parseYaml(text);
  } catch (error) {
    if (error instanceof YamlError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('parsing YAML', () => {
  it.each([
    ['', 'null'],
    ['# only a comment', 'null'],
    ['a: 1\n---\nb: 2', '{"a":1}'],
    ['---\n', 'null'],
    ['a: [1, {b: c}, d: e, ]', '{"a":[1,{"b":"c"},{"d":"e"}]}'],
    ['{a, b: , "c":d, ? e : f}', '{"a":null,"b":null,"c":"d","e":"f"}'],
    ['- - a\n  - b\n- c: d\n  e:\n  - f', '[["a","b"],{"c":"d","e":["f"]}]'],
    ['a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2', '{"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}}'],
    [
      'a: |\n  one\n   two\n\n  three\n\nb: >-\n  folded\n  text\n\n  more\nc: |+\n  kept\n\nd: x',
      '{"a":"one\\n two\\n\\nthree\\n","b":"folded text\\nmore","c":"kept\\n\\n","d":"x"}',
    ],
    ["a: 'it''s'\nb: \"tab\\t\\u00e9 \\\n   on\"", '{"a":"it\'s","b":"tab\\té on"}'],
    ['a: plain\n  goes on\n\n  here # comment', '{"a":"plain goes on\\nhere"}'],
    ['? complex\n: value', '{"complex":"value"}'],
    [
      'a: 0o17\nb: 017\nc: 1_000\nd: 0b11\ne: .5\nf: 1e3\ng: 12:30\nh: 2001-01-01\ni: +1\nj: 08',
      '{"a":15,"b":15,"c":1000,"d":3,"e":0.5,"f":1000,"g":"12:30","h":"2001-01-01","i":1,"j":8}',
    ],
    ['a: 18446744073709551615\nb: 18446744073709551616', '{"a":18446744073709551615,"b":18446744073709552000}'],
    ['!!str 1', '"1"'],
    ['a: !!float 1\nb: !!binary aGk=\nc: !local x\nd: ! 5', '{"a":1,"b":"hi","c":"x","d":"5"}'],
    ['%YAML 1.1\n%TAG !e! tag:example.com,2000:\n---\n!e!x {a: b}', '{"a":"b"}'],
    ['a: b\n---\n}', '{"a":"b"}'],
    ['--- a\n--- b', '"a"'],
    ['- a\n- b\n c', '["a","b c"]'],
    ['&a', 'null'],
  ])('reads %j as %s', (text, json) => {
    const { value, duplicates } = parseYaml(text);
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(json)));
    expect(duplicates).toEqual([]);
  });

  it.each([
    ['a:\n\tb: c', 'yaml: line 2: found character that cannot start any token'],
    ['a: b\n\tc: d', 'yaml: line 2: found a tab character that violates indentation'],
    ['a: b: c', 'yaml: mapping values are not allowed in this context'],
    ['a: [1\nb: 2', "yaml: line 1: did not find expected ',' or ']'"],
    ['a: "open', 'yaml: found unexpected end of stream'],
    ["a: 'open\n", 'yaml: line 2: found unexpected end of stream'],
    ['- a\nb: c', "yaml: line 1: did not find expected '-' indicator"],
    ['a:\n  - b\n - c', 'yaml: line 2: did not find expected key'],
    ['a: *missing', "yaml: unknown anchor 'missing' referenced"],
    ['&a [*a]', "yaml: anchor 'a' value contains itself"],
    ['a: @x', 'yaml: found character that cannot start any token'],
    ['a: `x', 'yaml: found character that cannot start any token'],
    ['a: %x', 'yaml: found character that cannot start any token'],
    ['a: |x', 'yaml: did not find expected comment or line break'],
    ['a: |0\n  x', 'yaml: found an indentation indicator equal to 0'],
    ['a: "\\q"', 'yaml: found unknown escape character'],
    ['a: "\\u12"', 'yaml: did not find expected hexdecimal number'],
    ['}', 'yaml: did not find expected node content'],
    ['a: }', 'yaml: did not find expected node content'],
    ['key\nb: c', 'yaml: line 2: mapping values are not allowed in this context'],
    ['? [a]\n: b', 'yaml: invalid map key: []interface {}{"a"}'],
    ['~: x', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"'],
    ['a: .nan', 'json: unsupported value: NaN'],
    ['<<: 5', 'yaml: map merge requires map or sequence of maps as the value'],
    ['<<: [5]', 'yaml: map merge requires map or sequence of maps as the value'],
    ['!u!x y', 'yaml: found undefined tag handle'],
    ['%FOO\n---', 'yaml: found unknown directive name'],
    ['%YAML 1.2\n---\n', 'yaml: found incompatible YAML document'],
    ['%YAML 1.1\n%YAML 1.1\n---', 'yaml: line 1: found duplicate %YAML directive'],
    ['!!int x', 'yaml: cannot decode !!str `x` as a !!int'],
    ['a: "x"y', 'yaml: did not find expected key'],
    ['...\n', 'yaml: did not find expected node content'],
    ['a:\n  b\n c: d', 'yaml: line 3: mapping values are not allowed in this context'],
    ['[a, b', "yaml: line 1: did not find expected ',' or ']'"],
    ['{a: b', "yaml: line 1: did not find expected ',' or '}'"],
    ['{a: b]', "yaml: did not find expected ',' or '}'"],
    ['[a: b}', "yaml: did not find expected ',' or ']'"],
    ['a\u0001b', 'yaml: control characters are not allowed'],
    ['a: "b\n---\n"', 'yaml: line 2: found unexpected document indicator'],
    ['*a', "yaml: unknown anchor 'a' referenced"],
    ['& a', 'yaml: did not find expected alphabetic or numeric character'],
    ['!<x', "yaml: did not find the expected '>'"],
    ['!!', 'yaml: did not find expected tag URI'],
    ['a: >2x\n  y', 'yaml: did not find expected comment or line break'],
  ])('refuses %j: %s', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('tells repeated keys with the lines of their values, keys of different types apart', () => {
    const { value, duplicates } = parseYaml('a: b\na: c\nd: {e: 1, e:\n 2}\n1: x\n"1": z\n1: y\nyes: 1\non: 2\n1e6: 1\n1e6: 2');
    expect(value).toEqual({ '1': 'z', '1e+06': 2, a: 'c', d: { e: 2 }, true: 2 });
    expect(duplicates).toEqual([
      'line 2: key "a" already set in map',
      'line 4: key "e" already set in map',
      'line 7: key 1 already set in map',
      'line 9: key true already set in map',
      'line 11: key 1e+06 already set in map',
    ]);
  });

  it('sorts keys, and treats __proto__ as any other', () => {
    expect(JSON.stringify(parseYaml('b: 1\n__proto__: {c: 2}\na: 3').value)).toBe('{"__proto__":{"c":2},"a":3,"b":1}');
  });

  it('keeps integers that no double holds', () => {
    const { value, literal } = parseYaml('a: 9223372036854775807');
    expect(value).toEqual({ a: 2 ** 63 });
    expect(literal).toEqual({ a: new NumberLiteral('9223372036854775807') });
  });

  it('reads the documents of a file', () => {
    expect(parseYamlDocuments('# none\n---\na: 1\n...\n---\n---\n- b\n')).toEqual([{ a: 1 }, null, ['b']]);
    expect(parseYamlDocuments('')).toEqual([]);
    expect(parseYamlDocuments('a: &x 1\n---\nb: 2\n')).toEqual([{ a: 1 }, { b: 2 }]);
    expect(() => parseYamlDocuments('a: &x 1\n---\nb: *x\n')).toThrow("unknown anchor 'x' referenced");
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(fault(Buffer.from([0x61, 0x3a, 0x20, 0xff]))).toBe('yaml: invalid leading UTF-8 octet');
    expect(parseYaml(Buffer.from('\ufeffa: ü')).value).toEqual({ a: 'ü' });
  });

  it('bounds what aliases and nesting may cost', () => {
    const level = (name: string, of: string) => `${name}: &${name} [${Array.from({ length: 10 }, () => of).join(',')}]\n`;
    const names = [...'abcdefghij'];
    const laughs = names.map((name, i) => level(name, i === 0 ? 'x' : `*${names[i - 1] ?? ''}`)).join('');
    expect(fault(laughs)).toBe('yaml: document contains excessive aliasing');
    for (const nested of ['['.repeat(50_000), '- '.repeat(50_000), '? '.repeat(50_000), '{a: '.repeat(50_000)])
      expect(fault(nested)).toBe('yaml: exceeded max depth of 1000');
    expect(parseYaml('['.repeat(900) + ']'.repeat(900)).value).toHaveLength(1);
  });
});

describe('printing YAML', () => {
  it.each<[JsonValue, string]>([
    ['', '""\n'],
    [null, 'null\n'],
    [true, 'true\n'],
    [12, '12\n'],
    [1.5, '1.5\n'],
    [1e21, '1e+21\n'],
    [100000000000000000000, '1e+20\n'],
    [1234567.5, '1.2345675e+06\n'],
    [1e-7, '1e-07\n'],
    [2 ** 63, '9223372036854775807\n'],
    ['plain', 'plain\n'],
    ['yes', '"yes"\n'],
    ['N', '"N"\n'],
    ['null', '"null"\n'],
    ['~', '"~"\n'],
    ['1', '"1"\n'],
    ['1.5', '"1.5"\n'],
    ['0x1F', '"0x1F"\n'],
    ['08', '"08"\n'],
    ['1_0', '"1_0"\n'],
    ['12:30', '"12:30"\n'],
    ['12:90', '12:90\n'],
    ['2001-02-03', '"2001-02-03"\n'],
    ['2001-13-03', '2001-13-03\n'],
    ['2001-2-3 4:5:6', '"2001-2-3 4:5:6"\n'],
    ['a: b', "'a: b'\n"],
    ['a:', "'a:'\n"],
    [':a', ':a\n'],
    ['a:b', 'a:b\n'],
    ['- x', "'- x'\n"],
    ['-x', '-x\n'],
    ['-', "'-'\n"],
    ['?', "'?'\n"],
    ['? x', "'? x'\n"],
    ['#x', "'#x'\n"],
    ['a #x', "'a #x'\n"],
    ['a#x', 'a#x\n'],
    ['*x', "'*x'\n"],
    ['&x', "'&x'\n"],
    ['!x', "'!x'\n"],
    ['%x', "'%x'\n"],
    ['@x', "'@x'\n"],
    ['`x', "'`x'\n"],
    ['|', "'|'\n"],
    ["it's", "it's\n"],
    ["'x", "'''x'\n"],
    ['"x"', '\'"x"\'\n'],
    ['{x', "'{x'\n"],
    ['x}', 'x}\n'],
    [',x', "',x'\n"],
    ['---', "'---'\n"],
    ['--- x', "'--- x'\n"],
    ['...x', "'...x'\n"],
    [' x', "' x'\n"],
    ['x ', "'x '\n"],
    ['a\tb', '"a\\tb"\n'],
    ['a\\b', 'a\\b\n'],
    ['one\ntwo', '|-\n  one\n  two\n'],
    ['one\ntwo\n', '|\n  one\n  two\n'],
    ['one\n\n', '|+\n  one\n\n'],
    ['\n', '|2+\n\n'],
    ['\n\n', '|2+\n\n\n'],
    [' lead\nx', '|2-\n   lead\n  x\n'],
    ['trail \nx', '"trail \\nx"\n'],
    ['x\n ', '"x\\n "\n'],
    ['a\rb', '"a\\rb"\n'],
    ['é', 'é\n'],
    ['😀', '"\\U0001F600"\n'],
    ['\u00a0', '\u00a0\n'],
    ['\u0085', '"\\N"\n'],
    ['\u2028x', "'\u2028  x'\n"],
    ['\ufeffab', '"\\uFEFF\\x61\\x62"\n'],
    ['\u0007', '"\\a"\n'],
    [
      'word word word word word word word word word word word word word word word word word word word word end',
      'word word word word word word word word word word word word word word word word word\n  word word word end\n',
    ],
    [
      '- word word word word word word word word word word word word word word word word word word word word end',
      "'- word word word word word word word word word word word word word word word word\n  word word word word end'\n",
    ],
    [
      'word word word word word word word word word word word word word word word word word word word word end: x',
      "'word word word word word word word word word word word word word word word word word\n  word word word end: x'\n",
    ],
    [
      '"word word word word word word word word word word word word word word word word word word word word end',
      "'\"word word word word word word word word word word word word word word word word\n  word word word word end'\n",
    ],
    [
      'a\tword word word word word word word word word word word word word word word word word word word word end  word word word word word word word word word word word word word word word word word word word word end',
      '"a\\tword word word word word word word word word word word word word word word word\n  word word word word end  word word word word word word word word word word word\n  word word word word word word word word word end"\n',
    ],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    ],
    [[], '[]\n'],
    [{}, '{}\n'],
    [[[]], '- []\n'],
    [[{}], '- {}\n'],
    [[[1, [2]], { a: [{ b: {} }] }], '- - 1\n  - - 2\n- a:\n  - b: {}\n'],
    [{ a: [1], b: { c: [] } }, 'a:\n- 1\nb:\n  c: []\n'],
    [
      {
        '1': 2,
        'word word word word word word word word word word word word word word word word word word word word end': 1,
        kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk:
          'v',
        'multi\nline': { a: 1 },
        ' ': '',
        '': 1,
        no: 1,
      },
      '"": 1\n\' \': ""\n"1": 2\n? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: v\n? |-\n  multi\n  line\n: a: 1\n"no": 1\nword word word word word word word word word word word word word word word word word word word word end: 1\n',
    ],
    [
      { '9': 8, '10': 7, a10: 1, a2: 2, a: 3, 'a-b': 4, a1b: 5, B: 6, a02: 9, _: 10, é: 11 },
      '_: 10\n"9": 8\n"10": 7\nB: 6\na: 3\na-b: 4\na2: 2\na02: 9\na10: 1\na1b: 5\né: 11\n',
    ],
    [
      {
        k: 'word word word word word word word word word word word word word word word word word word word word end',
        l: ['word word word word word word word word word word word word word word word word word word word word end'],
        m: 'a\nb word word word word word word word word word word word word word word word word word word word word end',
      },
      'k: word word word word word word word word word word word word word word word word\n  word word word word end\nl:\n- word word word word word word word word word word word word word word word word\n  word word word word end\nm: |-\n  a\n  b word word word word word word word word word word word word word word word word word word word word end\n',
    ],
  ])('prints %j', (value, text) => {
    expect(printYaml(value)).toBe(text);
  });
});

const RECORDED = '../shared/parity/recorded';

/** Answers in YAML of the real server. */
function answers(): [string, string][] {
  if (!existsSync(RECORDED)) return [];
  return readdirSync(RECORDED)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const steps = JSON.parse(readFileSync(`${RECORDED}/${name}`, 'utf8')) as {
        id: string;
        response?: { contentType?: string; text?: string };
      }[];
      return steps
        .filter(({ response }) => response?.contentType === 'application/yaml' && response.text !== undefined)
        .map(({ id, response }): [string, string] => [`${name}/${id}`, response?.text ?? '']);
    });
}

describe.skipIf(answers().length === 0)('answers of the real server (skipped without ../shared)', () => {
  it.each(answers())('%s reads and prints as the same text', (_, text) => {
    expect(printYaml(parseYaml(text).value)).toBe(text);
  });
});
