import { beforeAll, describe, expect, it } from 'vitest';
import { secretText, type SecretObject } from '../../../src/component-helpers/secrets.js';
import { generateSigningKey, ServiceAccountKeys } from '../../../src/auth/service-account/signing-key.js';
import { SecretTokens } from '../../../src/auth/service-account/token-authenticator.js';
import { TOKEN_SECRET_TYPE, tokenSecretStep } from '../../../src/auth/service-account/token-secret.js';
import type { KubeObject } from '../../../src/registry/object.js';

let keys: ServiceAccountKeys;
beforeAll(async () => {
  keys = new ServiceAccountKeys(await generateSigningKey());
});

const account: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns', uid: 'u1' } };

function secret(annotations: Record<string, string>, more: object = {}): SecretObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'default-token', namespace: 'ns', annotations },
    type: TOKEN_SECRET_TYPE,
    ...more,
  };
}

const NAMED = { 'kubernetes.io/service-account.name': 'default' };

describe('a token Secret', () => {
  it('is filled with a token that authenticates, ca.crt and namespace', async () => {
    const step = await tokenSecretStep(secret(NAMED, { data: { mine: 'eA==' } }), account, { keys, caPem: 'CA' });
    if (step.action !== 'update') throw new Error(`unexpected ${step.action}`);
    const filled = step.secret;
    expect(filled.metadata.annotations).toEqual({ ...NAMED, 'kubernetes.io/service-account.uid': 'u1' });
    expect([secretText(filled, 'ca.crt'), secretText(filled, 'namespace'), filled.data?.['mine']]).toEqual(['CA', 'ns', 'eA==']);
    const authenticator = new SecretTokens({
      keys,
      audiences: ['api'],
      lookup: (resource) => (resource === 'secrets' ? filled : account),
      now: Date.now,
    });
    expect((await authenticator.authenticateToken(secretText(filled, 'token'), ['api']))?.user.name).toBe(
      'system:serviceaccount:ns:default',
    );
    expect(await tokenSecretStep(filled, account, { keys, caPem: 'CA' })).toEqual({ action: 'none' });
    const renewed = await tokenSecretStep(filled, account, { keys, caPem: 'NEW' });
    expect(renewed.action === 'update' && [secretText(renewed.secret, 'ca.crt'), renewed.secret.data?.['token']]).toEqual([
      'NEW',
      filled.data?.['token'],
    ]);
  });

  it('is deleted with its account, and when another takes the name', async () => {
    expect(await tokenSecretStep(secret(NAMED), undefined, { keys, caPem: 'CA' })).toEqual({ action: 'delete' });
    expect(await tokenSecretStep(secret({ ...NAMED, 'kubernetes.io/service-account.uid': 'old' }), account, { keys, caPem: 'CA' })).toEqual(
      { action: 'delete' },
    );
  });

  it('of another type is left alone', async () => {
    expect(await tokenSecretStep(secret(NAMED, { type: 'Opaque' }), undefined, { keys, caPem: 'CA' })).toEqual({ action: 'none' });
  });
});
