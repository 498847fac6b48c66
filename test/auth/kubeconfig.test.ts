import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { kubeconfig } from '../../src/auth/kubeconfig.js';

const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('a kubeconfig', () => {
  it('names things as kubeadm does and embeds the certificates', () => {
    const text = kubeconfig({
      server: 'https://127.0.0.1:6443',
      caPem: 'CA',
      credential: { certificatePem: 'CERT', privateKeyPem: 'KEY' },
    });
    expect(load(text)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      preferences: {},
      clusters: [{ name: 'kubernetes', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': encode('CA') } }],
      contexts: [{ name: 'kubernetes-admin@kubernetes', context: { cluster: 'kubernetes', user: 'kubernetes-admin' } }],
      'current-context': 'kubernetes-admin@kubernetes',
      users: [{ name: 'kubernetes-admin', user: { 'client-certificate-data': encode('CERT'), 'client-key-data': encode('KEY') } }],
    });
  });

  it.each(['true', 'a: b', 'x #y', '12', '', "it's", 'system:serviceaccount:a:b', 'a\nb: c', 'bär'])(
    'reads back the user %j as it was',
    (user) => {
      const parsed = load(kubeconfig({ server: 'http://[::1]:8080', user, namespace: user, credential: { token: user } })) as {
        users: { name: string; user: { token: string } }[];
        contexts: { context: { namespace: string } }[];
      };
      expect(parsed.users[0]).toEqual({ name: user, user: { token: user } });
      expect(parsed.contexts[0]?.context.namespace).toBe(user);
    },
  );

  it('without a credential is for anonymous access', () => {
    expect(load(kubeconfig({ server: 'http://127.0.0.1:8001', user: 'nobody' }))).toMatchObject({ users: [{ name: 'nobody', user: {} }] });
  });
});
