import { createHash, sign as signBytes, verify as verifyBytes, createPublicKey, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import * as asn1 from 'asn1js';
import {
  bitsOf,
  children,
  contentsOf,
  contextTag,
  decode,
  encode,
  explicit,
  implicit,
  objectIdentifier,
  octetsOf,
  oidOf,
  pemBlocks,
  rawOf,
  sequence,
  textOf,
  toPem,
  unsignedInteger,
  wrapped,
  type Node,
} from './der.js';

/**
 * X.509 certificates and PKCS #10 requests (RFC 5280, RFC 2986), as far as a
 * cluster's own CA and the certificates.k8s.io signers need them.
 */

/** Attribute of a distinguished name: type (dotted OID) and value. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** Attribute types that Kubernetes gives a meaning. */
export const NAME_OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  /** KEP-4564: the user's uid in a client certificate. */
  userUid: '1.3.6.1.4.1.57683.2',
} as const;

/** Names of KeyUsage bits in the order of RFC 5280. */
export const KEY_USAGES = [
  'digitalSignature',
  'contentCommitment',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** OIDs of ExtendedKeyUsage (RFC 5280, 4.2.1.12), by the names of certificates.k8s.io usages. */
export const EXTENDED_KEY_USAGE_OID = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
} as const;
export type ExtendedKeyUsage = keyof typeof EXTENDED_KEY_USAGE_OID;

const EXTENSION_OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  /** PKCS #9 attribute of a request that lists the extensions wanted. */
  extensionRequest: '1.2.840.113549.1.9.14',
} as const;

/** What a subjectAltName lists, by kind. */
export interface SubjectAltNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

/** All that a certificate says; the signer adds nothing of its own but the signature. */
export interface CertificateContents {
  /** Big-endian, positive. */
  readonly serialNumber: Uint8Array;
  /** Encoded Name. */
  readonly issuer: Uint8Array;
  /** Encoded Name. */
  readonly subject: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  readonly isCA: boolean;
  readonly keyUsages: readonly KeyUsage[];
  readonly extendedKeyUsages: readonly ExtendedKeyUsage[];
  readonly altNames: SubjectAltNames;
  /** The issuer's subjectKeyIdentifier; absent on a self-signed certificate. */
  readonly authorityKeyIdentifier?: Uint8Array | undefined;
}

/** Encodes a Name; each attribute is an RDN of its own, so their order survives. */
export function encodeName(attributes: readonly NameAttribute[]): Buffer {
  const rdns = attributes.map(
    ({ type, value }) => new asn1.Set({ value: [sequence(objectIdentifier(type), new asn1.Utf8String({ value }))] }),
  );
  return encode(sequence(...rdns));
}

/** The attributes of an encoded Name, in order. Values that are no text read as undefined. */
export function decodeName(name: Node): { readonly type: string; readonly value: string | undefined }[] {
  const attributes: { type: string; value: string | undefined }[] = [];
  for (const rdn of children(name)) {
    for (const attribute of children(rdn)) {
      const [type, value] = children(attribute);
      attributes.push({ type: oidOf(type), value: textOf(value) });
    }
  }
  return attributes;
}

/**
 * Encodes and signs; returns the certificate's DER.
 * @param sign signs with the issuer's key by the algorithm that is its own; default: node's
 */
export function signCertificate(
  contents: CertificateContents,
  issuerKey: KeyObject,
  sign: ((data: Uint8Array) => Uint8Array) | undefined = undefined,
): Buffer {
  const algorithm = signatureAlgorithm(issuerKey);
  const tbs = sequence(
    explicit(0, new asn1.Integer({ value: 2 })), // version 3
    unsignedInteger(contents.serialNumber),
    algorithm.identifier(),
    decode(contents.issuer),
    sequence(time(contents.notBefore), time(contents.notAfter)),
    decode(contents.subject),
    decode(contents.publicKey.export({ format: 'der', type: 'spki' })),
    explicit(3, sequence(...extensions(contents))),
  );
  const data = encode(tbs);
  const signature = sign?.(data) ?? signBytes(algorithm.hash, data, issuerKey);
  return encode(sequence(tbs, algorithm.identifier(), new asn1.BitString({ valueHex: signature })));
}

