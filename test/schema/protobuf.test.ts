import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseApiVersion } from '../../src/apimachinery/group-version.js';
import { decodeObject } from '../../src/schema/decode.js';
import { decodeProtobuf, encodeProtobuf, ProtobufError, unwrapUnknown, wrapUnknown } from '../../src/schema/protobuf.js';
import type { JsonObject, StructType } from '../../src/schema/type.js';
import { typeRegistry } from '../../src/schema/types.js';

const samples = path.resolve('../shared/reference/objects');
const names = existsSync(samples)
  ? readdirSync(samples)
      .filter((name) => name.endsWith('.pb'))
      .map((name) => name.slice(0, -3))
  : [];
if (names.length === 0) console.log('protobuf samples: skipped, ../shared/reference is not here');

function typeFor(apiVersion: string, kind: string): StructType {
  const gv = parseApiVersion(apiVersion);
  const type = gv === undefined ? undefined : typeRegistry().typeOf({ ...gv, kind });
  if (type === undefined) throw new Error(`no facts for ${apiVersion} ${kind}`);
  return type;
}

describe.skipIf(names.length === 0)('the real server’s sample objects', () => {
  it.each(names)('%s is the same object in protobuf and JSON, and the same bytes again', (name) => {
    const bytes = readFileSync(path.join(samples, `${name}.pb`));
    const json = JSON.parse(readFileSync(path.join(samples, `${name}.json`), 'utf8')) as JsonObject;
    const { apiVersion, kind, raw } = unwrapUnknown(bytes);
    // A WatchEvent travels without saying what it is.
    const type = kind === '' ? typeFor('v1', 'WatchEvent') : typeFor(apiVersion, kind);
    const wanted = decodeObject(type, json).object;
    const found = decodeProtobuf(type, raw);
    expect({ ...found, kind: wanted['kind'], apiVersion: wanted['apiVersion'] }).toEqual(wanted);
    expect(wrapUnknown({ apiVersion, kind, raw: encodeProtobuf(type, found) }).equals(bytes)).toBe(true);
    expect(encodeProtobuf(type, wanted).equals(raw)).toBe(true);
  });
});

describe('bytes that are no message', () => {
  const pod = typeFor('v1', 'Pod');
  it.each([
    ['a truncated length', Buffer.from([0x0a]), 'unexpected EOF'],
    ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x01]), 'unexpected EOF'],
    ['a group end', Buffer.from([0x0c]), 'wiretype end group for non-group'],
    ['an unknown wire type', Buffer.from([0x7f]), 'illegal wireType 7'],
    ['a number where a message belongs', Buffer.from([0x08, 0x01]), 'wrong wireType = 0 for field Metadata'],
    ['a varint without end', Buffer.alloc(12, 0xff), 'integer overflow'],
    ['a huge length', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), 'negative length'],
  ])('%s is refused', (_title, bytes, message) => {
    expect(() => decodeProtobuf(pod, bytes)).toThrow(ProtobufError);
    expect(() => decodeProtobuf(pod, bytes)).toThrow(message);
  });

  it('another format is refused by its first bytes', () => {
    expect(() => unwrapUnknown(Buffer.from('{"kind":"Pod"}'))).toThrow('expected prefix [107 56 115 0]');
  });

  it('unknown fields are skipped', () => {
    expect(decodeProtobuf(typeFor('v1', 'ConfigMap'), Buffer.from([0xfa, 0x07, 0x02, 0x41, 0x42]))).toEqual(decodeObject(typeFor('v1', 'ConfigMap'), {}).object);
  });
});
