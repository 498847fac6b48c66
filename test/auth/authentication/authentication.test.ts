import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/apimachinery/status.js';
import { Authentication } from '../../../src/auth/authentication/authentication.js';
import {
  AuthenticationError,
  type AuthRequest,
  type PeerConnection,
  type TokenAuthenticator,
} from '../../../src/auth/authentication/authenticator.js';
import { ClientCertificates } from '../../../src/auth/authentication/client-certificate.js';
import { parseTokenFile, TokenFile } from '../../../src/auth/authentication/token-file.js';
import { CertificateAuthority } from '../../../src/auth/certificates.js';
import type { UserInfo } from '../../../src/apimachinery/user-info.js';

const AUDIENCE = 'https://kubernetes.default.svc';
const TOKENS = 'admin-token,admin,admin-uid,"system:masters"\nbob-token,bob,bob-uid,"ops,developers"\ncarol-token,carol,carol-uid\n';

interface Answer extends AuthRequest {
  readonly warnings: string[];
}

function request(headers: Record<string, string>, connection?: PeerConnection, path = '/api'): Answer {
  const warnings: string[] = [];
  return {
    headers,
    rawHeaders: Object.entries(headers).flat(),
    path,
    connection,
    warnings,
    warn: (text) => warnings.push(text),
    annotate: () => undefined,
  };
}

function peer(certificatePem: string | undefined): PeerConnection & { asked: number } {
  return {
    asked: 0,
    getPeerX509Certificate() {
      this.asked++;
      return certificatePem === undefined ? undefined : new X509Certificate(certificatePem);
    },
  };
}

const ca = CertificateAuthority.create();
let now = Date.now();

function authentication(extra: Partial<ConstructorParameters<typeof Authentication>[0]> = {}): Authentication {
  return new Authentication({
    authenticators: [new ClientCertificates([ca.certificatePem], () => now)],
    tokens: [new TokenFile(parseTokenFile(TOKENS), [AUDIENCE])],
    audiences: [AUDIENCE],
    now: () => now,
    ...extra,
  });
}

