import { X509Certificate } from 'node:crypto';
import { goQuote } from '../../apimachinery/field-error.js';
import { pemBlocks } from '../../auth/der.js';
import { readCertificateRequest } from '../../auth/x509.js';
import { certificateRequestFault } from './go-asn1.js';

/** Why spec.request (base64 of a PEM) can't be signed; undefined if it can. */
export function requestFault(request: string): string | undefined {
  const pem = Buffer.from(request, 'base64').toString('latin1');
  const [block] = pemBlocks(pem);
  if (block?.label !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  const fault = certificateRequestFault(block.der);
  if (fault !== undefined) return fault;
  try {
    const parsed = readCertificateRequest(pem);
    return parsed.signatureValid()
      ? undefined
      : (SIGNATURE_FAULTS[parsed.publicKey.asymmetricKeyType ?? ''] ?? 'x509: signature algorithm specifies an unknown key type');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What Go says of a signature that the key didn't make, by type of key. */
const SIGNATURE_FAULTS: Readonly<Record<string, string>> = {
  rsa: 'crypto/rsa: verification error',
  ec: 'x509: ECDSA verification failure',
  ed25519: 'x509: Ed25519 verification failure',
};

const WITH_HEADERS = /^-----BEGIN CERTIFICATE-----\r?\n[^\r\n:]+:[^\r\n]*\r?\n/m;

/** Why status.certificate (base64 of PEM) is no chain of certificates; undefined if it is one, or empty. */
export function certificateFault(certificate: string): string | undefined {
  if (certificate === '') return undefined;
  const pem = Buffer.from(certificate, 'base64').toString('latin1');
  if (WITH_HEADERS.test(pem)) return 'no PEM block headers are permitted';
  const blocks = pemBlocks(pem);
  for (const { label, der } of blocks) {
    if (label !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${goQuote(label)}`;
    if (!isCertificate(der)) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(der: Buffer): boolean {
  try {
    return new X509Certificate(der).raw.length > 0;
  } catch {
    return false;
  }
}
