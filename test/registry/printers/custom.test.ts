import { describe, expect, it } from 'vitest';
import { crdPrinter, crdScalePrinter } from '../../../src/registry/printers/index.js';
import type { JsonObject, JsonValue } from '../../../src/schema/type.js';

const NOW = Date.parse('2026-11-21T03:00:00Z');

const object: JsonObject = {
  metadata: { name: 'x', labels: { 'app.io/name': 'navy', a: 'b' } },
  spec: {
    none: null,
    count: 3,
    ratio: 1.5,
    big: 12345678.5,
    tiny: 0.00001,
    on: true,
    text: 'red',
    empty: '',
    list: [1, 2, 3, 4],
    nothing: [],
    parts: [
      { name: 'a', v: 1, on: true },
      { name: 'b', v: 2.5 },
      { name: 'c)', v: null, sub: [5] },
    ],
    html: { '<b>': '&', a: [1.5, null] },
  },
};

/** What kube-apiserver v1.36.2 shows for a column of the type with the path. */
const CELLS: readonly (readonly [type: string, jsonPath: string, cell: JsonValue])[] = [
  ['string', '.spec.text', 'red'],
  ['string', '.spec.missing', null],
  ['string', '.spec.text.deeper', null],
  ['string', '.spec.none', '<no value>'],
  ['integer', '.spec.none', null],
  ['string', '.', null],
  ['string', '.spec.count', '3'],
  ['string', '.spec.on', 'true'],
  ['string', '.spec.ratio', '1.5'],
  ['string', '.spec.big', '1.23456785e+07'],
  ['string', '.spec.tiny', '1e-05'],
  ['string', '.spec.empty', ''],
  ['string', '.spec.list', '[1,2,3,4]'],
  ['string', '.spec.html', '{"\\u003cb\\u003e":"\\u0026","a":[1.5,null]}'],
  ['string', '.spec.parts[1]', '{"name":"b","v":2.5}'],
  ['integer', '.spec.count', 3],
  ['integer', '.spec.ratio', 1],
  ['integer', '.spec.text', null],
  ['number', '.spec.count', 3],
  ['number', '.spec.ratio', 1.5],
  ['number', '.spec.on', null],
  ['boolean', '.spec.on', true],
  ['boolean', '.spec.count', null],
  ['date', '.spec.text', '<invalid>'],
  ['date', '.spec.empty', '<unknown>'],
  ['date', '.spec.count', null],
  ['date', '.metadata.labels', null],
  ['string', '.metadata.labels.app\\.io/name', 'navy'],
  ['string', ".metadata.labels['app\\.io/name']", 'navy'],
  ['string', ".metadata.labels['app.io/name']", null],
  ['string', ".metadata['labels'].a", 'b'],
  ['integer', '.spec.list[0]', 1],
  ['integer', '.spec.list[-1]', 4],
  ['integer', '.spec.list[-2:]', 3],
  ['integer', '.spec.list[1:3]', 2],
  ['integer', '.spec.list[::2]', 1],
  ['integer', '.spec.list[3:1]', null],
  ['integer', '.spec.list[9]', null],
  ['integer', '.spec.list[1:9]', null],
  ['integer', '.spec.list[1:1]', null],
  ['integer', '.spec.list[0:4:0]', null],
  ['integer', '.spec.list[*]', 1],
  ['integer', '.spec.list[]', 1],
  ['integer', '.spec.list[2,0]', 3],
  ['integer', '.spec.list.*', 1],
  ['integer', '.spec.nothing[*]', null],
  ['integer', '.spec.nothing[0]', null],
  ['integer', '.spec.text[0]', null],
  ['integer', '.spec.none[0]', null],
  ['string', ".spec['missing','text']", 'red'],
  ['string', '.spec.parts[*].name', 'a'],
  ['string', '.spec.parts[?(@.name=="b")].v', '2.5'],
  ['string', ".spec.parts[?(@.name == 'b')].v", '2.5'],
  ['string', '.spec.parts[?(@.name=="c)")].v', '<no value>'],
  ['string', '.spec.parts[?(@.name!="a")].name', 'b'],
  ['string', '.spec.parts[?(@.on)].name', 'a'],
  ['string', '.spec.parts[?(@.on==true)].name', 'a'],
  ['string', '.spec.parts[?(@.v>=1)].name', null],
  ['string', '.spec.parts[:1][?(@.v>=1)].name', null],
  ['string', '.spec.parts[:1][?(@.v==1.0)].name', null],
  ['string', '.spec.parts[?(@.missing==1)].name', null],
  ['string', '.spec.parts[?(@.name<"b")].name', 'a'],
  ['string', '.spec.parts[?(@.on<true)].name', null],
  ['string', '.spec.parts[?(@.sub[0])].name', 'c)'],
  ['string', '.spec.parts[?(@.name=="a")]', '{"name":"a","on":true,"v":1}'],
  ['string', '.spec.parts[?(@.name==b)]', null],
  ['string', '.spec.list[?(@>2)]', '3'],
  ['string', '.spec[?(@.a)]', null],
  ['string', '.spec.none[?(@.a)]', null],
  ['string', '..sub', '[5]'],
  ['integer', '.spec.parts..[0]', null],
  ['string', '.spec $.text', 'red'],
  ['string', '.spec "quoted"', 'quoted'],
  ['string', ".spec 'it\\'s'", "it's"],
  ['string', '.spec "\\u00e9\\x41\\n"', 'éA\n'],
  ['integer', '.spec.text 7', null],
  ['number', '.spec.text -1.5', -1.5],
  ['boolean', '.spec.text false', false],
  ['string', '.spec range', null],
  ['string', '.spec end', null],
  ['string', '.spec word', null],
  ['string', '.spec.text} and more', 'red'],
  ['string', '.spec.text} {.spec.count', 'red'],
];