async function refused(run: () => Promise<UserInfo> | UserInfo): Promise<void> {
  const error: unknown = await Promise.resolve()
    .then(run)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StatusError);
  expect((error as StatusError).status).toEqual({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
}

const anonymous = { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };
const bob = { name: 'bob', uid: 'bob-uid', groups: ['ops', 'developers', 'system:authenticated'], extra: {} };

describe('bearer tokens', () => {
  it.each([
    ['Bearer bob-token', bob],
    ['bearer bob-token', bob],
    ['  BEARER bob-token  ', bob],
    ['Bearer bob-token trailing words', bob],
    ['Bearer carol-token', { name: 'carol', uid: 'carol-uid', groups: ['system:authenticated'], extra: {} }],
    ['Bearer', anonymous],
    ['Bearer ', anonymous],
    ['', anonymous],
    ['Basic YWxpY2U6YWxpY2U=', anonymous],
    ['Bearerbob-token', anonymous],
  ])('of %j', async (authorization, user) => {
    expect(await authentication().authenticate(request({ authorization }))).toEqual(user);
  });

  it('after two spaces are ignored with a warning', async () => {
    const from = request({ authorization: 'Bearer  bob-token' });
    expect(await authentication().authenticate(from)).toEqual(anonymous);
    expect(from.warnings).toEqual(['the provided Authorization header contains extra space before the bearer token, and is ignored']);
  });

  it.each(['nobody', 'bob-token-and-more', 'Bob-Token', 'bob-toke', 'a.b.c'])('that nobody has are 401: %s', async (token) => {
    await refused(() => authentication().authenticate(request({ authorization: `Bearer ${token}` })));
  });

  it('seen before resolve at once, to the same object', async () => {
    const chain = authentication();
    const first = await chain.authenticate(request({ authorization: 'Bearer bob-token' }));
    expect(chain.authenticate(request({ authorization: 'Bearer bob-token' }))).toBe(first);
  });

  it('are verified again after ten seconds, and at once when what they rest on goes', async () => {
    let calls = 0;
    const token: TokenAuthenticator = {
      authenticateToken: () => {
        calls++;
        return { user: { name: 'x', uid: '', groups: [], extra: {} }, dependsOn: ['pods/ns/p'] };
      },
    };
    const chain = authentication({ tokens: [token] });
    const ask = async (): Promise<UserInfo> => chain.authenticate(request({ authorization: 'Bearer x' }));
    await ask();
    await ask();
    expect(calls).toBe(1);
    chain.cache.forget('pods', 'ns', 'other');
    await ask();
    expect(calls).toBe(1);
    chain.cache.forget('pods', 'ns', 'p');
    await ask();
    expect(calls).toBe(2);
    now += 10_000;
    await ask();
    expect(calls).toBe(3);
  });

  it('are not kept when something was forgotten while they were verified', async () => {
    let finish: (() => void) | undefined;
    let calls = 0;
    const token: TokenAuthenticator = {
      authenticateToken: () => {
        calls++;
        return new Promise(
          (resolve) =>
            (finish = () => {
              resolve({ user: { name: 'x', uid: '', groups: [], extra: {} } });
            }),
        );
      },
    };
    const chain = authentication({ tokens: [token] });
    const pending = chain.authenticate(request({ authorization: 'Bearer x' }));
    chain.cache.forget('pods', 'ns', 'p');
    finish?.();
    await pending;
    const again = chain.authenticate(request({ authorization: 'Bearer x' }));
    finish?.();
    await again;
    expect(calls).toBe(2);
  });

  it('may be a subprotocol of a WebSocket, next to another one', async () => {
    const encoded = Buffer.from('bob-token').toString('base64url');
    const headers = { upgrade: 'websocket', connection: 'keep-alive, Upgrade' };
    const ask = (protocols: string): Promise<UserInfo> | UserInfo =>
      authentication().authenticate(request({ ...headers, 'sec-websocket-protocol': protocols }));
    expect(await ask(`v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.${encoded}`)).toEqual(bob);
    await refused(() => ask(`base64url.bearer.authorization.k8s.io.${encoded}`));
    await refused(() => ask('v5.channel.k8s.io, base64url.bearer.authorization.k8s.io.!!'));
    await refused(() => ask(`a, base64url.bearer.authorization.k8s.io.${encoded}, base64url.bearer.authorization.k8s.io.${encoded}`));
    expect(
      await authentication().authenticate(request({ 'sec-websocket-protocol': `a, base64url.bearer.authorization.k8s.io.${encoded}` })),
    ).toEqual(anonymous);
  });
});

describe('client certificates', () => {
  it('say who it is by CN, O and the uid attribute', async () => {
    const { certificatePem } = ca.issueClient({ user: 'dora', groups: ['b', 'a'], uid: 'u1' });
    const user = await authentication().authenticate(request({}, peer(certificatePem)));
    expect(user).toMatchObject({ name: 'dora', uid: 'u1', groups: ['b', 'a', 'system:authenticated'] });
    const fingerprint = new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '').toLowerCase();
    expect(user.extra).toEqual({ 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] });
  });

  it('are looked at once a connection and outweigh tokens', async () => {
    const connection = peer(ca.issueClient({ user: 'dora' }).certificatePem);
    const chain = authentication();
    const first = await chain.authenticate(request({ authorization: 'Bearer bob-token' }, connection));
    expect(first.name).toBe('dora');
    expect(chain.authenticate(request({}, connection))).toBe(first);
    expect(connection.asked).toBe(1);
  });

  it('without a name identify nobody', async () => {
    const nameless = ca.issueClient({ user: '', groups: ['system:masters'] }).certificatePem;
    expect(await authentication().authenticate(request({}, peer(nameless)))).toEqual(anonymous);
  });

  it.each([
    ['of a foreign CA', CertificateAuthority.create().issueClient({ user: 'eve', groups: ['system:masters'] }).certificatePem],
    [
      'of a foreign CA of the same name',
      CertificateAuthority.create({ commonName: 'kubernetes' }).issueClient({ user: 'eve' }).certificatePem,
    ],
    ['that are expired', ca.issueClient({ user: 'eve' }, -1).certificatePem],
    ['for servers', ca.issueServing(['localhost'], 'eve').certificatePem],
    ['that sign themselves', CertificateAuthority.create({ commonName: 'eve' }).certificatePem],
  ])('%s are 401, unless a token is good', async (_, certificatePem) => {
    await refused(() => authentication().authenticate(request({}, peer(certificatePem))));
    expect(await authentication().authenticate(request({ authorization: 'Bearer bob-token' }, peer(certificatePem)))).toEqual(bob);
  });

  it('expire on open connections too', async () => {
    const connection = peer(ca.issueClient({ user: 'dora' }, 3600).certificatePem);
    const chain = authentication();
    await chain.authenticate(request({}, connection));
    now += 3601_000;
    await refused(() => chain.authenticate(request({}, connection)));
  });
});

