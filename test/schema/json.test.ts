import { describe, expect, it } from 'vitest';
import { NumberLiteral, RepeatedKeys } from '../../src/schema/json-literal.js';
import { duplicateFields, JsonSyntaxError, parseJson, printJson } from '../../src/schema/json.js';

function parse(text: string | Buffer): unknown {
  return parseJson(Buffer.from(text)).value;
}

function fault(text: string | Buffer): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

describe('parsing JSON', () => {
  it.each([
    ['', 'unexpected end of JSON input'],
    ['{"a": ', 'unexpected end of JSON input'],
    ['"abc', 'unexpected end of JSON input'],
    ['{"a": 1,}', "invalid character '}' looking for beginning of object key string"],
    ['{a: 1}', "invalid character 'a' looking for beginning of object key string"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['not json', "invalid character 'o' in literal null (expecting 'u')"],
    ['nul', "invalid character ' ' in literal null (expecting 'l')"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ['01', "invalid character '1' after top-level value"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    [Buffer.from([0x8e]), "invalid character '\\u008e' looking for beginning of value"],
  ])('refuses %j in the words of Go', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('reads bytes that are no UTF-8 as one replacement character each', () => {
    expect(parse(Buffer.from([0x22, 0x61, 0xe2, 0x82, 0xff, 0x62, 0x22]))).toBe('a\ufffd\ufffd\ufffdb');
    expect(parse('"\ufffd"')).toBe('\ufffd');
  });

  it('reads halves of surrogate pairs as replacement characters', () => {
    expect(parse('"\\ud83d\\ude00 \\ud83d \\\\ud83d"')).toBe('😀 \ufffd \\ud83d');
  });

  it('refuses deep nesting before anything walks it', () => {
    expect(fault('['.repeat(1001) + ']'.repeat(1001))).toBe("invalid character '[' exceeded max depth");
    expect(fault('{"a":'.repeat(100_000))).toBe("invalid character '{' exceeded max depth");
    expect(parseJson(Buffer.from('['.repeat(1000) + ']'.repeat(1000))).depth).toBe(1000);
  });

  it('refuses numbers that no double holds', () => {
    expect(() => parse('{"a":1e400}')).toThrow('json: cannot unmarshal number 1e400 into Go value of type float64');
  });

  it('keeps what JavaScript forgets of a text, and nothing extra of others', () => {
    const plain = parseJson(Buffer.from('{"a":[1,-2.5,"1.0 \\" :",{"__proto__":1}]}'));
    expect(plain.literal).toBe(plain.value);
    expect(parseJson(Buffer.from('{"a":[1.0,9223372036854775807]}')).literal).toEqual({
      a: [new NumberLiteral('1.0'), new NumberLiteral('9223372036854775807')],
    });
    expect(parseJson(Buffer.from('{"a":1,"b":{},"a":[2]}')).literal).toEqual(
      new RepeatedKeys([
        ['a', 1],
        ['b', {}],
        ['a', [2]],
      ]),
    );
  });

  it('names repeated fields by their paths', () => {
    const text = '{"m":{"a":1,"a":2},"l":[0,{"x\\"y":1,"x\\"y":2}],"l":[],"m":{"a":1,"a":3}}';
    expect(duplicateFields(parseJson(Buffer.from(text)))).toEqual([
      'duplicate field "m.a"',
      'duplicate field "l[1].x\\"y"',
      'duplicate field "l"',
      'duplicate field "m"',
    ]);
    expect(duplicateFields(parseJson(Buffer.from('{"a":"a","b":{"a":":"}}')))).toEqual([]);
  });
});

describe('printing JSON', () => {
  it('escapes what Go escapes', () => {
    expect(printJson({ a: '<b>&\u2028"\\' })).toBe('{"a":"\\u003cb\\u003e\\u0026\\u2028\\"\\\\"}');
  });

  it('prints the limits of int64 in full, and leaves texts alone', () => {
    expect(printJson({ max: 2 ** 63, min: -(2 ** 63), text: '":9223372036854776000,' })).toBe(
      '{"max":9223372036854775807,"min":-9223372036854775808,"text":"\\":9223372036854776000,"}',
    );
  });
});
