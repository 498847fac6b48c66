import { describe, expect, it } from 'vitest';
import { Environment } from '../../src/cel/environment.js';
import { formatText } from '../../src/cel/library/text-format.js';
import { valueBySchema } from '../../src/cel/rules/schema-values.js';
import { ValueList } from '../../src/cel/values/collections.js';
import { isError, type CelValue } from '../../src/cel/values/value.js';
import { Structural } from '../../src/schema/custom/structural.js';

const EARLY = 'timestamp("2020-01-01T00:30:00.5+01:00")';

/** What the real server's rules made of them. */
const EXPRESSIONS: readonly (readonly [expression: string, text: string])[] = [
  [EARLY, '2020-01-01T00:30:00.5+01:00'],
  [`string(${EARLY})`, '2020-01-01T00:30:00.5+01:00'],
  [`[${EARLY}]`, '[timestamp("2020-01-01T00:30:00.5+01:00")]'],
  [`${EARLY} + duration("1h")`, '2020-01-01T01:30:00.5+01:00'],
  [`duration("1h") + ${EARLY}`, '2020-01-01T01:30:00.5+01:00'],
  [`${EARLY} - duration("1h")`, '2019-12-31T23:30:00.5+01:00'],
  [`${EARLY} == timestamp("2019-12-31T23:30:00.5Z")`, 'true'],
  [`${EARLY}.getHours()`, '23'],
  ['timestamp("2020-01-01T00:00:00-05:45")', '2020-01-01T00:00:00-05:45'],
  ['timestamp("2020-01-01T00:00:00-00:00")', '2020-01-01T00:00:00Z'],
  ['duration("9223372036s") + duration("9223372036s")', 'integer overflow'],
  ['timestamp("9999-12-31T23:59:59Z") - timestamp("0001-01-01T00:00:00Z")', 'integer overflow'],
];

/** Values of a schema of the format date-time. */
const VALUES: readonly (readonly [json: string, text: string])[] = [
  ['2020-01-01T00:30:00-05:00', '2020-01-01T00:30:00-05:00'],
  ['2020-01-01T00:30:00.123456Z', '2020-01-01T00:30:00.123456Z'],
  [
    '2020-01-01t00:30:00z',
    'Invalid date-time formatted string 2020-01-01t00:30:00z: parsing time "2020-01-01t00:30:00z" as "2006-01-02T15:04:05": cannot parse "t00:30:00z" as "T"',
  ],
];

function textOf(value: CelValue): string {
  return isError(value) ? value.message : String(formatText('%s', new ValueList([value])));
}

describe('Timestamps', () => {
  it.each(EXPRESSIONS)('of %s keep the zone that they were written in: %s', (expression, text) => {
    const { program } = new Environment({ variables: new Map() }).compile(expression);
    expect(program && textOf(program.evaluate(() => undefined).value)).toBe(text);
  });

  it.each(VALUES)('of the value %s are read as %s', (json, text) => {
    expect(textOf(valueBySchema(json, new Structural({ type: 'string', format: 'date-time' })))).toBe(text);
  });
});

describe('A format that ends within a clause', () => {
  it('is told before a missing argument', () => {
    const { issues } = new Environment({ variables: new Map() }).compile('"%".format([])');
    expect(issues).toContain('unexpected end of string');
  });
});