describe('anonymous requests', () => {
  it('can be switched off', async () => {
    await refused(() => authentication({ anonymous: { enabled: false } }).authenticate(request({})));
  });

  it('can be kept to certain paths', async () => {
    const chain = authentication({ anonymous: { enabled: true, paths: ['/livez'] } });
    expect(await chain.authenticate(request({}, undefined, '/livez'))).toEqual(anonymous);
    await refused(() => chain.authenticate(request({}, undefined, '/api')));
  });
});

describe('what a TokenReview learns', () => {
  it('is the user with the audiences that both sides know', async () => {
    expect(await authentication().review('bob-token', ['x', AUDIENCE])).toMatchObject({ user: bob, audiences: [AUDIENCE] });
  });

  it.each([
    ['nobody', [AUDIENCE]],
    ['bob-token', ['vault']],
  ])('of %s for %j is why not', async (token, audiences) => {
    await expect(authentication().review(token, audiences)).rejects.toThrow(/^invalid bearer token$/);
  });

  it('gathers the reasons of all, each once', async () => {
    const fails = (text: string): TokenAuthenticator => ({
      authenticateToken: () => {
        throw new AuthenticationError(text);
      },
    });
    const chain = authentication({ tokens: [fails('one'), fails('two'), fails('one')] });
    await expect(chain.review('t', [AUDIENCE])).rejects.toThrow('[invalid bearer token, one, two]');
  });
});

describe('a fault of the server', () => {
  it('is no 401', async () => {
    const broken: TokenAuthenticator = { authenticateToken: () => Promise.reject(new TypeError('bug')) };
    await expect(authentication({ tokens: [broken] }).authenticate(request({ authorization: 'Bearer x' }))).rejects.toThrow(TypeError);
  });
});

describe('the token file', () => {
  it('is CSV with quoted fields, empty lines and CRLF', () => {
    expect(parseTokenFile('a,"b ""x""",c,"d,e"\r\n\n"t\n2",u,v\n,skipped,x\nlast,l,m,"one"')).toEqual([
      ['a', { name: 'b "x"', uid: 'c', groups: ['d', 'e'], extra: {} }],
      ['t\n2', { name: 'u', uid: 'v', groups: [], extra: {} }],
      ['last', { name: 'l', uid: 'm', groups: ['one'], extra: {} }],
    ]);
  });

  it.each([
    ['a,b', /line 1: at least 3 columns/],
    ['a,b,c\nx"y,b,c', /line 2: bare "/],
    ['a,b,"c', /line 1: extraneous or missing "/],
    ['a,b,"c"d', /line 1: extraneous or missing "/],
  ])('is refused with the line of its fault: %j', (csv, message) => {
    expect(() => parseTokenFile(csv)).toThrow(message);
  });
});
