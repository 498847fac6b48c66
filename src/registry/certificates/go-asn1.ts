/**
 * What Go's encoding/asn1 says of bytes that should be a PKCS #10 request. Only
 * the outer structure is looked at, which is where broken requests break.
 */

/** A value that isn't as described; the message is Go's. */
class Asn1Error extends Error {}

interface Header {
  readonly class: number;
  readonly tag: number;
  readonly length: number;
  readonly isCompound: boolean;
}

/** A field of a Go struct: a nested struct, one of a primitive type, or any value at all. */
type Expected =
  | { readonly name: string; readonly fields: readonly Expected[] }
  | { readonly name: string; readonly tag: number }
  | { readonly name: 'RawValue'; readonly optional: boolean };

const ALGORITHM: Expected = {
  name: 'AlgorithmIdentifier',
  fields: [
    { name: 'ObjectIdentifier', tag: 6 },
    { name: 'RawValue', optional: true },
  ],
};
const BITS: Expected = { name: 'BitString', tag: 3 };
const REQUEST: Expected = {
  name: 'certificateRequest',
  fields: [
    {
      name: 'tbsCertificateRequest',
      fields: [
        { name: 'int', tag: 2 },
        { name: 'RawValue', optional: false },
        { name: 'publicKeyInfo', fields: [ALGORITHM, BITS] },
      ],
    },
    ALGORITHM,
    BITS,
  ],
};
const SEQUENCE = 16;
const PARAMETERS =
  '{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false}';

/** Why these bytes are no certificate request, or undefined if their structure is right. */
export function certificateRequestFault(der: Uint8Array): string | undefined {
  try {
    const end = readField(der, 0, REQUEST);
    return end === der.length ? undefined : 'asn1: syntax error: trailing data';
  } catch (error) {
    if (error instanceof Asn1Error) return error.message;
    throw error;
  }
}

function syntaxError(what: string): Asn1Error {
  return new Asn1Error(`asn1: syntax error: ${what}`);
}

function structureError(what: string): Asn1Error {
  return new Asn1Error(`asn1: structure error: ${what}`);
}

/** Returns where the next field begins. */
function readField(bytes: Uint8Array, start: number, expected: Expected): number {
  const optional = 'optional' in expected && expected.optional;
  if (start === bytes.length) {
    if (optional) return start;
    throw syntaxError('sequence truncated');
  }
  const { header, offset } = readHeader(bytes, start);
  const tag = 'fields' in expected ? SEQUENCE : 'tag' in expected ? expected.tag : undefined;
  if (tag !== undefined && (header.class !== 0 || header.tag !== tag || header.isCompound !== (tag === SEQUENCE))) {
    const found = `{class:${String(header.class)} tag:${String(header.tag)} length:${String(header.length)} isCompound:${String(header.isCompound)}}`;
    throw structureError(`tags don't match (${String(tag)} vs ${found}) ${PARAMETERS} ${expected.name} @${String(offset)}`);
  }
  const end = offset + header.length;
  if (end > bytes.length) throw syntaxError('data truncated');
  if ('fields' in expected) {
    const inner = bytes.subarray(offset, end);
    let at = 0;
    for (const field of expected.fields) at = readField(inner, at, field);
  }
  return end;
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw syntaxError('truncated tag or length');
  return byte;
}

function readHeader(bytes: Uint8Array, start: number): { header: Header; offset: number } {
  const first = byteAt(bytes, start);
  let offset = start + 1;
  let tag = first & 0x1f;
  if (tag === 0x1f) ({ tag, offset } = readLongTag(bytes, offset));
  let length = byteAt(bytes, offset);
  offset++;
  if (length >= 0x80) ({ length, offset } = readLongLength(bytes, offset, length & 0x7f));
  return { header: { class: first >> 6, tag, length, isCompound: (first & 0x20) !== 0 }, offset };
}

function readLongTag(bytes: Uint8Array, start: number): { tag: number; offset: number } {
  let tag = 0;
  for (let shifted = 0; ; shifted++) {
    if (shifted === 5) throw structureError('base 128 integer too large');
    const byte = bytes[start + shifted];
    if (byte === undefined) throw syntaxError('truncated base 128 integer');
    if (shifted === 0 && byte === 0x80) throw syntaxError('integer is not minimally encoded');
    tag = tag * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (tag > 0x7fffffff) throw structureError('base 128 integer too large');
    if (tag < 0x1f) throw syntaxError('non-minimal tag');
    return { tag, offset: start + shifted + 1 };
  }
}

function readLongLength(bytes: Uint8Array, start: number, count: number): { length: number; offset: number } {
  if (count === 0) throw syntaxError('indefinite length found (not DER)');
  let length = 0;
  for (let i = 0; i < count; i++) {
    const byte = byteAt(bytes, start + i);
    if (length >= 1 << 23) throw structureError('length too large');
    length = length * 256 + byte;
    if (length === 0) throw structureError('superfluous leading zeros in length');
  }
  if (length < 0x80) throw structureError('non-minimal length');
  return { length, offset: start + count };
}