/** Paths that no real server can parse. */
const SYNTAX_ERRORS: readonly string[] = [
  '.metadata["labels"]',
  '.spec.parts[?(@.name=~"a")]',
  '.spec "\\q"',
  '.spec (a)',
  '.spec[x]',
  '.spec[',
  '.spec[?(@.a]',
  '.spec[?(@.a)',
  '.spec....a',
  '.spec{',
  '.spec "open',
  '.spec 1.2.3',
  '.spec[-]',
  '.spec\n',
  '.spec[1.5]',
];

function cellOf(type: string, jsonPath: string, of: JsonObject = object): JsonValue | undefined {
  return crdPrinter([{ name: 'c', type, jsonPath }]).cells(of, NOW)[1];
}

describe('a column of a custom resource', () => {
  it.each(CELLS)('of type %s at %j shows %j', (type, jsonPath, cell) => {
    expect(cellOf(type, jsonPath)).toBe(cell);
  });

  it.each(SYNTAX_ERRORS)('at %j is left out with all that follow', (jsonPath) => {
    const columns = [
      { name: 'good', type: 'string', jsonPath: '.spec.text' },
      { name: 'bad', type: 'string', jsonPath },
      { name: 'late', type: 'string', jsonPath: '.spec.text' },
    ];
    const printer = crdPrinter(columns);
    expect(printer.columns.map(({ name }) => name)).toEqual(['Name', 'good']);
    expect(printer.cells(object, NOW)).toEqual(['x', 'red']);
  });

  it.each([
    ['2026-11-21T02:59:55Z', '5s'],
    ['2026-11-21T04:59:55.5+02:00', '4s'],
    ['2026-11-21T04:00:00Z', '<invalid>'],
    ['0001-01-01T00:00:00Z', '<unknown>'],
    ['null', '<unknown>'],
    ['0001-01-01T00:00:01Z', '292y'],
    ['2026-02-30T00:00:00Z', '<invalid>'],
    ['2026-11-21', '<invalid>'],
  ])('of type date shows %s as %s', (time, cell) => {
    expect(cellOf('date', '.spec.time', { metadata: {}, spec: { time } })).toBe(cell);
  });

  it('tells what it is by its path unless it has a description', () => {
    const printer = crdPrinter([
      { name: 'a', type: 'string', jsonPath: '.a' },
      { name: 'b', type: 'integer', format: 'int32', description: 'All b.', priority: 1, jsonPath: '.b' },
    ]);
    expect(printer.columns.slice(1)).toEqual([
      { name: 'a', type: 'string', format: '', description: 'Custom resource definition column (in JSONPath format): .a', priority: 0 },
      { name: 'b', type: 'integer', format: 'int32', description: 'All b.', priority: 1 },
    ]);
  });

  it.each([[undefined], [null], [[]]])('is the age if there are none: %j', (columns) => {
    const printer = crdPrinter(columns);
    expect(printer.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['Name string', 'Age date']);
    expect(printer.cells({ metadata: { name: 'x', creationTimestamp: '2026-11-21T02:59:00Z' } }, NOW)).toEqual(['x', '60s']);
  });

  it('finds only keys that the object has itself', () => {
    expect(cellOf('string', '.spec.constructor')).toBeNull();
    expect(cellOf('string', '.spec.__proto__')).toBeNull();
    const own = JSON.parse('{"metadata":{},"spec":{"__proto__":"own","constructor":"too"}}') as JsonObject;
    expect([cellOf('string', '.spec.__proto__', own), cellOf('string', '.spec.constructor', own)]).toEqual(['own', 'too']);
  });

  it('copes with lists as long as objects may hold', () => {
    const long: JsonObject = { metadata: {}, spec: Array.from({ length: 300_000 }, () => 1) };
    expect(String(cellOf('string', '.spec', long))).toHaveLength(600_001);
  });

  it('copes with objects as deep as JSON may be', () => {
    const deep = JSON.parse(`{"metadata":{},"spec":${'[{"a":'.repeat(4999)}1${'}]'.repeat(4999)}}`) as JsonObject;
    expect(String(cellOf('string', '.spec', deep))).toHaveLength(4999 * 8 + 1);
    expect(cellOf('string', '.spec..missing', deep)).toBeNull();
  });

  it('gives up on a path that multiplies what it finds', () => {
    const objects = JSON.parse(`{"metadata":{},"spec":${'{"a":'.repeat(60)}1${'}'.repeat(60)}}`) as JsonObject;
    expect(cellOf('integer', `.spec${"['a']".repeat(60)}`, objects)).toBe(1);
    expect(cellOf('integer', `.spec${"['a','a']".repeat(60)}`, objects)).toBeNull();
    expect(cellOf('integer', `.spec${'..a'.repeat(30)}`, objects)).toBeNull();
    const lists = JSON.parse(`{"metadata":{},"spec":${'['.repeat(60)}1${']'.repeat(60)}}`) as JsonObject;
    expect(cellOf('integer', `.spec${'[0,0]'.repeat(60)}`, lists)).toBeNull();
    expect(cellOf('string', `.spec[?(@${'[0,0]'.repeat(59)})]`, lists)).toBeNull();
    const long: JsonObject = { metadata: {}, spec: { list: Array.from({ length: 50_000 }, () => 1) } };
    for (const last of ['[*]', '.*', '..a', '[?()]', '[?(@.a)]'])
      expect(cellOf('integer', `.spec${"['list','list','list']"}${last}`, long)).toBeNull();
  });

  it('parses a long path without recursion', () => {
    expect(cellOf('string', '.a'.repeat(100_000))).toBeNull();
    expect(crdPrinter([{ name: 'c', type: 'string', jsonPath: `.a${'[?(@.b'.repeat(20_000)}` }]).columns).toHaveLength(1);
  });
});

describe('the scale of a custom resource', () => {
  it('shows its replicas, and nothing for zero, which Go leaves out', () => {
    const metadata = { name: 'x', creationTimestamp: '2026-11-21T02:00:00Z' };
    expect(crdScalePrinter.cells({ metadata, spec: { replicas: 4 }, status: { replicas: 3 } }, NOW)).toEqual(['x', 4, 3, '60m']);
    expect(crdScalePrinter.cells({ metadata, spec: {}, status: { replicas: 0 } }, NOW)).toEqual(['x', null, 0, '60m']);
  });
});
