import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AuthRequest } from '../../../src/auth/authentication/authenticator.js';
import { ClientCertificates } from '../../../src/auth/authentication/client-certificate.js';
import { REMOTE_HEADERS, RequestHeaders } from '../../../src/auth/authentication/request-header.js';
import { CertificateAuthority } from '../../../src/auth/certificates.js';

const ca = CertificateAuthority.create({ commonName: 'front-proxy' });
const certificate = new X509Certificate(ca.issueClient({ user: 'proxy' }).certificatePem);
const foreign = new X509Certificate(CertificateAuthority.create().issueClient({ user: 'proxy' }).certificatePem);
const HEADERS = [
  'X-Remote-User',
  'carol',
  'X-Remote-User',
  'mallory',
  'X-Remote-Group',
  'b',
  'X-Remote-Group',
  'a',
  'X-Remote-Uid',
  'u',
  'X-Remote-Extra-Acme.io%2Fx',
  '1',
];

function request(rawHeaders: string[], peer: X509Certificate | undefined): AuthRequest {
  return {
    headers: {},
    rawHeaders,
    path: '/',
    connection: { getPeerX509Certificate: () => peer },
    warn: () => undefined,
    annotate: () => undefined,
  };
}

function authenticator(allowedNames: string[] = []): RequestHeaders {
  return new RequestHeaders({ ...REMOTE_HEADERS, proxies: new ClientCertificates([ca.certificatePem], Date.now), allowedNames });
}

describe('the headers of a front proxy', () => {
  it('are believed from a proxy with a good certificate', () => {
    expect(authenticator(['proxy']).authenticate(request(HEADERS, certificate))?.user).toEqual({
      name: 'carol',
      uid: 'u',
      groups: ['b', 'a'],
      extra: { 'acme.io/x': ['1'] },
    });
  });

  it('mean nothing without a certificate, and nothing is asked without a name', () => {
    expect(authenticator().authenticate(request(HEADERS, undefined))).toBeUndefined();
    expect(authenticator().authenticate(request(['X-Remote-Group', 'system:masters'], certificate))).toBeUndefined();
  });

  it('are refused from others', () => {
    expect(() => authenticator().authenticate(request(HEADERS, foreign))).toThrow(/unknown authority/);
    expect(() => authenticator(['other']).authenticate(request(HEADERS, certificate))).toThrow(
      'x509: subject with cn=proxy is not in the allowed list',
    );
  });
});
