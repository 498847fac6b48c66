import { describe, expect, it } from 'vitest';
import { fromUnstructured } from '../../src/patch/from-unstructured.js';
import { typeRegistry } from '../../src/schema/types.js';
import type { JsonObject, JsonValue, StructType } from '../../src/schema/type.js';

function typeOf(group: string, version: string, kind: string): StructType {
  const type = typeRegistry().typeOf({ group, version, kind });
  if (type === undefined) throw new Error(`no ${kind}`);
  return type;
}

const deployment = typeOf('apps', 'v1', 'Deployment');
const pod = (container: Record<string, JsonValue>, more: JsonObject = {}): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: 'web', ...container }], ...more } } },
});

describe('the typed form of a merged object', () => {
  it('has no faults if everything fits', () => {
    const object = {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'x', creationTimestamp: '2026-01-02T03:04:05Z', labels: null, managedFields: [{ fieldsV1: { 'f:x': {} } }] },
      ...pod({ resources: { limits: { cpu: '1', memory: 5 } }, livenessProbe: { httpGet: { port: 80, path: '/' } }, image: null }),
    };
    expect(fromUnstructured(deployment, object)).toEqual({ object, error: undefined, unknown: [] });
  });

  it('tells unknown fields sorted, by their path', () => {
    expect(
      fromUnstructured(deployment, {
        zz: 1,
        metadata: { lables: {} },
        ...pod({ $patch: 'x', env: [{ name: 'A' }, { name: 'B', valu: 'x' }] }),
      }).unknown,
    ).toEqual([
      'unknown field "metadata.lables"',
      'unknown field "spec.template.spec.containers[0].$patch"',
      'unknown field "spec.template.spec.containers[0].env[1].valu"',
      'unknown field "zz"',
    ]);
  });

  it('leaves the keys of maps out of a path', () => {
    const crd = typeOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition');
    const schema = { openAPIV3Schema: { properties: { spec: { typ: 'object' } } } };
    expect(fromUnstructured(crd, { spec: { versions: [{ schema }] } }).unknown).toEqual([
      'unknown field "spec.versions[0].schema.openAPIV3Schema.properties.typ"',
    ]);
  });

  it.each<[object: JsonObject, error: string]>([
    [{ spec: 'text' }, 'cannot restore struct from: string'],
    [{ spec: [] }, 'cannot restore struct from: slice'],
    [{ spec: 5 }, 'cannot restore struct from: int64'],
    [{ metadata: { labels: true } }, 'cannot restore map from bool'],
    [{ metadata: { labels: { a: {} } } }, 'unrecognized type: string'],
    [{ metadata: { labels: { a: 5 } } }, 'cannot convert int64 to string'],
    [{ metadata: { labels: { a: 1.5 } } }, 'unrecognized type: string'],
    [{ metadata: { finalizers: {} } }, 'cannot restore slice from map'],
    [{ metadata: { finalizers: 1.5 } }, 'cannot restore slice from float64'],
    [{ metadata: { creationTimestamp: 5 } }, 'json: cannot unmarshal number into Go value of type string'],
    [{ metadata: { creationTimestamp: 'today' } }, 'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"'],
    [{ spec: { replicas: '3' } }, 'unrecognized type: int32'],
    [{ spec: { replicas: 1.5 } }, 'cannot convert float64 to int32'],
    [{ spec: { paused: 'yes' } }, 'unrecognized type: bool'],
    [{ spec: { strategy: { type: 3 } } }, 'cannot convert int64 to v1.DeploymentStrategyType'],
    [{ spec: { strategy: { rollingUpdate: { maxSurge: true } } } }, 'json: cannot unmarshal bool into Go value of type int32'],
    [{ spec: { strategy: { rollingUpdate: { maxSurge: 1.5 } } } }, 'json: cannot unmarshal number 1.5 into Go value of type int32'],
    [
      pod({ resources: { limits: { cpu: 'many' } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      pod({ resources: { limits: { cpu: [] } } }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [{ unknown: 1, spec: { template: [] } }, 'cannot restore struct from: slice'],
  ])('%j fails with Go’s words', (object, error) => {
    expect(fromUnstructured(deployment, object)).toEqual({ object, error, unknown: [] });
  });

  it('takes base64 or numbers for bytes', () => {
    const secret = typeOf('', 'v1', 'Secret');
    const faults = (value: JsonValue): string | undefined => fromUnstructured(secret, { data: { a: value } }).error;
    expect(faults('eA==')).toBeUndefined();
    expect(faults([1, 2])).toBeUndefined();
    expect(faults(['x'])).toBe('unrecognized type: uint8');
    expect(faults('?')).toBe('error decoding from json: illegal base64 data at input byte 0');
    expect(faults(true)).toBe('cannot restore slice from bool');
  });

  it('names the first fault in Go’s order of fields', () => {
    expect(fromUnstructured(deployment, { spec: { paused: 'x', replicas: 'x' }, metadata: { name: true } }).error).toBe(
      'unrecognized type: string',
    );
    expect(fromUnstructured(deployment, { spec: { paused: 'x', replicas: 'x' } }).error).toBe('unrecognized type: int32');
  });
});
