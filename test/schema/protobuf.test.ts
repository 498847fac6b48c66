import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../src/schema/decode.js';
import { parseJson } from '../../src/schema/json.js';
import {
  decodeProtobuf,
  encodeProtobuf,
  encodeWatchEvent,
  frameMessage,
  ProtobufError,
  unwrapUnknown,
  wrapUnknown,
} from '../../src/schema/protobuf.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { JsonObject, StructType } from '../../src/schema/type.js';

const registry = new TypeRegistry();

function typeOf(kind: string, group = '', version = 'v1'): StructType {
  const type = registry.typeOf({ group, version, kind });
  if (type === undefined) throw new Error(`no ${kind}`);
  return type;
}

function metaType(name: string): StructType {
  const type = registry.typeByName(`io.k8s.apimachinery.pkg.apis.meta.v1.${name}`);
  if (type === undefined) throw new Error(`no ${name}`);
  return type;
}

/** There and back. */
function roundTrip(type: StructType, object: JsonObject): JsonObject {
  return decodeProtobuf(type, encodeProtobuf(type, object));
}

function fault(type: StructType, hex: string): string {
  try {
    decodeProtobuf(type, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  } catch (error) {
    if (error instanceof ProtobufError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}

const configMap = typeOf('ConfigMap');
const pod = typeOf('Pod');

const OBJECTS = '../shared/reference/objects';
const names = existsSync(OBJECTS) ? readdirSync(OBJECTS).filter((name) => name.endsWith('.pb')) : [];

describe.skipIf(names.length === 0)('the reference objects (skipped without ../shared)', () => {
  it.each(names)('%s decodes to its JSON, which encodes to the same bytes', (name) => {
    const bytes = readFileSync(`${OBJECTS}/${name}`);
    const { apiVersion, kind, raw } = unwrapUnknown(bytes);
    const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    // A WatchEvent travels without saying what it is.
    const type = kind === '' ? typeOf('WatchEvent') : typeOf(kind, group, version);
    const json = readFileSync(`${OBJECTS}/${name.replace(/pb$/, 'json')}`);
    const expected = decodeObject(type, parseJson(json)).object;
    const decoded = decodeProtobuf(type, raw);
    expect(JSON.stringify(kind === '' ? decoded : { kind, apiVersion, ...decoded })).toBe(JSON.stringify(expected));
    expect(wrapUnknown({ apiVersion, kind, raw: encodeProtobuf(type, expected) }).equals(bytes)).toBe(true);
  });
});

describe('encoding protobuf', () => {
  it('writes zero values of what is no pointer, and embedded structs as messages', () => {
    expect(encodeProtobuf(metaType('OwnerReference'), {}).toString('hex')).toBe('0a00 1a00 2200 2a00'.replaceAll(' ', ''));
    expect(encodeProtobuf(typeOf('Binding'), {}).subarray(0, 2).toString('hex')).toBe('0a10');
  });

  it('sorts maps by the bytes of their keys', () => {
    const text = encodeProtobuf(configMap, { data: { '9': 'b', '10': 'a', '😀': 'c', '\uffee': 'd' } }).toString('utf8');
    const places = ['10', '9', '\uffee', '😀'].map((key) => text.indexOf(`${key}\u0012`));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 31), 1 - 2 ** 53])('writes the integer %d', (generation) => {
    const expected = generation === 0 ? { metadata: {} } : { metadata: { generation } };
    expect(roundTrip(configMap, { metadata: { generation } })).toEqual(expected);
  });

  it('writes the limits of int64 as they are', () => {
    const bytes = encodeProtobuf(metaType('ObjectMeta'), { generation: 2 ** 63 });
    expect(bytes.toString('hex')).toContain('38ffffffffffffffff7f');
  });

  it('carries texts and bytes of every length', () => {
    for (const size of [0, 1, 31, 32, 127, 128, 5000]) {
      for (const character of ['a', 'é', '😀']) {
        const text = character.repeat(size);
        const object = { metadata: {}, data: { k: text }, binaryData: { b: Buffer.from(text).toString('base64') } };
        expect(roundTrip(configMap, object)).toEqual(object);
      }
    }
  });

  it('carries a schema in its mixed forms', () => {
    const crd = typeOf('CustomResourceDefinition', 'apiextensions.k8s.io');
    const schema = {
      default: { a: [1, null] },
      maximum: 1.5,
      enum: [null, 'x'],
      items: { type: 'string' },
      allOf: [{ items: [{ type: 'a' }, { type: 'b' }] }],
      properties: {
        p: { additionalProperties: false },
        q: { additionalProperties: true },
        r: { additionalProperties: { nullable: true } },
      },
      dependencies: { d: ['a', 'b'], e: { type: 'object' } },
    };
    const object = decodeObject(crd, { spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: schema } }] } }).object;
    expect(roundTrip(crd, object)).toEqual(object);
  });

  it('carries what has no kind of its own: Status, Table, partial objects, discovery', () => {
    const status = {
      metadata: {},
      status: 'Failure',
      message: 'm',
      reason: 'NotFound',
      details: { name: 'n', causes: [{ reason: 'r' }] },
      code: 404,
    };
    expect(roundTrip(metaType('Status'), status)).toEqual(status);
    expect(roundTrip(metaType('PartialObjectMetadataList'), { metadata: {}, items: [{ metadata: { name: 'a' } }] })).toEqual({
      metadata: {},
      items: [{ metadata: { name: 'a' } }],
    });
    const resources = {
      groupVersion: 'v1',
      resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'], shortNames: ['po'] }],
    };
    expect(roundTrip(metaType('APIResourceList'), resources)).toEqual(resources);
  });

  it('frames watch events', () => {
    const event = encodeWatchEvent('ADDED', Buffer.from('object'));
    expect(decodeFields(event)).toEqual([
      [1, 'ADDED'],
      [2, '\n\u0006object'],
    ]);
    expect(frameMessage(event).subarray(0, 4)).toEqual(Buffer.from([0, 0, 0, event.length]));
  });
});

