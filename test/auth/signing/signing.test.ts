import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ClientCertificates } from '../../../src/auth/authentication/client-certificate.js';
import type { Attributes } from '../../../src/auth/authorization/attributes.js';
import { ALLOWED, NO_OPINION, type Authorizer } from '../../../src/auth/authorization/authorizer.js';
import { CertificateAuthority } from '../../../src/auth/certificates.js';
import { userInfo } from '../../../src/auth/identities.js';
import { NAME_OID, readCertificateRequest, signCertificateRequest } from '../../../src/auth/x509.js';
import { autoApproval } from '../../../src/auth/signing/auto-approval.js';
import type { CertificateSigningRequest } from '../../../src/auth/signing/certificate-signing-request.js';
import { maySign } from '../../../src/auth/signing/signer-permission.js';
import { signRequest } from '../../../src/auth/signing/signer.js';

const authority = CertificateAuthority.create();
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A request for `/O=dev/CN=carol`, perhaps with names such as `DNS:n1,IP:10.0.0.1`. */
function pem(subject: string, altNames = ''): string {
  const attributes = subject
    .slice(1)
    .split('/')
    .map((part) => {
      const [type = '', value = ''] = part.split('=');
      return { type: { O: NAME_OID.organization, CN: NAME_OID.commonName, UID: NAME_OID.userUid }[type] ?? '', value };
    });
  const named = (kind: string): string[] => altNames.split(',').flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []));
  return signCertificateRequest(attributes, privateKey, {
    dnsNames: named('DNS:'),
    ipAddresses: named('IP:'),
    uris: named('URI:'),
    emailAddresses: [],
  });
}

function csr(
  signer: string,
  request: string,
  usages: string[],
  more: object = {},
  conditions: object[] = [{ type: 'Approved', status: 'True' }],
): CertificateSigningRequest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'c' },
    spec: { request: Buffer.from(request).toString('base64'), signerName: `kubernetes.io/${signer}`, usages, ...more },
    status: { conditions: conditions as { type: string; status: string }[] },
  };
}

const NOW = Date.now();

function sign(request: CertificateSigningRequest): { certificate?: X509Certificate; problem?: string | undefined } | undefined {
  const outcome = signRequest(request, { authority, now: () => NOW });
  if (outcome === undefined) return undefined;
  if ('condition' in outcome) {
    expect(outcome.condition).toMatchObject({ type: 'Failed', status: 'True', reason: 'SignerValidationFailure' });
    return { problem: outcome.condition.message };
  }
  return { certificate: new X509Certificate(Buffer.from(outcome.certificate, 'base64')) };
}

const CLIENT = ['digital signature', 'key encipherment', 'client auth'];
const SERVING = ['digital signature', 'server auth'];
const NODE = '/O=system:nodes/CN=system:node:n1';

