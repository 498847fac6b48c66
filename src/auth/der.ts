import * as asn1 from 'asn1js';

/** Any node of an ASN.1 tree. */
export type Node = asn1.BaseBlock;

/** SEQUENCE of the given nodes. */
export function sequence(...items: Node[]): asn1.Sequence {
  return new asn1.Sequence({ value: items });
}

/** OBJECT IDENTIFIER in dotted form. */
export function objectIdentifier(dotted: string): asn1.ObjectIdentifier {
  return new asn1.ObjectIdentifier({ value: dotted });
}

/** INTEGER from big-endian bytes whose first bit is clear. */
export function unsignedInteger(bytes: Uint8Array): asn1.Integer {
  return new asn1.Integer({ valueHex: bytes });
}

/** OCTET STRING that holds the DER of another node, the form of every X.509 extension. */
export function wrapped(node: Node): asn1.OctetString {
  return new asn1.OctetString({ valueHex: node.toBER() });
}

/** `[tag] EXPLICIT`: a constructed, context-specific wrapper. */
export function explicit(tagNumber: number, ...items: Node[]): asn1.Constructed {
  return new asn1.Constructed({ idBlock: { tagClass: CONTEXT_SPECIFIC, tagNumber }, value: items });
}

/** `[tag] IMPLICIT` of a primitive type: only the contents count. */
export function implicit(tagNumber: number, contents: Uint8Array): asn1.Primitive {
  return new asn1.Primitive({ idBlock: { tagClass: CONTEXT_SPECIFIC, tagNumber }, valueHex: contents });
}

/** A node's own DER. */
export function encode(node: Node): Buffer {
  return Buffer.from(node.toBER());
}

/** Parses one DER value that fills the whole input; throws an Error on anything else. */
export function decode(der: Uint8Array): Node {
  const { offset, result } = asn1.fromBER(der);
  if (offset === -1 || result.error !== '') throw new Error(`asn1: ${result.error || 'malformed data'}`);
  if (offset !== der.length) throw new Error('asn1: trailing data');
  return result;
}

/** The nodes inside a constructed value; throws on a primitive one. */
export function children(node: Node | undefined): Node[] {
  if (!(node instanceof asn1.Constructed)) throw new Error('asn1: structure error: expected a constructed value');
  return node.valueBlock.value;
}

/** The dotted form of an OBJECT IDENTIFIER. */
export function oidOf(node: Node | undefined): string {
  if (!(node instanceof asn1.ObjectIdentifier)) throw new Error('asn1: structure error: expected an object identifier');
  return node.getValue();
}

/** The text of any of ASN.1's string types; undefined for other types. */
export function textOf(node: Node | undefined): string | undefined {
  if (
    node instanceof asn1.Utf8String ||
    node instanceof asn1.PrintableString ||
    node instanceof asn1.IA5String ||
    node instanceof asn1.TeletexString ||
    node instanceof asn1.BmpString ||
    node instanceof asn1.NumericString ||
    node instanceof asn1.UniversalString
  ) {
    return node.getValue();
  }
  return undefined;
}

/** The contents of an OCTET STRING. */
export function octetsOf(node: Node | undefined): Buffer {
  if (!(node instanceof asn1.OctetString)) throw new Error('asn1: structure error: expected an octet string');
  return Buffer.from(node.getValue());
}

/** The contents of a BIT STRING without its count of unused bits. */
export function bitsOf(node: Node | undefined): Buffer {
  if (!(node instanceof asn1.BitString)) throw new Error('asn1: structure error: expected a bit string');
  return Buffer.from(node.valueBlock.valueHexView);
}

/** The contents of a primitive value, such as an IMPLICIT one. */
export function contentsOf(node: Node): Buffer {
  if (!(node instanceof asn1.Primitive)) throw new Error('asn1: structure error: expected a primitive value');
  return Buffer.from(node.valueBlock.valueHexView);
}

/** The tag number of a context-specific node; undefined for universal ones. */
export function contextTag(node: Node): number | undefined {
  return node.idBlock.tagClass === CONTEXT_SPECIFIC ? node.idBlock.tagNumber : undefined;
}

/** The bytes of a node exactly as they were read, for signatures. */
export function rawOf(node: Node): Buffer {
  return Buffer.from(node.valueBeforeDecodeView);
}

/** asn1js's number of the class «context-specific». */
const CONTEXT_SPECIFIC = 3;

/** PEM of one block (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der).toString('base64');
  let text = `-----BEGIN ${label}-----\n`;
  for (let i = 0; i < base64.length; i += 64) text += `${base64.slice(i, i + 64)}\n`;
  return `${text}-----END ${label}-----\n`;
}

/** One block of a PEM text. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
}

/** Where a line begins with these words. */
function lineStart(text: string, words: string, from: number): number {
  if (text.startsWith(words, from) && (from === 0 || text.charAt(from - 1) === '\n')) return from;
  const found = text.indexOf(`\n${words}`, from);
  return found === -1 ? -1 : found + 1;
}

/** All blocks of a PEM text, in order; what stands between them is ignored, as Go's pem.Decode does. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let at = 0;
  for (;;) {
    const begin = lineStart(text, '-----BEGIN ', at);
    if (begin === -1) return blocks;
    const labelEnd = text.indexOf('-----', begin + 11);
    if (labelEnd === -1) return blocks;
    const label = text.slice(begin + 11, labelEnd);
    const end = text.indexOf(`-----END ${label}-----`, labelEnd);
    if (end === -1) return blocks;
    const body = text.slice(labelEnd + 5, end).replace(/\s+/g, '');
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(body)) blocks.push({ label, der: Buffer.from(body, 'base64') });
    at = end + 14 + label.length;
  }
}