/** SHA-1 of the public key's bits, RFC 5280 method (1); an identifier, not a safeguard. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = children(decode(publicKey.export({ format: 'der', type: 'spki' })));
  return createHash('sha1').update(bitsOf(spki[1])).digest();
}

function extensions(contents: CertificateContents): Node[] {
  const list: Node[] = [];
  if (contents.keyUsages.length > 0) list.push(extension(EXTENSION_OID.keyUsage, true, keyUsageBits(contents.keyUsages)));
  if (contents.extendedKeyUsages.length > 0) {
    const oids = contents.extendedKeyUsages.map((usage) => objectIdentifier(EXTENDED_KEY_USAGE_OID[usage]));
    list.push(extension(EXTENSION_OID.extendedKeyUsage, false, sequence(...oids)));
  }
  const constraints = contents.isCA ? sequence(new asn1.Boolean({ value: true })) : sequence();
  list.push(extension(EXTENSION_OID.basicConstraints, true, constraints));
  if (contents.isCA) {
    const identifier = new asn1.OctetString({ valueHex: keyIdentifier(contents.publicKey) });
    list.push(extension(EXTENSION_OID.subjectKeyIdentifier, false, identifier));
  }
  if (contents.authorityKeyIdentifier !== undefined) {
    list.push(extension(EXTENSION_OID.authorityKeyIdentifier, false, sequence(implicit(0, contents.authorityKeyIdentifier))));
  }
  const names = generalNames(contents.altNames);
  if (names.length > 0) list.push(extension(EXTENSION_OID.subjectAltName, false, sequence(...names)));
  return list;
}

function extension(oid: string, critical: boolean, value: Node): Node {
  return critical
    ? sequence(objectIdentifier(oid), new asn1.Boolean({ value: true }), wrapped(value))
    : sequence(objectIdentifier(oid), wrapped(value));
}

function keyUsageBits(usages: readonly KeyUsage[]): Node {
  const bytes = [0, 0];
  let highest = 0;
  for (const usage of usages) {
    const bit = KEY_USAGES.indexOf(usage);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
    highest = Math.max(highest, bit);
  }
  const valueHex = Uint8Array.from(bytes.slice(0, (highest >> 3) + 1));
  return new asn1.BitString({ valueHex, unusedBits: 7 - (highest & 7) });
}

/** Context tags of GeneralName. */
const GENERAL_NAME = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

function generalNames(names: SubjectAltNames): Node[] {
  return [
    ...names.dnsNames.map((name) => implicit(GENERAL_NAME.dns, Buffer.from(name, 'latin1'))),
    ...names.emailAddresses.map((name) => implicit(GENERAL_NAME.email, Buffer.from(name, 'latin1'))),
    ...names.ipAddresses.map((address) => implicit(GENERAL_NAME.ip, ipBytes(address))),
    ...names.uris.map((name) => implicit(GENERAL_NAME.uri, Buffer.from(name, 'latin1'))),
  ];
}