/** Number and text of the fields of a flat message of short texts. */
function decodeFields(bytes: Buffer): [number, string][] {
  const fields: [number, string][] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at + 1] ?? 0;
    fields.push([(bytes[at] ?? 0) >> 3, bytes.toString('utf8', at + 2, at + 2 + length)]);
    at += 2 + length;
  }
  return fields;
}

describe('decoding protobuf', () => {
  it.each([
    ['0a', 'unexpected EOF'],
    ['0a05 00', 'unexpected EOF'],
    ['80', 'unexpected EOF'],
    ['0aff ffff ff0f', 'unexpected EOF'],
    ['0aff ffff ffff ffff ffff 01', 'proto: negative length found during unmarshaling'],
    ['0aff ffff ffff ffff ffff ff01', 'proto: integer overflow'],
    ['08 01', 'proto: wrong wireType = 0 for field Metadata'],
    ['0c', 'proto: ConfigMap: wiretype end group for non-group'],
    ['02 00', 'proto: ConfigMap: illegal tag 0 (wire type 2)'],
    ['7f', 'proto: illegal wireType 7'],
    ['7b 0a', 'unexpected EOF'],
    ['79 0102', 'unexpected EOF'],
  ])('refuses %s: %s', (hex, message) => {
    expect(fault(configMap, hex)).toBe(message);
  });

  it('refuses values that are none', () => {
    const limits = encodeProtobuf(typeOf('ResourceQuota'), { spec: { hard: { cpu: 'much' } } });
    expect(() => decodeProtobuf(typeOf('ResourceQuota'), limits)).toThrow('quantities must match the regular expression');
    expect(fault(metaType('ObjectMeta'), '420a 08ffffffffffffffff7f')).toBe('proto: time out of range');
    const port = registry.typeByName('io.k8s.api.core.v1.ServicePort');
    expect(fault(port as StructType, '2202 0807')).toBe('impossible IntOrString.Type');
  });

  it('skips fields that nobody knows, groups included', () => {
    const unknown = Buffer.from('f83f01 f93f0102030405060708 fa3f0161 fd3f01020304 fb3ff83f01fc3f'.replaceAll(' ', ''), 'hex');
    const known = encodeProtobuf(configMap, { data: { k: 'v' } });
    expect(decodeProtobuf(configMap, Buffer.concat([unknown, known, unknown]))).toEqual({ metadata: {}, data: { k: 'v' } });
  });

  it('takes packed lists of numbers, and map entries in any order', () => {
    const context = registry.typeByName('io.k8s.api.core.v1.PodSecurityContext');
    if (context === undefined) throw new Error('no PodSecurityContext');
    expect(decodeProtobuf(context, Buffer.from('2203010203', 'hex'))).toEqual({ supplementalGroups: [1, 2, 3] });
    const entries = ['z', 'a', 'a', '__proto__'].map((key, i) => {
      const entry = Buffer.concat([Buffer.from([0x12, 1, 0x30 + i, 0x0a, key.length]), Buffer.from(key)]);
      return Buffer.concat([Buffer.from([0x12, entry.length]), entry]);
    });
    expect(JSON.stringify(decodeProtobuf(configMap, Buffer.concat(entries)))).toBe(
      '{"metadata":{},"data":{"__proto__":"3","a":"2","z":"0"}}',
    );
  });

  it('refuses deep nesting', () => {
    const schema = registry.typeByName('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps');
    if (schema === undefined) throw new Error('no JSONSchemaProps');
    const not = schema.byName.get('not');
    let bytes = Buffer.alloc(0);
    for (let i = 0; i < 5000; i++) {
      const length: number[] = [];
      let rest = bytes.length;
      for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
      const tag = (not?.number ?? 0) * 8 + 2;
      bytes = Buffer.concat([Buffer.from([(tag & 127) | 128, tag >>> 7, ...length, rest]), bytes]);
    }
    expect(() => decodeProtobuf(schema, bytes)).toThrow('proto: exceeded max depth');
  });

  it('survives any damage to a message', () => {
    const bytes = encodeProtobuf(pod, {
      metadata: { name: 'p', creationTimestamp: '2024-01-02T03:04:05Z', labels: { a: 'b' } },
      spec: {
        containers: [{ name: 'c', resources: { limits: { cpu: '1' } }, ports: [{ containerPort: 1 }] }],
        securityContext: { supplementalGroups: [1] },
      },
    });
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff, (bytes[at] ?? 0) ^ 1]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        for (const input of [damaged, damaged.subarray(0, at)]) {
          try {
            decodeProtobuf(pod, input);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtobufError);
          }
        }
      }
    }
  });
});

describe('the envelope', () => {
  it('names the kind', () => {
    const bytes = wrapUnknown({ apiVersion: 'v1', kind: 'Pod', raw: Buffer.from('x') });
    expect(bytes.toString('hex')).toBe('6b387300 0a09 0a027631 1203506f64 120178 1a00 2200'.replaceAll(' ', ''));
    expect(unwrapUnknown(bytes)).toEqual({ apiVersion: 'v1', kind: 'Pod', raw: Buffer.from('x') });
  });

  it.each([
    ['', 'empty data'],
    ['7b7d', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
    ['6b387300', 'empty body'],
    ['6b387300 0a05', 'unexpected EOF'],
    ['6b387300 1001', 'proto: wrong wireType = 0 for field Raw'],
  ])('refuses %s: %s', (hex, message) => {
    expect(() => unwrapUnknown(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow(new ProtobufError(message));
  });
});
