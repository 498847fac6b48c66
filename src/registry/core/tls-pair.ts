import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { goQuote } from '../../apimachinery/field-error.js';
import { pemBlocks } from '../../auth/der.js';

/** Why a certificate and a key don't make a pair; the words are Go's (crypto/tls.X509KeyPair). Undefined if they do. */
export function tlsPairFault(certificate: Buffer, key: Buffer): string | undefined {
  const certificates = pemBlocks(certificate.toString('latin1'));
  const first = certificates.find(({ label }) => label === 'CERTIFICATE');
  if (first === undefined) return missingCertificate(certificates.map(({ label }) => label));
  const keys = pemBlocks(key.toString('latin1'));
  const at = keys.findIndex(({ label }) => label === 'PRIVATE KEY' || label.endsWith(' PRIVATE KEY'));
  const own = keys[at];
  if (own === undefined) return missingKey(keys.map(({ label }) => label));
  let publicKey: KeyObject;
  try {
    publicKey = new X509Certificate(first.der).publicKey;
  } catch {
    return 'x509: malformed certificate';
  }
  const privateKey = parseKey(own.der);
  if (privateKey === undefined) return 'tls: failed to parse private key';
  if (publicKey.asymmetricKeyType !== privateKey.asymmetricKeyType) return 'tls: private key type does not match public key type';
  const derived = createPublicKey(privateKey);
  return derived.equals(publicKey) ? undefined : 'tls: private key does not match public key';
}

function missingCertificate(labels: readonly string[]): string {
  if (labels.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (labels.length === 1 && labels[0]?.endsWith('PRIVATE KEY') === true) {
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  }
  return `tls: failed to find ${goQuote('CERTIFICATE')} PEM block in certificate input after skipping PEM blocks of the following types: [${labels.join(' ')}]`;
}

function missingKey(labels: readonly string[]): string {
  if (labels.length === 0) return 'tls: failed to find any PEM data in key input';
  if (labels.length === 1 && labels[0] === 'CERTIFICATE')
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  return `tls: failed to find PEM block with type ending in ${goQuote('PRIVATE KEY')} in key input after skipping PEM blocks of the following types: [${labels.join(' ')}]`;
}

/** A block may hold any form of key, whatever it says on it. */
function parseKey(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // the next form
    }
  }
  return undefined;
}
