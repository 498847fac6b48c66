import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/apimachinery/status.js';
import type { AuthResult } from '../../../src/auth/authentication/authenticator.js';
import { legacyClaims } from '../../../src/auth/service-account/claims.js';
import { signClaims } from '../../../src/auth/service-account/jwt.js';
import { jsonWebKeySet, openIdConfiguration } from '../../../src/auth/service-account/openid.js';
import {
  generateSigningKey,
  loadSigningKey,
  loadVerificationKey,
  ServiceAccountKeys,
  type SigningKey,
} from '../../../src/auth/service-account/signing-key.js';
import { BoundTokens, SecretTokens } from '../../../src/auth/service-account/token-authenticator.js';
import { TokenIssuer, type TokenRequest } from '../../../src/auth/service-account/token-request.js';
import type { KubeObject } from '../../../src/registry/object.js';

const ISSUER = 'https://kubernetes.default.svc';
const START = Date.parse('2026-11-21T00:00:00.500Z');
let now = START;
let key: SigningKey;
let keys: ServiceAccountKeys;
const objects = new Map<string, KubeObject>();

function put(resource: string, name: string, uid: string, more: object = {}): KubeObject {
  const namespace = resource === 'nodes' ? '' : 'ns';
  const object = { apiVersion: 'v1', kind: resource, metadata: { name, namespace, uid }, ...more } as KubeObject;
  objects.set(`${resource}/${namespace}/${name}`, object);
  return object;
}

const lookup = (resource: string, namespace: string, name: string): KubeObject | undefined =>
  objects.get(`${resource}/${namespace}/${name}`);

beforeAll(async () => {
  key = await generateSigningKey();
  keys = new ServiceAccountKeys(key);
});

function reset(): KubeObject {
  now = START;
  objects.clear();
  put('pods', 'p', 'pod-uid', { spec: { serviceAccountName: 'robot', nodeName: 'n1' } });
  put('pods', 'foreign', 'foreign-uid', { spec: { serviceAccountName: 'other' } });
  put('secrets', 's', 'secret-uid');
  put('nodes', 'n1', 'node-uid');
  return put('serviceaccounts', 'robot', 'robot-uid');
}

async function issue(
  spec: TokenRequest['spec'] = {},
  metadata: object = {},
  options: object = {},
): Promise<{ request: TokenRequest; warnings: string[] }> {
  const warnings: string[] = [];
  let count = 0;
  const issuer = new TokenIssuer({
    issuer: ISSUER,
    audiences: [ISSUER],
    keys,
    lookup,
    now: () => now,
    newId: () => `id-${String(++count)}`,
    ...options,
  });
  const account = objects.get('serviceaccounts/ns/robot');
  if (account === undefined) throw new Error('no account');
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata,
    spec: { expirationSeconds: 3600, ...spec },
  };
  await issuer.create(request, account, { warn: (text) => warnings.push(text), annotate: () => undefined });
  return { request, warnings };
}

