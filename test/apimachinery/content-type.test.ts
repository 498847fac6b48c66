import { describe, expect, test } from 'vitest';
import {
  BUILT_IN_ENDPOINT,
  CUSTOM_ENDPOINT,
  isPrettyPrint,
  negotiateInput,
  negotiateMediaType,
  negotiateOutput,
  negotiateStream,
  parseAccept,
  parseMediaType,
  PLAIN_ENDPOINT,
} from '../../src/apimachinery/content-type.js';

// Checked against goautoneg and the apiserver's negotiation of v1.36.2.
describe('Accept', () => {
  test.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/yaml', 'yaml'],
    ['application/vnd.kubernetes.protobuf,application/json', 'protobuf'],
    ['text/html, application/yaml', 'yaml'],
    ['application/json;q=0.2, application/yaml;q=0.9', 'yaml'],
    ['*/*, application/yaml', 'yaml'],
    ['application/json;flavour=mild', 'json'],
    ['application/json;as=Saucer;v=v1;g=meta.k8s.io, application/yaml', 'yaml'],
    ['Application/JSON', undefined],
    ['text/html', undefined],
    ['application/json;as=Table', undefined],
    ['application/json;as=Table;v=v9;g=meta.k8s.io', undefined],
    ['application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io', undefined],
    ['application/yaml;stream=watch', undefined],
  ])('%j gives %s', (accept, format) => {
    expect(negotiateMediaType(accept, BUILT_IN_ENDPOINT)?.format).toBe(format);
  });

  test('conversions are recognised where an endpoint has them', () => {
    const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    expect(negotiateOutput(`${table};pretty=1`, BUILT_IN_ENDPOINT)).toEqual({
      format: 'json',
      pretty: true,
      convert: { group: 'meta.k8s.io', version: 'v1', kind: 'Table' },
      profile: '',
    });
    expect(negotiateMediaType(table, PLAIN_ENDPOINT)).toBeUndefined();
  });

  test('custom resources have protobuf only for conversions', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    expect(negotiateMediaType(protobuf, CUSTOM_ENDPOINT)).toBeUndefined();
    expect(negotiateMediaType(`${protobuf};as=PartialObjectMetadata;v=v1;g=meta.k8s.io`, CUSTOM_ENDPOINT)?.format).toBe('protobuf');
  });

  test('refusals name what the server has', () => {
    const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    expect(() => negotiateOutput('text/html', CUSTOM_ENDPOINT)).toThrow(`only the following media types are accepted: ${types}`);
    expect(() => negotiateStream('application/yaml', BUILT_IN_ENDPOINT)).toThrow(
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    );
    expect(negotiateStream('application/json;stream=watch', BUILT_IN_ENDPOINT).format).toBe('json');
  });

  test('malformed alternatives are skipped, qualities sort the others', () => {
    expect(parseAccept('a/b/c, text, b/b;q=0.5, c/c;q=x, a/a').map(({ type, quality }) => [type, quality])).toEqual([
      ['a', 1],
      ['b', 0.5],
      ['c', 0],
    ]);
    expect(parseAccept(Array.from({ length: 5000 }, (_, i) => `a/b${String(i)};q=0.${String(i)}`).join(','))).toHaveLength(5000);
  });
});

describe('Content-Type', () => {
  test.each([
    [undefined, 'json'],
    ['', 'json'],
    ['application/json', 'json'],
    ['Application/YAML; charset=utf-8', 'yaml'],
    ['application/vnd.kubernetes.protobuf;', 'protobuf'],
  ])('%j is %s', (header, format) => {
    expect(negotiateInput(header)).toBe(format);
  });

  test.each([
    'text/plain',
    'application/cbor',
    'application/json; charset',
    'application/json; a=b; a=c',
    'json',
    '/',
    'application/merge-patch+json',
  ])('%j is refused', (header) => {
    expect(() => negotiateInput(header)).toThrow(
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    );
  });

  test('quoted and repeated parameters are understood', () => {
    expect(parseMediaType('a/b; x="q\\"; y"; x="q\\"; y" ;')).toBe('a/b');
    expect(parseMediaType('a/b c')).toBeUndefined();
  });
});

test.each([
  [undefined, 'curl/8', true],
  [undefined, 'kubectl/v1.36', false],
  ['', 'Mozilla/5.0 (X11)', true],
  ['true', 'kubectl', true],
  ['0', 'curl/8', false],
  ['yes', 'curl/8', false],
])('pretty=%s from %s is indented: %s', (pretty, agent, expected) => {
  expect(isPrettyPrint(pretty, agent)).toBe(expected);
});
