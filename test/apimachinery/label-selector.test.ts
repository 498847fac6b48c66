import { describe, expect, test } from 'vitest';
import {
  formatLabels,
  formatLabelSelector,
  LabelSelector,
  labelSelectorOf,
  parseLabelSelector,
} from '../../src/apimachinery/label-selector.js';
import { isStatus } from '../../src/apimachinery/status.js';

const KEY_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function failureOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isStatus(error, 'BadRequest')) return error.message;
    throw error;
  }
  return 'no failure';
}

describe('matching', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['', {}, true],
    ['a', { a: '' }, true],
    ['a', { b: '' }, false],
    ['!a', { b: '' }, true],
    ['!a', { a: '' }, false],
    ['a=1', { a: '1' }, true],
    ['a==1', { a: '2' }, false],
    ['a!=1', {}, true],
    ['a!=1', { a: '1' }, false],
    ['a=', { a: '' }, true],
    ['a in (1,2)', { a: '2' }, true],
    ['a in (1,2)', {}, false],
    ['a notin (1,2)', {}, true],
    ['a notin (1,2)', { a: '1' }, false],
    ['a in ()', { a: '' }, true],
    ['a in (,x)', { a: '' }, true],
    ['in in (in,notin)', { in: 'notin' }, true],
    ['a>5', { a: '6' }, true],
    ['a>5', { a: '5' }, false],
    ['a<5', { a: '-1' }, true],
    ['a<5', { a: 'x' }, false],
    ['a=1,b=2', { a: '1', b: '2' }, true],
    ['a=1,b=2', { a: '1' }, false],
  ])('%j on %j is %s', (text, labels, expected) => {
    expect(parseLabelSelector(text).matches(labels)).toBe(expected);
  });

  test("what every object inherits isn't a label", () => {
    expect(parseLabelSelector('constructor').matches({})).toBe(false);
    expect(parseLabelSelector('toString!=x').matches({})).toBe(true);
  });
});

test.each([
  ['b=1, a = 2', 'a=2,b=1'],
  ['x in (c,a,,b)', 'x in (,a,b,c)'],
  ['x in ( a )', 'x in (a)'],
  ['!x,y', '!x,y'],
  ['a==1,b>3,c<4,d!=5', 'a==1,b>3,c<4,d!=5'],
])('%j is printed as %j', (text, expected) => {
  expect(parseLabelSelector(text).toString()).toBe(expected);
});

// Checked against labels.Parse of v1.36.2.
test.each([
  ['tier===', "unable to parse requirement: found '=', expected: identifier"],
  ['x in (a', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['x in a', "unable to parse requirement: found 'a' expected: '('"],
  ['x in (=', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['x in (a,=', "unable to parse requirement: found '=', expected: ',', or identifier"],
  ['x y', "unable to parse requirement: found 'y', expected: in, notin, =, ==, !=, gt, lt"],
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['a,,b', "found ',', expected: identifier after ','"],
  ['z notin (q),', "found '', expected: identifier after ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['-=b', `unable to parse requirement: <nil>: Invalid value: "-": ${KEY_RULE}`],
  ['a>x', "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer"],
  [
    'a=_',
    "unable to parse requirement: values[0][a]: Invalid value: \"_\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  ],
])('%j is refused: %s', (text, message) => {
  expect(failureOf(() => parseLabelSelector(text))).toBe(message);
});

describe('selectors in objects', () => {
  test('an absent one selects nothing, an empty one everything', () => {
    expect(labelSelectorOf(undefined).matches({ a: '1' })).toBe(false);
    expect(labelSelectorOf(null).isEmpty()).toBe(false);
    expect(labelSelectorOf({}).isEmpty()).toBe(true);
    expect(labelSelectorOf({}).matches(undefined)).toBe(true);
  });

  test('labels and expressions must all hold', () => {
    const selector = labelSelectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['front', 'back'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    });
    expect(selector.toString()).toBe('app=web,!old,tier in (back,front)');
    expect(selector.matches({ app: 'web', tier: 'back' })).toBe(true);
    expect(selector.matches({ app: 'web', tier: 'back', old: '' })).toBe(false);
  });

  test('faults are told as Go tells them', () => {
    expect(failureOf(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }))).toBe(
      '"Gt" is not a valid label selector operator',
    );
    expect(failureOf(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }))).toBe(
      "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
    );
  });

  test('columns show them', () => {
    expect(formatLabelSelector(undefined)).toBe('<none>');
    expect(formatLabelSelector({ matchLabels: { b: '2', a: '1' } })).toBe('a=1,b=2');
    expect(formatLabelSelector({ matchExpressions: [{ key: 'a', operator: '?' }] })).toBe('<error>');
    expect(formatLabels({ b: '2', a: '1' })).toBe('a=1,b=2');
    expect(formatLabels(undefined)).toBe('<none>');
  });
});

test('an exact value is found, and requirements can be added', () => {
  const selector = parseLabelSelector('a=1,b in (2),c in (3,4)');
  expect(['a', 'b', 'c', 'd'].map((key) => selector.requiresExactMatch(key))).toEqual(['1', '2', undefined, undefined]);
  expect(
    LabelSelector.fromSet({ z: '1' })
      .with(...selector.requirements)
      .toString(),
  ).toBe('a=1,b in (2),c in (3,4),z=1');
  expect(LabelSelector.NOTHING.with(...selector.requirements).matches({ a: '1', b: '2', c: '3' })).toBe(false);
  expect(LabelSelector.fromSet(undefined)).toBe(LabelSelector.EVERYTHING);
});

test('a very long selector is parsed in one go', () => {
  const values = Array.from({ length: 50_000 }, (_, i) => `v${String(i)}`);
  expect(parseLabelSelector(`a in (${values.join(',')})`).matches({ a: 'v49999' })).toBe(true);
});
