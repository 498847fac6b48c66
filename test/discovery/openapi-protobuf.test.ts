import { describe, expect, it } from 'vitest';
import { any, double, flag, integer, named, text, Writer, writeMessage } from '../../src/discovery/gnostic.js';
import { OpenApiDocuments } from '../../src/discovery/openapi-documents.js';
import { TypeRegistry } from '../../src/schema/registry.js';

interface Entry {
  readonly number: number;
  readonly value: number | Buffer;
}

/** Reads one message's fields, knowing only the wire format. */
function fields(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes.readUInt8(offset++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (offset < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    if (tag % 8 === 0) entries.push({ number, value: varint() });
    else if (tag % 8 === 1) entries.push({ number, value: bytes.readDoubleLE((offset += 8) - 8) });
    else {
      const length = varint();
      entries.push({ number, value: bytes.subarray(offset, (offset += length)) });
    }
  }
  return entries;
}

/** Follows field numbers; a string picks the entry of that name (field 1) of a repeated field. */
function at(bytes: Buffer, ...path: (number | string)[]): Buffer {
  let current = bytes;
  for (let i = 0; i < path.length; i++) {
    const number = path[i];
    const name = typeof path[i + 1] === 'string' ? path[++i] : undefined;
    const found = fields(current).find(
      (entry) => entry.number === number && Buffer.isBuffer(entry.value) && (name === undefined || at(entry.value, 1).toString() === name),
    );
    if (!Buffer.isBuffer(found?.value)) throw new Error(`nothing at ${path.slice(0, i + 1).join('/')}`);
    current = found.value;
  }
  return current;
}

const documents = new OpenApiDocuments(new TypeRegistry());

// The numbers are those of OpenAPIv2.proto and OpenAPIv3.proto of github.com/google/gnostic-models.
describe('the OpenAPI documents in protobuf', () => {
  it('tell of an operation in v2', () => {
    const get = at(documents.v2().protobuf, 8, 2, '/api/v1/namespaces/{namespace}/pods/{name}', 2, 2);
    expect(at(get, 5).toString()).toBe('readCoreV1NamespacedPod');
    expect(at(get, 9, 1, '200', 2, 1, 2, 1, 1).toString()).toBe('#/definitions/io.k8s.api.core.v1.Pod');
    expect(JSON.parse(at(get, 13, 'x-kubernetes-group-version-kind', 2, 2).toString())).toEqual({ group: '', kind: 'Pod', version: 'v1' });
  });

  it('tell of parameters in v2: bodies, queries, paths and references', () => {
    const put = at(documents.v2().protobuf, 8, 2, '/api/v1/namespaces/{namespace}/pods/{name}', 2, 3);
    const [body, dryRun, fieldManager] = fields(put).flatMap(({ number, value }) =>
      number === 8 && Buffer.isBuffer(value) ? [value] : [],
    );
    expect(body && at(body, 1, 1, 5, 1).toString()).toBe('#/definitions/io.k8s.api.core.v1.Pod');
    expect(dryRun && at(dryRun, 1, 2, 3, 4).toString()).toBe('dryRun');
    expect(fieldManager && at(fieldManager, 2, 1).toString()).toMatch(/^#\/parameters\/fieldManager-/);
  });

  it('tell of a definition in v2', () => {
    const spec = at(documents.v2().protobuf, 9, 1, 'io.k8s.api.core.v1.PodSpec', 2);
    expect(at(spec, 22, 1).toString()).toBe('object');
    expect(at(spec, 19).toString()).toBe('containers');
    expect(at(spec, 25, 1, 'containers', 2, 23, 1, 1).toString()).toBe('#/definitions/io.k8s.api.core.v1.Container');
  });

  it('tell of an operation and a schema in v3', () => {
    const bytes = documents.v3('api/v1')?.protobuf ?? Buffer.alloc(0);
    expect(at(bytes, 4, 1, '/api/v1/pods', 2, 4, 5).toString()).toBe('listCoreV1PodForAllNamespaces');
    expect(at(bytes, 5, 1, 1, 'io.k8s.api.core.v1.Container', 2, 1, 31, 1, 'name', 2, 1, 25).toString()).toBe('string');
  });
});

describe('the protobuf encoder', () => {
  it('writes what its rules say and leaves out the rest', () => {
    const out = new Writer();
    const rules = {
      fields: { a: text(1), b: flag(2), c: integer(3), d: double(4), e: any(5), f: named(6, text), g: text(7) },
      extensions: 9,
    };
    writeMessage(
      out,
      { a: 'x', b: true, c: 300, d: 0.5, e: { z: [1] }, f: { k: 'v' }, g: '', unknown: 1, 'x-more': true, constructor: 'y' },
      rules,
    );
    expect(fields(out.finish()).map(({ number, value }) => [number, Buffer.isBuffer(value) ? value.toString() : value])).toEqual([
      [1, 'x'],
      [2, 1],
      [3, 300],
      [4, 0.5],
      [5, '\x12\x0a{"z":[1]}\n'],
      [6, '\x0a\x01k\x12\x01v'],
      [9, '\x0a\x06x-more\x12\x07\x12\x05true\n'],
    ]);
  });

  it('writes a negative number in ten bytes', () => {
    const out = new Writer();
    integer(1)(out, -1);
    expect(out.finish().toString('hex')).toBe('08ffffffffffffffffff01');
  });
});
