import { describe, expect, test } from 'vitest';
import {
  defaultFieldLabels,
  escapeFieldValue,
  fieldLabels,
  FieldSelector,
  parseFieldSelector,
  unescapeFieldValue,
} from '../../src/apimachinery/field-selector.js';
import { badRequest } from '../../src/apimachinery/status.js';

test.each<[string, Record<string, string>, boolean]>([
  ['', {}, true],
  ['a=1', { a: '1' }, true],
  ['a==1', { a: '1' }, true],
  ['a=', {}, true],
  ['a!=1', {}, true],
  ['a!=1', { a: '1' }, false],
  ['a=1,b!=2', { a: '1', b: '3' }, true],
  ['a=x\\,y\\=z\\\\', { a: 'x,y=z\\' }, true],
  ['constructor=', {}, true],
])('%j on %j is %s', (text, fields, expected) => {
  expect(parseFieldSelector(text).matches(fields)).toBe(expected);
});

// Checked against fields.ParseSelector of v1.36.2.
test.each([
  ['a', "invalid selector: 'a'; can't understand 'a'"],
  ['a=1,b', "invalid selector: 'a=1,b'; can't understand 'b'"],
  ['a=1=2', 'invalid field selector: unescaped character in value: 61'],
  ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ['a=\\', 'invalid field selector: invalid escape sequence: \\'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseFieldSelector(text)).toThrow(badRequest(message));
});

test('requirements are sorted and printed with escapes', () => {
  expect(parseFieldSelector('b=1,a==x\\,y,c!=2').toString()).toBe('a=x\\,y,b=1,c!=2');
  expect(parseFieldSelector(',,').isEmpty()).toBe(true);
  expect(unescapeFieldValue(escapeFieldValue('a,b=c\\d'))).toBe('a,b=c\\d');
});

test('the exact value of a field is found', () => {
  const selector = parseFieldSelector('metadata.name=x,status.phase!=Running');
  expect(selector.requiresExactMatch('metadata.name')).toBe('x');
  expect(selector.requiresExactMatch('status.phase')).toBeUndefined();
});

describe('field labels of a type', () => {
  test('supported ones stay, aliases become what they stand for', () => {
    const selector = parseFieldSelector('host=n1,metadata.name=x').transform(
      fieldLabels(['metadata.name', 'spec.nodeName'], { host: 'spec.nodeName' }),
    );
    expect(selector.toString()).toBe('spec.nodeName=n1,metadata.name=x');
  });

  test('others are refused', () => {
    const selector = parseFieldSelector('data.k=1');
    expect(() => selector.transform(fieldLabels(['metadata.name']))).toThrow(badRequest('field label not supported: data.k'));
    expect(() => selector.transform(defaultFieldLabels)).toThrow(
      badRequest('"data.k" is not a known field selector: only "metadata.name", "metadata.namespace"'),
    );
  });

  test('a requirement that is transformed away is dropped', () => {
    expect(
      parseFieldSelector('a=1')
        .transform(() => ({ field: '', value: '' }))
        .isEmpty(),
    ).toBe(true);
    expect(FieldSelector.EVERYTHING.isEmpty()).toBe(true);
  });
});
