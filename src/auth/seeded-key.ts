import { createECDH, createHash, createPrivateKey } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import type { AuthorityKey } from './certificates.js';

/** A time range that contains any time at which a seed may be used again. */
const NOT_BEFORE = Date.UTC(2020, 0, 1);
const NOT_AFTER = Date.UTC(2120, 0, 1);

/**
 * The key of a certificate authority that is the same for the same seed, as are
 * its signatures (RFC 6979), serial numbers and validity. Whoever knows the seed
 * knows the key: this is for repeatable runs, as seeds are.
 */
export function seededKey(seed: string): AuthorityKey {
  const secret = secretOf(seed);
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(secret);
  const point = pair.getPublicKey();
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  const jwk = { kty: 'EC', crv: 'P-256', d: part(secret), x: part(point.subarray(1, 33)), y: part(point.subarray(33)) };
  let serial = 0;
  return {
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
    sign: (data) => Buffer.from(p256.sign(data, secret, { format: 'der', lowS: false })),
    serialNumber: () =>
      createHash('sha256')
        .update(`${seed} serial ${String(serial++)}`)
        .digest()
        .subarray(0, 16),
    validity: { notBefore: NOT_BEFORE, notAfter: NOT_AFTER },
  };
}

function secretOf(seed: string): Buffer {
  for (let round = 0; ; round++) {
    const secret = createHash('sha256')
      .update(`${seed} key ${String(round)}`)
      .digest();
    if (p256.utils.isValidSecretKey(secret)) return secret;
  }
}
