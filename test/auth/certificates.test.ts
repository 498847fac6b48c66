import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, servingHosts } from '../../src/auth/certificates.js';
import { pemBlocks } from '../../src/auth/der.js';
import { NAME_OID, readCertificate, readCertificateRequest, signCertificateRequest } from '../../src/auth/x509.js';

const ca = CertificateAuthority.create();

describe('the certificate authority', () => {
  it('signs itself as a CA for ten years', () => {
    const certificate = new X509Certificate(ca.certificatePem);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe('CN=kubernetes');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(ca.privateKeyPem))).toBe(true);
    expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now() + 3600 * 24 * 3649 * 1000);
  });

  it('issues serving certificates that name every way to reach the API server', () => {
    const hosts = servingHosts({
      serviceIPs: ['10.96.0.1', 'fd00::1'],
      hostname: 'Box-1',
      extra: ['api.example.org', '10.0.0.7', '::ffff:1.2.3.4'],
    });
    const certificate = new X509Certificate(ca.issueServing(hosts).certificatePem);
    for (const name of ['localhost', 'kubernetes', 'kubernetes.default.svc.cluster.local', 'box-1', 'api.example.org']) {
      expect(certificate.checkHost(name), name).toBe(name);
    }
    for (const ip of ['127.0.0.1', '::1', '10.96.0.1', '10.0.0.7', 'fd00::1']) expect(certificate.checkIP(ip), ip).toBe(ip);
    expect(certificate.checkIssued(new X509Certificate(ca.certificatePem))).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('keeps the groups of a client certificate in their order, whatever characters they hold', () => {
    const identity = { user: 'jürgen, O=system:masters', groups: ['b', 'a', 'x\nO=system:masters'], uid: 'u-1' };
    const { certificatePem } = ca.issueClient(identity);
    const facts = readCertificate(new X509Certificate(certificatePem).raw);
    expect(facts.subject).toEqual([
      { type: NAME_OID.organization, value: 'b' },
      { type: NAME_OID.organization, value: 'a' },
      { type: NAME_OID.organization, value: 'x\nO=system:masters' },
      { type: NAME_OID.commonName, value: 'jürgen, O=system:masters' },
      { type: NAME_OID.userUid, value: 'u-1' },
    ]);
    expect(facts.extendedKeyUsages).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(facts.authorityKeyIdentifier).toEqual(readCertificate(new X509Certificate(ca.certificatePem).raw).subjectKeyIdentifier);
  });

  it('loads what it wrote, and refuses foreign keys and certificates that are no CA', () => {
    const loaded = CertificateAuthority.load(ca.certificatePem, ca.privateKeyPem);
    const leaf = loaded.issueClient({ user: 'a' });
    expect(new X509Certificate(leaf.certificatePem).verify(new X509Certificate(ca.certificatePem).publicKey)).toBe(true);
    expect(() => CertificateAuthority.load(ca.certificatePem, CertificateAuthority.create().privateKeyPem)).toThrow(/does not belong/);
    expect(() => CertificateAuthority.load(leaf.certificatePem, leaf.privateKeyPem)).toThrow(/not marked as a CA/);
    expect(() => CertificateAuthority.load('', ca.privateKeyPem)).toThrow(/no CERTIFICATE/);
  });

  it('never signs beyond its own end', () => {
    const { certificatePem } = ca.issueClient({ user: 'a' }, 100 * 365 * 24 * 3600);
    expect(new Date(new X509Certificate(certificatePem).validTo).getTime()).toBeLessThanOrEqual(ca.expiresAt);
  });
});