function ipBytes(address: string): Uint8Array {
  if (isIP(address) === 4) return Uint8Array.from(address.split('.').map(Number));
  if (isIP(address) !== 6) throw new Error(`not an IP address: ${address}`);
  let text = address;
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (embedded !== null) {
    const [, head = '', a, b, c, d] = embedded;
    text = `${head}${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`;
  }
  const [left = '', right] = text.split('::');
  const front = left === '' ? [] : left.split(':');
  const back = right === undefined || right === '' ? [] : right.split(':');
  const groups = right === undefined ? front : [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

function ipText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return groups.join(':');
}

/** UTCTime through 2049, GeneralizedTime after (RFC 5280, 4.1.2.5). */
function time(date: Date): Node {
  return date.getUTCFullYear() < 2050 ? new asn1.UTCTime({ valueDate: date }) : new asn1.GeneralizedTime({ valueDate: date });
}

interface SignatureAlgorithm {
  /** For node:crypto; null where the algorithm brings its own. */
  readonly hash: string | null;
  identifier(): Node;
}

function signatureAlgorithm(key: KeyObject): SignatureAlgorithm {
  switch (key.asymmetricKeyType) {
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      if (curve === 'secp384r1') return named('sha384', '1.2.840.10045.4.3.3');
      if (curve === 'secp521r1') return named('sha512', '1.2.840.10045.4.3.4');
      return named('sha256', '1.2.840.10045.4.3.2');
    }
    case 'rsa':
      return { hash: 'sha256', identifier: () => sequence(objectIdentifier('1.2.840.113549.1.1.11'), new asn1.Null()) };
    case 'ed25519':
      return named(null, '1.3.101.112');
    default:
      throw new Error(`cannot sign certificates with a key of type ${String(key.asymmetricKeyType)}`);
  }
}

function named(hash: string | null, oid: string): SignatureAlgorithm {
  return { hash, identifier: () => sequence(objectIdentifier(oid)) };
}

/** What authentication asks of a client certificate. */
export interface CertificateFacts {
  readonly serialNumber: Buffer;
  readonly subject: readonly { readonly type: string; readonly value: string | undefined }[];
  /** The encoded Name. */
  readonly rawSubject: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly authorityKeyIdentifier: Buffer | undefined;
  /** Dotted OIDs; undefined without the extension. */
  readonly extendedKeyUsages: readonly string[] | undefined;
}

/** Reads a certificate's DER; throws an Error if it is none. */
export function readCertificate(der: Uint8Array): CertificateFacts {
  const fields = children(children(decode(der))[0]);
  const first = fields[0];
  if (first === undefined) throw new Error('x509: malformed certificate');
  const at = contextTag(first) === 0 ? 1 : 0; // the version is optional
  const serial = fields[at];
  const [notBefore, notAfter] = children(fields[at + 3]);
  const subject = fields[at + 4];
  if (!(serial instanceof asn1.Integer) || subject === undefined) throw new Error('x509: malformed certificate');
  const wrapper = fields.find((field) => contextTag(field) === 3);
  const found = wrapper === undefined ? new Map<string, Buffer>() : readExtensions(children(wrapper)[0]);
  const usages = found.get(EXTENSION_OID.extendedKeyUsage);
  const own = found.get(EXTENSION_OID.subjectKeyIdentifier);
  const authority = found.get(EXTENSION_OID.authorityKeyIdentifier);
  const authorityId = authority && children(decode(authority)).find((node) => contextTag(node) === 0);
  return {
    serialNumber: Buffer.from(serial.valueBlock.valueHexView),
    subject: decodeName(subject),
    rawSubject: rawOf(subject),
    notBefore: dateOf(notBefore),
    notAfter: dateOf(notAfter),
    subjectKeyIdentifier: own && octetsOf(decode(own)),
    authorityKeyIdentifier: authorityId && contentsOf(authorityId),
    extendedKeyUsages: usages && children(decode(usages)).map(oidOf),
  };
}

function dateOf(node: Node | undefined): Date {
  // GeneralizedTime extends UTCTime in asn1js.
  if (!(node instanceof asn1.UTCTime)) throw new Error('x509: malformed validity');
  return node.toDate();
}

function readExtensions(list: Node | undefined): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const item of children(list)) {
    const parts = children(item);
    found.set(oidOf(parts[0]), octetsOf(parts[parts.length - 1]));
  }
  return found;
}

/** A PKCS #10 request, its signature not yet checked. */
export interface CertificateRequest {
  readonly subject: readonly { readonly type: string; readonly value: string | undefined }[];
  /** The encoded Name. */
  readonly rawSubject: Buffer;
  readonly publicKey: KeyObject;
  readonly altNames: SubjectAltNames;
  /** Whether the requester's key made the signature. */
  signatureValid(): boolean;
}

