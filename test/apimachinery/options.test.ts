import { describe, expect, test } from 'vitest';
import {
  deleteOptionsFromObject,
  deleteOptionsObject,
  parseCreateOptions,
  parseDeleteOptions,
  parseGetOptions,
  parseListOptions,
  parsePatchOptions,
  validateCreateOptions,
  validateDeleteOptions,
  validateListOptions,
  validatePatchOptions,
  writeOptionsObject,
  type QueryParameters,
} from '../../src/apimachinery/options.js';
import { badRequest } from '../../src/apimachinery/status.js';

function query(text: string): QueryParameters {
  const parameters = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) parameters.set(name, [...(parameters.get(name) ?? []), value]);
  return parameters;
}

describe('conversion of a query', () => {
  test.each([
    ['watch=', true],
    ['watch=1', true],
    ['watch=perhaps', true],
    ['watch=0', false],
    ['watch=False', false],
    ['watch=false&watch=1', false],
    ['', false],
  ])('%j asks for a watch: %s', (text, expected) => {
    expect(parseListOptions(query(text)).watch).toBe(expected);
  });

  test.each([
    ['limit=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
    ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
    ['timeoutSeconds=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    ['timeoutSeconds=99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    ['limit=x&timeoutSeconds=y', 'strconv.ParseInt: parsing "y": invalid syntax'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseListOptions(query(text))).toThrow(badRequest(message));
  });

  test('the first of several values counts, except for dryRun', () => {
    expect(parseGetOptions(query('resourceVersion=1&resourceVersion=2'))).toEqual({ resourceVersion: '1' });
    expect(parseCreateOptions(query('dryRun=All&dryRun=x&fieldManager=m'))).toEqual({
      dryRun: ['All', 'x'],
      fieldManager: 'm',
      fieldValidation: '',
    });
    expect(parsePatchOptions(query('force=no'))).toEqual({ dryRun: [], fieldManager: '', fieldValidation: '', force: true });
  });

  test('a watch from now asks for the initial events', () => {
    const { sendInitialEvents, resourceVersionMatch } = parseListOptions(query('watch=1&resourceVersion=0'));
    expect([sendInitialEvents, resourceVersionMatch]).toEqual([true, 'NotOlderThan']);
    expect(parseListOptions(query('watch=1&resourceVersion=7')).sendInitialEvents).toBeUndefined();
    expect(parseListOptions(query('watch=1&sendInitialEvents=false')).sendInitialEvents).toBe(false);
  });

  test('deletions take preconditions from the query', () => {
    expect(parseDeleteOptions(query('uid=u&gracePeriodSeconds=0&propagationPolicy=Orphan'))).toEqual({
      gracePeriodSeconds: 0,
      preconditions: { uid: 'u', resourceVersion: undefined },
      orphanDependents: undefined,
      propagationPolicy: 'Orphan',
      dryRun: [],
    });
    expect(parseDeleteOptions(query('uid=')).preconditions).toBeUndefined();
    expect(() => parseDeleteOptions(query('gracePeriodSeconds=later'))).toThrow(
      badRequest('strconv.ParseInt: parsing "later": invalid syntax'),
    );
  });

  test('a body gives the same options', () => {
    const body = { kind: 'DeleteOptions', gracePeriodSeconds: 5, preconditions: { uid: 'u' }, orphanDependents: false, dryRun: ['All'] };
    const options = deleteOptionsFromObject(body);
    expect(options).toEqual({ ...parseDeleteOptions(query('uid=u&gracePeriodSeconds=5&orphanDependents=0&dryRun=All')) });
    expect(deleteOptionsObject(options)).toEqual({ ...body, apiVersion: 'meta.k8s.io/v1' });
    expect(deleteOptionsFromObject({ preconditions: {} }).preconditions).toEqual({ uid: undefined, resourceVersion: undefined });
  });
});

const NOT_WITHOUT_VERSION = 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
const NOT_WITH_CONTINUE = 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided';

test.each<[string, string[]]>([
  ['limit=-1', []],
  ['resourceVersionMatch=Exact', [NOT_WITHOUT_VERSION]],
  [
    'resourceVersion=1&resourceVersionMatch=Roughly',
    ['resourceVersionMatch: Unsupported value: "Roughly": supported values: "Exact", "NotOlderThan", ""'],
  ],
  [
    'resourceVersion=0&resourceVersionMatch=Exact',
    ['resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"'],
  ],
  ['resourceVersionMatch=Exact&continue=c', [NOT_WITHOUT_VERSION, NOT_WITH_CONTINUE]],
  ['sendInitialEvents=true', ['sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list']],
  ['watch=1', []],
  ['watch=1&continue=c', [NOT_WITH_CONTINUE]],
  [
    'watch=1&sendInitialEvents=true',
    ['resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
  ],
  [
    'watch=1&resourceVersion=1&resourceVersionMatch=Exact',
    [
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      'resourceVersionMatch: Unsupported value: "Exact": supported values: "NotOlderThan"',
    ],
  ],
])('a list with %j has the faults %j', (text, expected) => {
  expect(validateListOptions(parseListOptions(query(text))).map(String)).toEqual(expected);
});

test.each<[string, string[]]>([
  ['', []],
  ['dryRun=All&fieldValidation=Strict&fieldManager=me', []],
  ['dryRun=all', ['dryRun: Unsupported value: ["all"]: supported values: "All"']],
  ['fieldValidation=Sometimes', ['fieldValidation: Unsupported value: "Sometimes": supported values: "", "Ignore", "Strict", "Warn"']],
  ['fieldManager=a%07b', ['fieldManager: Invalid value: "a\\ab": invalid character U+0007 (at position 1)']],
  [`fieldManager=${'x'.repeat(129)}`, ['fieldManager: Too long: may not be more than 128 bytes']],
])('a creation with %j has the faults %j', (text, expected) => {
  expect(validateCreateOptions(parseCreateOptions(query(text))).map(String)).toEqual(expected);
});

test('apply needs a manager, other patches may not be forced', () => {
  const faults = (text: string, apply: boolean): string[] => validatePatchOptions(parsePatchOptions(query(text)), apply).map(String);
  expect(faults('', true)).toEqual(['fieldManager: Required value: is required for apply patch']);
  expect(faults('force=false', false)).toEqual(['force: Forbidden: may not be specified for non-apply patch']);
  expect(faults('force=true&fieldManager=m', true)).toEqual([]);
});

test.each<[string, string[]]>([
  ['propagationPolicy=Background', []],
  [
    'propagationPolicy=Sideways',
    ['propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"'],
  ],
  [
    'propagationPolicy=%3Cx%3E',
    ['propagationPolicy: Unsupported value: "\\u003cx\\u003e": supported values: "Foreground", "Background", "Orphan", "nil"'],
  ],
  [
    'propagationPolicy=Orphan&orphanDependents=true',
    ['propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set'],
  ],
])('a deletion with %j has the faults %j', (text, expected) => {
  expect(validateDeleteOptions(parseDeleteOptions(query(text))).map(String)).toEqual(expected);
});

test('webhooks see options as objects', () => {
  expect(writeOptionsObject('PatchOptions', parsePatchOptions(query('force=1&fieldManager=m')))).toEqual({
    kind: 'PatchOptions',
    apiVersion: 'meta.k8s.io/v1',
    force: true,
    fieldManager: 'm',
  });
  expect(writeOptionsObject('CreateOptions', parseCreateOptions(query('')))).toEqual({
    kind: 'CreateOptions',
    apiVersion: 'meta.k8s.io/v1',
  });
});