describe('a TLS server with these certificates', () => {
  const serving = ca.issueServing(servingHosts({ serviceIPs: ['10.96.0.1'], hostname: 'box' }));

  async function handshake(client: { cert?: string; key?: string }): Promise<{ authorized: boolean; subject: string | undefined }> {
    const server = createServer({
      cert: serving.certificatePem,
      key: serving.privateKeyPem,
      ca: ca.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    try {
      const accepted = new Promise<TLSSocket>((resolve) => server.once('secureConnection', resolve));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as { port: number };
      const socket = connect({ host: '127.0.0.1', port, ca: ca.certificatePem, ...client });
      await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
      expect(socket.authorized).toBe(true);
      const peer = await accepted;
      const result = { authorized: peer.authorized, subject: peer.getPeerX509Certificate()?.subject };
      socket.destroy();
      peer.destroy();
      return result;
    } finally {
      server.close();
    }
  }

  it('is trusted by clients that know the CA, and trusts its client certificates', async () => {
    const { certificatePem, privateKeyPem } = ca.issueClient({ user: 'carol', groups: ['ops'] });
    expect(await handshake({ cert: certificatePem, key: privateKeyPem })).toEqual({ authorized: true, subject: 'O=ops\nCN=carol' });
  });

  it('lets clients without a certificate in, unauthorized', async () => {
    expect(await handshake({})).toEqual({ authorized: false, subject: undefined });
  });

  it('marks certificates of a foreign CA unauthorized', async () => {
    const foreign = CertificateAuthority.create().issueClient({ user: 'carol' });
    expect((await handshake({ cert: foreign.certificatePem, key: foreign.privateKeyPem })).authorized).toBe(false);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.log('certificate requests: those of openssl are skipped, it is not on this machine');

describe('certificate requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'csr-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function request(subject: string, altNames: string, algorithm: 'ec' | 'rsa' | 'ed25519'): string {
    const { privateKey } =
      algorithm === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
        : algorithm === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048 })
          : generateKeyPairSync('ed25519');
    const key = join(folder, `${algorithm}.pem`);
    writeFileSync(key, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    return execFileSync('openssl', ['req', '-new', '-key', key, '-subj', subject, '-addext', `subjectAltName=${altNames}`]).toString();
  }

  it.skipIf(!hasOpenssl).each(['ec', 'rsa', 'ed25519'] as const)('of openssl with an %s key are read whole', (algorithm) => {
    const pem = request('/O=system:nodes/CN=system:node:n1', 'DNS:n1,IP:10.0.0.1,IP:fd00::1,email:a@b.c,URI:spiffe://x/y', algorithm);
    const parsed = readCertificateRequest(pem);
    expect(parsed.subject).toEqual([
      { type: NAME_OID.organization, value: 'system:nodes' },
      { type: NAME_OID.commonName, value: 'system:node:n1' },
    ]);
    expect(parsed.altNames).toEqual({
      dnsNames: ['n1'],
      ipAddresses: ['10.0.0.1', 'fd00:0:0:0:0:0:0:1'],
      emailAddresses: ['a@b.c'],
      uris: ['spiffe://x/y'],
    });
    expect(parsed.signatureValid()).toBe(true);
    const signed = ca.sign({
      subject: parsed.rawSubject,
      publicKey: parsed.publicKey,
      altNames: parsed.altNames,
      keyUsages: ['digitalSignature'],
      extendedKeyUsages: ['server auth'],
      notBefore: new Date(),
      notAfter: new Date(Date.now() + 3600_000),
    });
    const certificate = new X509Certificate(signed);
    expect(certificate.subject).toBe('O=system:nodes\nCN=system:node:n1');
    expect(certificate.checkIP('fd00::1')).toBe('fd00::1');
  });

  it('that were tampered with are not taken for signed', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = signCertificateRequest([{ type: NAME_OID.commonName, value: 'carol' }], privateKey);
    const [block] = pemBlocks(pem);
    const der = Buffer.from(block?.der ?? []);
    der.write('dave!', der.indexOf('carol'));
    const tampered = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(readCertificateRequest(tampered).signatureValid()).toBe(false);
  });

  it.each(['', 'x', '-----BEGIN CERTIFICATE REQUEST-----', ca.certificatePem])('must be PEM of the right label (%#)', (text) => {
    expect(() => readCertificateRequest(text)).toThrow('PEM block type must be CERTIFICATE REQUEST');
  });

  it('of nonsense DER throw and never hang', () => {
    for (const der of [
      Buffer.alloc(0),
      Buffer.from('30'.repeat(5000), 'hex'),
      Buffer.from('3080'.repeat(5000), 'hex'),
      Buffer.from('a0ff', 'hex'),
    ]) {
      const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
      expect(() => readCertificateRequest(pem)).toThrow();
    }
  });
});
