import { describe, expect, test } from 'vitest';
import { FieldPath } from '../../../src/apimachinery/field-path.js';
import * as dns from '../../../src/apimachinery/validation/dns.js';
import * as identifiers from '../../../src/apimachinery/validation/identifiers.js';
import { isQualifiedName, isValidLabelValue } from '../../../src/apimachinery/validation/labels.js';
import { nameIsDns1035Label, nameIsDnsLabel, nameIsDnsSubdomain, nameIsPathSegment } from '../../../src/apimachinery/validation/names.js';
import { isDomainPrefixedKey, isDomainPrefixedPath } from '../../../src/apimachinery/validation/paths.js';

type Check = (value: string) => string[];

const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const WILDCARD =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const KEY =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const ENV =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
const CONFIG =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

// Messages and verdicts were checked against v1.36.2.
const CASES: [name: string, check: Check, valid: string[], invalid: [string, string[]][]][] = [
  [
    'a DNS-1123 label',
    dns.isDns1123Label,
    ['a', '1', 'my-name', 'a--b', 'a'.repeat(63)],
    [
      ['', [LABEL]],
      ['A', [LABEL]],
      ['-a', [LABEL]],
      ['a-', [LABEL]],
      ['a.b', ['must not contain dots']],
      ['a'.repeat(64), ['must be no more than 63 characters']],
      ['é'.repeat(32), ['must be no more than 63 characters', LABEL]],
    ],
  ],
  [
    'a DNS-1123 subdomain',
    dns.isDns1123Subdomain,
    ['a', 'a.b', '1.2-3.c', 'a'.repeat(253)],
    [
      ['', [SUBDOMAIN]],
      ['a..b', [SUBDOMAIN]],
      ['.a', [SUBDOMAIN]],
      ['a.', [SUBDOMAIN]],
      ['a-.b', [SUBDOMAIN]],
      ['a.-b', [SUBDOMAIN]],
      ['a'.repeat(254), ['must be no more than 253 characters']],
    ],
  ],
  ['a DNS-1035 label', dns.isDns1035Label, ['a', 'a-1'], [['1a', [LABEL_1035]]]],
  [
    'a wildcard',
    dns.isWildcardDns1123Subdomain,
    ['*.a', '*.a.b'],
    [
      ['*', [WILDCARD]],
      ['a.b', [WILDCARD]],
      ['*.*.a', [WILDCARD]],
    ],
  ],
  ['a caseless subdomain', dns.isDns1123SubdomainCaseless, ['Example.com'], [['a'.repeat(254), ['must be no more than 253 bytes']]]],
  [
    'a label key',
    isQualifiedName,
    ['a', 'A_b.c-1', 'example.com/a', 'a.b/C', 'x'.repeat(63), `${'a'.repeat(253)}/b`],
    [
      ['', ['name part must be non-empty', `name part ${KEY}`]],
      ['a b', [`name part ${KEY}`]],
      ['/a', ['prefix part must be non-empty']],
      ['a/', ['name part must be non-empty', `name part ${KEY}`]],
      ['A/b', [`prefix part ${SUBDOMAIN}`]],
      ['a/b/c', [`a valid label key ${KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]],
      ['x'.repeat(64), ['name part must be no more than 63 bytes']],
      [`${'a'.repeat(254)}/b`, ['prefix part must be no more than 253 bytes']],
    ],
  ],
  [
    'a label value',
    isValidLabelValue,
    ['', 'A', 'a_b.c-d'],
    [
      ['-', [VALUE]],
      ['x'.repeat(64), ['must be no more than 63 bytes']],
    ],
  ],
  [
    'an environment variable',
    identifiers.isEnvVarName,
    ['A', '_x', 'a.b-c', '.a', '-'],
    [
      ['1A', [ENV]],
      ['..', ["must not be '..'"]],
      ['..a', ["must not start with '..'"]],
    ],
  ],
  [
    'a relaxed environment variable',
    identifiers.isRelaxedEnvVarName,
    ['1', 'a b', '#$%'],
    [
      ['', ['environment variable name must be non-empty']],
      ['a=b', ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
      ['é', ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
    ],
  ],
  [
    'a key of a ConfigMap',
    identifiers.isConfigMapKey,
    ['a', 'A.b_c-1', '.a', '-'],
    [
      ['', [CONFIG]],
      ['a/b', [CONFIG]],
      ['.', ["must not be '.'"]],
      ['..a', ["must not start with '..'"]],
      ['k'.repeat(254), ['must be no more than 253 characters']],
    ],
  ],
  [
    'a port name',
    identifiers.isValidPortName,
    ['http', 'a-1', '1a'],
    [
      ['', ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)', 'must contain at least one letter (a-z)']],
      ['80', ['must contain at least one letter (a-z)']],
      ['a--b-', ['must not contain consecutive hyphens', 'must not begin or end with a hyphen']],
      ['a'.repeat(16), ['must be no more than 15 characters']],
    ],
  ],
  [
    'a C identifier',
    identifiers.isCIdentifier,
    ['_', 'aB9_'],
    [
      [
        '9',
        [
          "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
        ],
      ],
    ],
  ],
  [
    'an HTTP header',
    identifiers.isHttpHeaderName,
    ['X-Y', '-'],
    [
      [
        'X_Y',
        [
          "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
        ],
      ],
    ],
  ],
  [
    'a percentage',
    identifiers.isValidPercent,
    ['0%', '150%'],
    [
      [
        '5',
        [
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ],
      ],
    ],
  ],
  [
    'a decimal integer',
    identifiers.isDecimalInteger,
    ['0', '-7', '10'],
    [
      ['', ['must be non-empty']],
      ['07', ['must be a valid decimal integer in canonical form']],
      ['-0', ['must be a valid decimal integer in canonical form']],
    ],
  ],
];

describe.each(CASES)('%s', (_name, check, valid, invalid) => {
  test.each(valid)('%s is one', (value) => {
    expect(check(value)).toEqual([]);
  });

  test.each(invalid)('%s is none', (value, messages) => {
    expect(check(value)).toEqual(messages);
  });
});

test('numbers stay within their bounds', () => {
  expect(identifiers.isValidPortNum(65535)).toEqual([]);
  expect(identifiers.isValidPortNum(0)).toEqual(['must be between 1 and 65535, inclusive']);
  expect(identifiers.isInRange(5, -1, 4)).toEqual(['must be between -1 and 4, inclusive']);
  expect(identifiers.isValidUserId(-1)).toEqual(['must be between 0 and 2147483647, inclusive']);
  expect(identifiers.isValidGroupId(2 ** 31)).toEqual(['must be between 0 and 2147483647, inclusive']);
});

describe('names of objects', () => {
  test('a prefix may end in a dash', () => {
    expect([nameIsDnsSubdomain('web-', true), nameIsDnsLabel('web-', true), nameIsDns1035Label('web-', true)]).toEqual([[], [], []]);
    expect(nameIsDnsLabel('web-', false)).toEqual([LABEL]);
    expect(nameIsDnsLabel('-', true)).toEqual([LABEL]);
    // The character before the dash is not looked at.
    expect(nameIsDnsLabel('web_-', true)).toEqual([]);
  });

  test('a path segment is nearly anything', () => {
    expect(nameIsPathSegment('system:node é', false)).toEqual([]);
    expect(nameIsPathSegment('..', false)).toEqual(["may not be '..'"]);
    expect(nameIsPathSegment('..', true)).toEqual([]);
    expect(nameIsPathSegment('a/%', false)).toEqual(["may not contain '/'", "may not contain '%'"]);
  });
});

describe('names that report at a field', () => {
  const path = FieldPath.of('f');
  const texts = (errors: readonly unknown[]): string[] => errors.map(String);

  test('fully qualified names', () => {
    expect(texts(dns.isFullyQualifiedName(path, 'a.b.c'))).toEqual([]);
    expect(texts(dns.isFullyQualifiedName(path, ''))).toEqual(['f: Required value']);
    expect(texts(dns.isFullyQualifiedName(path, 'a.b'))).toEqual([
      'f: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
    ]);
    expect(texts(dns.isFullyQualifiedDomainName(path, 'a.b.'))).toEqual([]);
    expect(texts(dns.isFullyQualifiedDomainName(path, 'a'))).toEqual([
      'f: Invalid value: "a": should be a domain with at least two segments separated by dots',
    ]);
  });

  test('prefixed paths and keys', () => {
    expect(texts(isDomainPrefixedPath(path, 'acme.io/foo/bar'))).toEqual([]);
    expect(texts(isDomainPrefixedPath(path, 'acme.io'))).toEqual([
      'f: Invalid value: "acme.io": must be a domain-prefixed path (such as "acme.io/foo")',
    ]);
    expect(texts(isDomainPrefixedPath(path, 'a/é'))).toEqual([
      "f: Invalid value: \"é\": Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')",
    ]);
    expect(texts(isDomainPrefixedKey(path, 'a/b'))).toEqual([]);
    expect(texts(isDomainPrefixedKey(path, 'b'))).toEqual(['f: Invalid value: "b": must be a domain-prefixed key (such as "acme.io/foo")']);
  });
});

test('megabytes of a name are judged at once', () => {
  const long = `${'a-'.repeat(1_000_000)}!`;
  for (const check of [
    dns.isDns1123Label,
    dns.isDns1123Subdomain,
    dns.isDns1123SubdomainWithUnderscore,
    isQualifiedName,
    isValidLabelValue,
    identifiers.isConfigMapKey,
  ]) {
    expect(check(long)).toHaveLength(2);
  }
});
