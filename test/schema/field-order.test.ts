import { describe, expect, it } from 'vitest';
import { inFieldOrder } from '../../src/schema/field-order.js';
import { typeRegistry } from '../../src/schema/types.js';
import type { StructType } from '../../src/schema/type.js';

const type = typeRegistry().typeOf({ group: '', version: 'v1', kind: 'Pod' }) as StructType;
const text = (value: object): string => JSON.stringify(inFieldOrder(type, value as never));

describe('inFieldOrder', () => {
  it("puts the fields of structs into Go's order, at every depth", () => {
    expect(
      text({
        spec: { containers: [{ securityContext: { privileged: true }, imagePullPolicy: 'Always', name: 'a' }], volumes: [] },
        metadata: { labels: { b: '1', a: '2' }, uid: 'u', name: 'n' },
        apiVersion: 'v1',
        kind: 'Pod',
      }),
    ).toBe(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"n","uid":"u","labels":{"b":"1","a":"2"}},"spec":{"volumes":[],"containers":[{"name":"a","imagePullPolicy":"Always","securityContext":{"privileged":true}}]}}',
    );
  });

  it('gives back what is in order, and changes nothing in place', () => {
    const ordered = { kind: 'Pod', metadata: { name: 'n' }, spec: { containers: [{ name: 'a', image: 'b' }] } };
    expect(inFieldOrder(type, ordered)).toBe(ordered);
    const other = { kind: 'Pod', spec: { containers: [{ image: 'b', name: 'a' }] }, metadata: ordered.metadata };
    const before = JSON.stringify(other);
    const result = inFieldOrder(type, other);
    expect(JSON.stringify(other)).toBe(before);
    expect(result.metadata).toBe(ordered.metadata);
  });

  it('keeps members that the type lacks, behind the others where it reorders', () => {
    expect(text({ strange: 1, apiVersion: 'v1', kind: 'Pod', status: undefined })).toBe('{"kind":"Pod","apiVersion":"v1","strange":1}');
  });
});
