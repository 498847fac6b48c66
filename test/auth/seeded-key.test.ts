import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../src/auth/certificates.js';
import { seededKey } from '../../src/auth/seeded-key.js';

describe('The key of an authority with a seed', () => {
  it('makes the same certificate each time, and another for another seed', () => {
    const pem = (seed: string): string => CertificateAuthority.create({ key: seededKey(seed) }).certificatePem;
    expect(pem('1')).toBe(pem('1'));
    expect(pem('2')).not.toBe(pem('1'));
  });

  it('signs what its certificate verifies', () => {
    const authority = CertificateAuthority.create({ key: seededKey('seed') });
    const root = new X509Certificate(authority.certificatePem);
    const leaves = ['a', 'b'].map((user) => new X509Certificate(authority.issueClient({ user }).certificatePem));
    expect(root.verify(root.publicKey)).toBe(true);
    for (const leaf of leaves) expect(leaf.verify(root.publicKey)).toBe(true);
    expect(leaves[0]?.serialNumber).not.toBe(leaves[1]?.serialNumber);
    expect(root.validTo).toMatch(/ 2120 GMT$/);
  });
});