function payload(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

async function authenticated(token: string, audiences = [ISSUER]): Promise<AuthResult | undefined> {
  const authenticator = new BoundTokens({ keys, issuers: [ISSUER], audiences: [ISSUER], lookup, now: () => now });
  return authenticator.authenticateToken(token, audiences);
}

async function who(token: string, audiences = [ISSUER]): Promise<unknown> {
  return (await authenticated(token, audiences))?.user;
}

const robot = { name: 'system:serviceaccount:ns:robot', uid: 'robot-uid', groups: ['system:serviceaccounts', 'system:serviceaccounts:ns'] };

describe('a token request', () => {
  it('answers a token of an hour for the API server', async () => {
    reset();
    const { request } = await issue();
    expect(request.metadata).toEqual({ name: 'robot', namespace: 'ns', uid: 'robot-uid', creationTimestamp: '2026-11-21T00:00:00Z' });
    expect(request.spec).toEqual({ audiences: [ISSUER], expirationSeconds: 3600 });
    expect(request.status?.expirationTimestamp).toBe('2026-11-21T01:00:00Z');
    const seconds = Math.floor(START / 1000);
    expect(JSON.stringify(payload(request.status?.token))).toBe(
      JSON.stringify({
        aud: [ISSUER],
        exp: seconds + 3600,
        iat: seconds,
        iss: ISSUER,
        jti: 'id-1',
        'kubernetes.io': { namespace: 'ns', serviceaccount: { name: 'robot', uid: 'robot-uid' } },
        nbf: seconds,
        sub: 'system:serviceaccount:ns:robot',
      }),
    );
  });

  it.each([
    ['Pod', 'p', { node: { name: 'n1', uid: 'node-uid' }, pod: { name: 'p', uid: 'pod-uid' } }],
    ['Secret', 's', { secret: { name: 's', uid: 'secret-uid' } }],
    ['Node', 'n1', { node: { name: 'n1', uid: 'node-uid' } }],
  ])('can bind to a %s', async (kind, name, claims) => {
    reset();
    const { request } = await issue({ boundObjectRef: { apiVersion: 'v1', kind, name } });
    expect(payload(request.status?.token)['kubernetes.io']).toEqual({
      namespace: 'ns',
      serviceaccount: { name: 'robot', uid: 'robot-uid' },
      ...claims,
    });
  });

  it('names the node of a pod whose Node is missing', async () => {
    reset();
    objects.delete('nodes//n1');
    const { request } = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
    expect(payload(request.status?.token)['kubernetes.io']).toMatchObject({ node: { name: 'n1' } });
  });

  it('extends what kubelets ask for to a year, and tells them what they asked for', async () => {
    reset();
    const { request } = await issue({ expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
    const {
      exp,
      iat,
      'kubernetes.io': claim,
    } = payload(request.status?.token) as { exp: number; iat: number; 'kubernetes.io': { warnafter: number } };
    expect(exp - iat).toBe(365 * 24 * 3600);
    expect(claim.warnafter - iat).toBe(3607);
    expect(request.spec.expirationSeconds).toBe(3607);
    expect(request.status?.expirationTimestamp).toBe('2026-11-21T01:00:07Z');
  });

  it.each([
    [{ expirationSeconds: 3607 }, {}],
    [{ expirationSeconds: 3607, audiences: ['vault'], boundObjectRef: { kind: 'Pod', name: 'p' } }, {}],
    [{ expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', name: 'p' } }, { extendExpiration: false }],
  ])('extends nothing else: %j %j', async (spec, options) => {
    reset();
    const { exp, iat } = payload((await issue(spec, {}, options)).request.status?.token) as { exp: number; iat: number };
    expect(exp - iat).toBe(3607);
  });

  it('is shortened to the longest that is allowed, with a warning', async () => {
    reset();
    const { request, warnings } = await issue({ expirationSeconds: 7200 }, {}, { maxExpirationSeconds: 3600 });
    expect(warnings).toEqual(['requested expiration of 7200 seconds shortened to 3600 seconds']);
    expect(request.spec.expirationSeconds).toBe(3600);
  });

  it.each([
    [
      { expirationSeconds: 599 },
      {},
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      { expirationSeconds: 2 ** 32 + 1 },
      {},
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [
      {},
      { name: 'x' },
      422,
      'TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
    ],
    [
      {},
      { uid: 'x' },
      409,
      'Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "robot": the UID in the token request (x) does not match the UID of the service account (robot-uid)',
    ],
    [{ boundObjectRef: { kind: 'Pod', name: 'gone' } }, {}, 404, 'pods "gone" not found'],
    [{ boundObjectRef: { kind: 'Secret' } }, {}, 400, 'Name parameter required.'],
    [
      { boundObjectRef: { kind: 'Pod', name: 'foreign' } },
      {},
      400,
      'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
    ],
    [
      { boundObjectRef: { kind: 'Pod', name: 'p', uid: 'x' } },
      {},
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (x) does not match the UID in record. The object might have been deleted and then recreated',
    ],
    [
      { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
      {},
      400,
      'cannot bind token to object of type apps/v1, Kind=Deployment',
    ],
    [
      { boundObjectRef: { apiVersion: 'v1', kind: 'constructor', name: 'd' } },
      {},
      400,
      'cannot bind token to object of type /v1, Kind=constructor',
    ],
  ])('of %j %j is refused', async (spec, metadata, code, message) => {
    reset();
    const error: unknown = await issue(spec, metadata).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).status).toMatchObject({ code, message });
  });
});

describe('a bound token', () => {
  it('says who, where and which credential', async () => {
    reset();
    const { request } = await issue({ boundObjectRef: { kind: 'Pod', name: 'p' } });
    expect(await who(request.status?.token ?? '')).toEqual({
      ...robot,
      extra: {
        'authentication.kubernetes.io/credential-id': ['JTI=id-1'],
        'authentication.kubernetes.io/node-name': ['n1'],
        'authentication.kubernetes.io/node-uid': ['node-uid'],
        'authentication.kubernetes.io/pod-name': ['p'],
        'authentication.kubernetes.io/pod-uid': ['pod-uid'],
      },
    });
  });

  it('needs one audience in common', async () => {
    reset();
    const token = (await issue({ audiences: ['vault', 'registry'] })).request.status?.token ?? '';
    expect(await authenticated(token, ['registry', 'x', 'vault'])).toMatchObject({ user: robot, audiences: ['registry', 'vault'] });
    await expect(who(token)).rejects.toThrow(`token audiences ["vault" "registry"] is invalid for the target audiences ["${ISSUER}"]`);
  });

  it('ends a minute after its expiry', async () => {
    reset();
    const token = (await issue()).request.status?.token ?? '';
    now = START + 3659_000;
    expect(await who(token)).toMatchObject(robot);
    now = START + 3661_000;
    await expect(who(token)).rejects.toThrow('service account token has expired');
    now = START - 62_000;
    await expect(who(token)).rejects.toThrow('service account token is not valid yet');
  });

  const deleted = (seconds: number): object => ({ deletionTimestamp: new Date(START - seconds * 1000).toISOString() });

  it.each([
    ['its account is gone', 'serviceaccounts/ns/robot', undefined, 'serviceaccounts "robot" not found'],
    [
      'its account is another of the same name',
      'serviceaccounts/ns/robot',
      { uid: 'new' },
      'service account UID (new) does not match claim (robot-uid)',
    ],
    [
      'its account was deleted long ago',
      'serviceaccounts/ns/robot',
      { uid: 'robot-uid', ...deleted(61) },
      'service account ns/robot has been deleted',
    ],
    ['its pod is gone', 'pods/ns/p', undefined, 'service account token has been invalidated'],
    ['its pod is another', 'pods/ns/p', { uid: 'new' }, 'pod UID (new) does not match service account pod ref claim (pod-uid)'],
    ['its pod was deleted long ago', 'pods/ns/p', { uid: 'pod-uid', ...deleted(61) }, 'service account token has been invalidated'],
  ])('ends when %s', async (_, path, metadata, message) => {
    reset();
    const token = (await issue({ boundObjectRef: { kind: 'Pod', name: 'p' } })).request.status?.token ?? '';
    if (metadata === undefined) objects.delete(path);
    else objects.set(path, { apiVersion: 'v1', kind: 'X', metadata });
    await expect(who(token)).rejects.toThrow(message);
  });

  it('outlives by a minute the deletion of its pod, and its pod’s node', async () => {
    reset();
    const token = (await issue({ boundObjectRef: { kind: 'Pod', name: 'p' } })).request.status?.token ?? '';
    objects.delete('nodes//n1');
    objects.set('pods/ns/p', { apiVersion: 'v1', kind: 'Pod', metadata: { uid: 'pod-uid', ...deleted(59) } });
    expect(await who(token)).toMatchObject(robot);
  });

  it.each([
    ['Secret', 's', 'secrets/ns/s', 'secret'],
    ['Node', 'n1', 'nodes//n1', 'node'],
  ])('bound to a %s ends with it', async (kind, name, path, word) => {
    reset();
    const token = (await issue({ boundObjectRef: { kind, name } })).request.status?.token ?? '';
    expect(await who(token)).toMatchObject(robot);
    objects.set(path, { apiVersion: 'v1', kind, metadata: { uid: 'new' } });
    await expect(who(token)).rejects.toThrow(`${word} UID (new) does not match service account ${word} ref claim (${word}-uid)`);
    objects.delete(path);
    await expect(who(token)).rejects.toThrow('service account token has been invalidated');
  });

  it('of another issuer is not its kind', async () => {
    reset();
    const { exp, ...rest } = payload((await issue()).request.status?.token);
    expect(await who(signClaims({ exp, ...rest, iss: 'https://evil.example' }, key))).toBeUndefined();
    expect(await who('not-a-jwt')).toBeUndefined();
    expect(await who('a.b.c')).toBeUndefined();
    expect(await who(`a.${Buffer.from('null').toString('base64url')}.c`)).toBeUndefined();
  });

  it('forged in any way is refused', async () => {
    reset();
    const token = (await issue()).request.status?.token ?? '';
    const [header = '', body = '', signature = ''] = token.split('.');
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const masters = encode({ ...payload(token), sub: 'system:serviceaccount:kube-system:admin' });
    const publicPem = key.publicKey.export({ format: 'pem', type: 'spki' }) as string;
    const hmacHeader = encode({ alg: 'HS256', kid: key.id });
    const hmac = createHmac('sha256', publicPem).update(`${hmacHeader}.${body}`).digest('base64url');
    const stranger = loadSigningKey(
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    );
    const forgeries: [string, string | RegExp][] = [
      [`${header}.${body}.${signature}x`, /cryptographic primitive/],
      [`${header}.${masters}.${signature}`, /cryptographic primitive/],
      [`${encode({ alg: 'none' })}.${body}.`, /cryptographic primitive/],
      [`${encode({ alg: 'none', kid: key.id })}.${body}.`, /cryptographic primitive/],
      [`${encode({ alg: 'none', kid: key.id })}.${body}.${signature}`, /cryptographic primitive/],
      [`${hmacHeader}.${body}.${hmac}`, /cryptographic primitive/],
      [`${encode({ alg: 'PS256', kid: key.id })}.${body}.${signature}`, /cryptographic primitive/],
      [`${encode({ alg: 'RS256', kid: key.id, crit: ['b64'], b64: false })}.${body}.${signature}`, /cryptographic primitive/],
      [`!!.${body}.${signature}`, /cryptographic primitive/],
      [signClaims(payload(token), stranger), /no keys found/],
      [signClaims(payload(token), { ...stranger, id: key.id }), /cryptographic primitive/],
    ];
    for (const [forgery, reason] of forgeries) await expect(who(forgery), forgery).rejects.toThrow(reason);
  });

  it('is good under further keys, public ones included', async () => {
    reset();
    const token = (await issue()).request.status?.token ?? '';
    const other = new ServiceAccountKeys(await generateSigningKey(), [
      loadVerificationKey(key.publicKey.export({ format: 'pem', type: 'spki' }) as string),
    ]);
    const authenticator = new BoundTokens({ keys: other, issuers: [ISSUER], audiences: [ISSUER], lookup, now: () => now });
    expect((await authenticator.authenticateToken(token, [ISSUER]))?.user).toMatchObject(robot);
  });

  it('tells the audit trail when it is used beyond what was asked for', async () => {
    reset();
    const token = (await issue({ expirationSeconds: 3607, boundObjectRef: { kind: 'Pod', name: 'p' } })).request.status?.token ?? '';
    const authenticator = new BoundTokens({ keys, issuers: [ISSUER], audiences: [ISSUER], lookup, now: () => now });
    expect((await authenticator.authenticateToken(token, [ISSUER]))?.annotations).toBeUndefined();
    now = START + 3617_000;
    expect((await authenticator.authenticateToken(token, [ISSUER]))?.annotations).toEqual({
      'authentication.k8s.io/stale-token': 'subject: system:serviceaccount:ns:robot, seconds after warning threshold: 10',
    });
  });
});

describe('a token in a Secret', () => {
  async function prepare(): Promise<{ token: string; ask: (token?: string) => Promise<unknown>; used: string[] }> {
    const account = reset();
    const token = signClaims(legacyClaims(account, 't'), key);
    put('secrets', 't', 't-uid', { type: 'kubernetes.io/service-account-token', data: { token: Buffer.from(token).toString('base64') } });
    const used: string[] = [];
    const authenticator = new SecretTokens({
      keys,
      audiences: [ISSUER],
      lookup,
      now: () => now,
      onUsed: (secret, day) => used.push(`${secret.metadata.name ?? ''} ${day}`),
    });
    return { token, used, ask: async (given = token) => (await authenticator.authenticateToken(given, [ISSUER]))?.user };
  }

  it('is good while the Secret holds it, and its use is noted once a day', async () => {
    const { ask, used } = await prepare();
    expect(await ask()).toEqual({ ...robot, extra: {} });
    expect(used).toEqual(['t 2026-11-21']);
    const secret = objects.get('secrets/ns/t');
    if (secret) secret.metadata.labels = { 'kubernetes.io/legacy-token-last-used': '2026-11-21' };
    await ask();
    expect(used).toHaveLength(1);
  });

  it.each([
    ['the Secret is gone', () => objects.delete('secrets/ns/t'), 'Token has been invalidated'],
    ['the Secret holds another', () => put('secrets', 't', 't-uid', { data: { token: 'eA==' } }), "Token does not match server's copy"],
    ['the Secret holds none', () => put('secrets', 't', 't-uid'), "Token does not match server's copy"],
    ['the account is gone', () => objects.delete('serviceaccounts/ns/robot'), 'serviceaccounts "robot" not found'],
    ['the account is another', () => put('serviceaccounts', 'robot', 'new'), 'ServiceAccount UID (new) does not match claim (robot-uid)'],
  ])('ends when %s', async (_, change, message) => {
    const { ask } = await prepare();
    change();
    await expect(ask()).rejects.toThrow(message);
  });

  it('can be marked invalid', async () => {
    const { ask } = await prepare();
    const secret = objects.get('secrets/ns/t');
    if (secret) secret.metadata.labels = { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' };
    await expect(ask()).rejects.toThrow(/has been marked invalid/);
  });

  it('whose subject is another than its claims say is refused', async () => {
    const { ask } = await prepare();
    const claims = {
      ...legacyClaims(objects.get('serviceaccounts/ns/robot') ?? reset(), 't'),
      sub: 'system:serviceaccount:kube-system:admin',
    };
    await expect(ask(signClaims(claims, key))).rejects.toThrow('sub claim is invalid');
  });
});

describe('the issuer’s documents', () => {
  it('lead any OIDC client to the keys that verify the tokens', async () => {
    reset();
    const configuration = await openIdConfiguration({ issuer: ISSUER, jwksUri: 'https://10.0.0.1:6443/openid/v1/jwks', keys });
    expect(JSON.stringify(configuration)).toBe(
      `{"issuer":"${ISSUER}","jwks_uri":"https://10.0.0.1:6443/openid/v1/jwks","response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}`,
    );
    const set = JSON.parse(JSON.stringify(await jsonWebKeySet(keys))) as JSONWebKeySet;
    expect(Object.keys(set.keys[0] ?? {})).toEqual(['use', 'kty', 'kid', 'alg', 'n', 'e']);
    const token = (await issue({ audiences: ['vault'] })).request.status?.token ?? '';
    const { payload: claims } = await jwtVerify(token, createLocalJWKSet(set), {
      issuer: ISSUER,
      audience: 'vault',
      currentDate: new Date(now),
    });
    expect(claims.sub).toBe('system:serviceaccount:ns:robot');
  });

  it('tell of EC keys as well', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const ec = new ServiceAccountKeys(loadSigningKey(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string));
    const set = JSON.parse(JSON.stringify(await jsonWebKeySet(ec))) as JSONWebKeySet;
    expect(set.keys[0]).toMatchObject({ kty: 'EC', crv: 'P-384', alg: 'ES384' });
    expect(await jwtVerify(signClaims({ sub: 'x' }, await ec.signingKey()), createLocalJWKSet(set))).toMatchObject({
      payload: { sub: 'x' },
    });
  });
});
