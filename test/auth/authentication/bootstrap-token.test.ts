import { describe, expect, it } from 'vitest';
import { BootstrapTokens } from '../../../src/auth/authentication/bootstrap-token.js';
import type { KubeObject } from '../../../src/registry/object.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const TOKEN = 'abcdef.0123456789abcdef';

function secret(data: Record<string, string>, more: object = {}): KubeObject {
  const all = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true', ...data };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(all).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
    ...more,
  } as KubeObject;
}

async function authenticate(stored: KubeObject, token = TOKEN, audiences = ['api']): Promise<unknown> {
  const tokens = new BootstrapTokens(
    (name) => (name === 'bootstrap-token-abcdef' ? stored : undefined),
    ['api'],
    () => NOW,
  );
  return (await tokens.authenticateToken(token, audiences))?.user;
}

describe('a bootstrap token', () => {
  it('makes its bearer a bootstrapper, with the extra groups sorted', async () => {
    const stored = secret({
      'auth-extra-groups': 'system:bootstrappers:z,system:bootstrappers:kubeadm:default',
      expiration: '2026-01-01T00:00:01Z',
    });
    expect(await authenticate(stored)).toEqual({
      name: 'system:bootstrap:abcdef',
      uid: '',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default', 'system:bootstrappers:z'],
      extra: {},
    });
  });

  it.each([
    ['a wrong secret part', secret({}), 'abcdef.0123456789abcdee'],
    ['an unknown id', secret({}), 'abcdeg.0123456789abcdef'],
    ['another form', secret({}), 'abcdef.0123456789abcdef0'],
    ['an expired one', secret({ expiration: '2026-01-01T00:00:00Z' }), TOKEN],
    ['an expiry that is no time', secret({ expiration: 'soon' }), TOKEN],
    ['another usage', secret({ 'usage-bootstrap-authentication': 'yes' }), TOKEN],
    ['another id inside', secret({ 'token-id': 'ghijkl' }), TOKEN],
    ['a group it must not give', secret({ 'auth-extra-groups': 'system:masters' }), TOKEN],
    ['another type of secret', secret({}, { type: 'Opaque' }), TOKEN],
    ['a secret being deleted', secret({}, { metadata: { deletionTimestamp: '2025-12-31T00:00:00Z' } }), TOKEN],
  ])('is nobody with %s', async (_, stored, token) => {
    expect(await authenticate(stored, token)).toBeUndefined();
  });

  it('is for the API server only', async () => {
    expect(await authenticate(secret({}), TOKEN, ['vault'])).toBeUndefined();
  });
});