describe('an approved request', () => {
  it('becomes a certificate that authenticates', () => {
    const { certificate } = sign(csr('kube-apiserver-client', pem('/O=dev/O=ops/CN=carol'), CLIENT)) ?? {};
    const clients = new ClientCertificates([authority.certificatePem], () => NOW);
    const connection = { getPeerX509Certificate: () => certificate };
    const result = clients.authenticate({
      headers: {},
      rawHeaders: [],
      path: '/',
      connection,
      warn: () => undefined,
      annotate: () => undefined,
    });
    expect(result?.user).toMatchObject({ name: 'carol', groups: ['dev', 'ops'] });
  });

  it('does not carry attributes that name a uid', () => {
    const request = pem('/CN=carol/UID=stolen');
    expect(readCertificateRequest(request).subject).toContainEqual({ type: '1.3.6.1.4.1.57683.2', value: 'stolen' });
    const { certificate } = sign(csr('kube-apiserver-client', request, CLIENT)) ?? {};
    expect(certificate?.subject).toBe('CN=carol');
  });

  it('of a kubelet becomes a serving certificate with its names', () => {
    const { certificate } = sign(csr('kubelet-serving', pem(NODE, 'DNS:n1,IP:10.0.0.1'), SERVING)) ?? {};
    expect(certificate?.checkHost('n1')).toBe('n1');
    expect(certificate?.checkIP('10.0.0.1')).toBe('10.0.0.1');
    expect(certificate?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it.each([
    [undefined, 365 * 24 * 3600 - 300],
    [24 * 3600, 24 * 3600 - 300],
    [3600, 3600],
    [1, 600],
    [1e9, 365 * 24 * 3600 - 300],
  ])('that asks for %s seconds is good for %d', (expirationSeconds, expected) => {
    const { certificate } = sign(csr('kube-apiserver-client', pem('/CN=carol'), CLIENT, { expirationSeconds })) ?? {};
    expect(Math.round((Date.parse(certificate?.validTo ?? '') - NOW) / 1000)).toBeCloseTo(expected, -1);
    expect(Math.round((NOW - Date.parse(certificate?.validFrom ?? '')) / 1000)).toBeCloseTo(300, -1);
  });

  it('never becomes a CA', () => {
    const { certificate } = sign(csr('legacy-unknown', pem('/CN=x'), ['cert sign', 'any', 's/mime'])) ?? {};
    expect(certificate?.ca).toBe(false);
  });

  it.each([
    ['kube-apiserver-client', pem('/CN=x'), ['server auth', 'client auth'], 'invalid usage for client certificate: server auth'],
    ['kube-apiserver-client', pem('/CN=x'), ['digital signature'], 'missing required usage for client certificate: client auth'],
    ['kube-apiserver-client-kubelet', pem('/O=system:masters/CN=system:node:n1'), CLIENT, 'subject organization is not system:nodes'],
    ['kube-apiserver-client-kubelet', pem('/O=system:nodes/CN=n1'), CLIENT, 'subject common name does not begin with system:node:'],
    ['kube-apiserver-client-kubelet', pem(NODE, 'DNS:a'), CLIENT, 'DNS subjectAltNames are not allowed'],
    ['kube-apiserver-client-kubelet', pem(NODE, 'IP:1.2.3.4'), CLIENT, 'IP subjectAltNames are not allowed'],
    ['kube-apiserver-client-kubelet', pem(NODE), SERVING, 'usages did not match [client auth digital signature key encipherment]'],
    ['kubelet-serving', pem(NODE), SERVING, 'DNS or IP subjectAltName is required'],
    ['kubelet-serving', pem(NODE, 'DNS:a,URI:x://y'), SERVING, 'URI subjectAltNames are not allowed'],
    ['kubelet-serving', pem(NODE, 'DNS:a'), CLIENT, 'usages did not match [digital signature key encipherment server auth]'],
  ])('of %s may be refused', (signer, request, usages, problem) => {
    expect(sign(csr(signer, request, usages))).toEqual({ problem });
  });

  it('with a signature that is not the key’s is not signed', () => {
    const der = Buffer.from(pem('/CN=carol').split('\n').slice(1, -2).join(''), 'base64');
    der.write('dave!', der.indexOf('carol'));
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(() => sign(csr('kube-apiserver-client', forged, CLIENT))).toThrow(/signature/);
  });
});

describe('a signer leaves alone', () => {
  it.each([
    ['what is not approved', csr('kube-apiserver-client', 'x', CLIENT, {}, [])],
    [
      'what is denied',
      csr('kube-apiserver-client', 'x', CLIENT, {}, [
        { type: 'Approved', status: 'True' },
        { type: 'Denied', status: 'True' },
      ]),
    ],
    [
      'what failed',
      csr('kube-apiserver-client', 'x', CLIENT, {}, [
        { type: 'Approved', status: 'True' },
        { type: 'Failed', status: 'True' },
      ]),
    ],
    ['what is for others', { ...csr('x', 'x', CLIENT), spec: { request: '', signerName: 'example.com/mine' } }],
    [
      'what is signed',
      { ...csr('kube-apiserver-client', 'x', CLIENT), status: { certificate: 'x', conditions: [{ type: 'Approved', status: 'True' }] } },
    ],
  ])('%s', (_, request) => {
    expect(sign(request)).toBeUndefined();
  });
});

function allowing(test: (attributes: Attributes) => boolean): Authorizer {
  return {
    authorize: (attributes) => (test(attributes) ? ALLOWED : NO_OPINION),
    rulesFor: () => ({ rules: [], incomplete: false, errors: [] }),
  };
}

describe('kubelets’ requests', () => {
  const request = (more: object): CertificateSigningRequest => csr('kube-apiserver-client-kubelet', pem(NODE), CLIENT, more, []);

  it('are approved for whom a review allows it', () => {
    const may = allowing(
      ({ subresource, user }) =>
        subresource === (user.name === 'system:node:n1' ? 'selfnodeclient' : 'nodeclient') && user.groups.includes('g'),
    );
    expect(autoApproval(request({ username: 'system:node:n1', groups: ['g'] }), may)).toEqual({
      type: 'Approved',
      status: 'True',
      reason: 'AutoApproved',
      message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    });
    expect(autoApproval(request({ username: 'system:bootstrap:x', groups: ['g'] }), may)?.message).toBe(
      'Auto approving kubelet client certificate after SubjectAccessReview.',
    );
    expect(autoApproval(request({ username: 'system:bootstrap:x' }), may)).toBeUndefined();
  });

  it('that are others’ are left to people', () => {
    const may = allowing(() => true);
    expect(autoApproval(csr('kube-apiserver-client', pem(NODE), CLIENT, {}, []), may)).toBeUndefined();
    expect(autoApproval(csr('kube-apiserver-client-kubelet', pem('/CN=carol'), CLIENT, {}, []), may)).toBeUndefined();
    expect(autoApproval({ ...request({}), status: { conditions: [{ type: 'Denied', status: 'True' }] } }, may)).toBeUndefined();
  });
});

describe('permission for a signer', () => {
  it('comes by name or domain', () => {
    const carol = userInfo({ name: 'carol' });
    const only = (name: string): Authorizer =>
      allowing((attributes) => attributes.verb === 'approve' && attributes.resource === 'signers' && attributes.name === name);
    expect(maySign(only('example.com/a'), carol, 'approve', 'example.com/a')).toBe(true);
    expect(maySign(only('example.com/*'), carol, 'approve', 'example.com/a')).toBe(true);
    expect(maySign(only('example.com/*'), carol, 'approve', 'example.org/a')).toBe(false);
    expect(maySign(only('example.com/a'), carol, 'sign', 'example.com/a')).toBe(false);
  });
});