/** Parses spec.request of a CertificateSigningRequest (PEM); the messages are those of Go's certificates.ParseCSR. */
export function readCertificateRequest(pem: string): CertificateRequest {
  const block = pemBlocks(pem)[0];
  if (block === undefined || block.label !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = children(decode(block.der));
  if (info === undefined) throw new Error('asn1: structure error');
  const [, subject, key, ...rest] = children(info);
  if (subject === undefined || key === undefined) throw new Error('asn1: structure error');
  const publicKey = createPublicKey({ key: rawOf(key), format: 'der', type: 'spki' });
  const attributes = rest.find((node) => contextTag(node) === 0);
  return {
    subject: decodeName(subject),
    rawSubject: rawOf(subject),
    publicKey,
    altNames: attributes === undefined ? NO_ALT_NAMES : requestedAltNames(attributes),
    signatureValid: () => {
      const hash = SIGNATURE_HASHES.get(oidOf(children(algorithm)[0]));
      if (hash === undefined) return false;
      try {
        return verifyBytes(hash, rawOf(info), publicKey, bitsOf(signature));
      } catch {
        return false; // an algorithm that isn't the key's
      }
    },
  };
}

/** The attribute that asks for a subjectAltName (PKCS #9, extensionRequest); none without names. */
function requestAttributes(altNames: SubjectAltNames): Node[] {
  const names = generalNames(altNames);
  if (names.length === 0) return [];
  const wanted = sequence(extension(EXTENSION_OID.subjectAltName, false, sequence(...names)));
  return [sequence(objectIdentifier(EXTENSION_OID.extensionRequest), new asn1.Set({ value: [wanted] }))];
}

/** A PKCS #10 request for a certificate of that subject (PEM), signed with the key that it is to certify. */
export function signCertificateRequest(
  subject: readonly NameAttribute[],
  privateKey: KeyObject,
  altNames: SubjectAltNames = NO_ALT_NAMES,
): string {
  const algorithm = signatureAlgorithm(privateKey);
  const info = sequence(
    new asn1.Integer({ value: 0 }), // version 1
    decode(encodeName(subject)),
    decode(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    explicit(0, ...requestAttributes(altNames)),
  );
  const signature = signBytes(algorithm.hash, encode(info), privateKey);
  return toPem('CERTIFICATE REQUEST', encode(sequence(info, algorithm.identifier(), new asn1.BitString({ valueHex: signature }))));
}

const SIGNATURE_HASHES: ReadonlyMap<string, string | null> = new Map([
  ['1.2.840.10045.4.1', 'sha1'],
  ['1.2.840.113549.1.1.5', 'sha1'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.3.101.112', null],
]);

/** No alternative names at all. */
export const NO_ALT_NAMES: SubjectAltNames = { dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] };

function requestedAltNames(attributes: Node): SubjectAltNames {
  for (const attribute of children(attributes)) {
    const [type, values] = children(attribute);
    if (oidOf(type) !== EXTENSION_OID.extensionRequest) continue;
    const names = readExtensions(children(values)[0]).get(EXTENSION_OID.subjectAltName);
    if (names !== undefined) return readAltNames(decode(names));
  }
  return NO_ALT_NAMES;
}

function readAltNames(node: Node): SubjectAltNames {
  const dnsNames: string[] = [];
  const ipAddresses: string[] = [];
  const emailAddresses: string[] = [];
  const uris: string[] = [];
  for (const name of children(node)) {
    const tag = contextTag(name);
    if (tag === GENERAL_NAME.dns) dnsNames.push(contentsOf(name).toString('latin1'));
    else if (tag === GENERAL_NAME.email) emailAddresses.push(contentsOf(name).toString('latin1'));
    else if (tag === GENERAL_NAME.uri) uris.push(contentsOf(name).toString('latin1'));
    else if (tag === GENERAL_NAME.ip) ipAddresses.push(ipText(contentsOf(name)));
  }
  return { dnsNames, ipAddresses, emailAddresses, uris };
}
