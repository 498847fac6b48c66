import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/apimachinery/clock.js';
import { CertificateAuthority, type Credential } from '../src/auth/certificates.js';
import { startCluster, type Cluster } from '../src/index.js';
import type { KubeObject } from '../src/registry/object.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: KubeObject & { readonly message?: string; readonly code?: number };
}

interface Ask {
  readonly method?: string;
  /** Raw pairs where a header comes twice. */
  readonly headers?: Record<string, string | string[]>;
  readonly body?: object | undefined;
  readonly credential?: Credential;
}

function ask(cluster: Cluster, path: string, { method = 'GET', headers = {}, body, credential }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const tls = credential === undefined ? {} : { cert: credential.certificatePem, key: credential.privateKeyPem };
    const request = https.request(
      {
        host: '127.0.0.1',
        port: cluster.port,
        path,
        method,
        ca: cluster.caPem,
        agent: false,
        headers: { 'content-type': 'application/json', ...headers },
        ...tls,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Answer['body'],
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const admin = bearer('admin-token');
const TOKENS = 'admin-token,admin,1,"system:masters"\nalice-token,alice,2\nrobert-token,robert,3\n';
const NS = '/api/v1/namespaces/default';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const G = 'rbac.authorization.k8s.io';

/** Who the server takes the sender for. */
async function whoAmI(
  cluster: Cluster,
  request: Omit<Ask, 'method' | 'body'>,
): Promise<{ status: number; user: Record<string, unknown> | undefined }> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answer = await ask(cluster, '/apis/authentication.k8s.io/v1/selfsubjectreviews', { ...request, method: 'POST', body });
  return { status: answer.status, user: (answer.body.status as { userInfo?: Record<string, unknown> } | undefined)?.userInfo };
}

describe('Access to a cluster', () => {
  let cluster: Cluster;
  const clock = new VirtualClock(Date.now());
  const foreign = CertificateAuthority.create();
  const trusted = CertificateAuthority.create({ commonName: 'company' });
  const proxies = CertificateAuthority.create({ commonName: 'proxies' });

  const post = (path: string, body: object, headers = admin): Promise<Answer> => ask(cluster, path, { method: 'POST', headers, body });
  const token = async (account: string, spec: object = {}): Promise<string> => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const answer = await post(`${NS}/serviceaccounts/${account}/token`, body);
    expect(answer).toMatchObject({ status: 201 });
    return (answer.body.status as { token: string }).token;
  };
  const account = (name: string): Promise<Answer> => post(`${NS}/serviceaccounts`, { metadata: { name } });
  const grant = async (user: string, rules: object[]): Promise<void> => {
    await post(`${RBAC}/clusterroles`, { metadata: { name: `of-${user}` }, rules });
    const roleRef = { apiGroup: G, kind: 'ClusterRole', name: `of-${user}` };
    await post(`${RBAC}/clusterrolebindings`, {
      metadata: { name: `of-${user}` },
      roleRef,
      subjects: [{ apiGroup: G, kind: 'User', name: user }],
    });
  };

  beforeAll(async () => {
    const requestHeader = { clientCa: proxies.certificatePem, allowedNames: ['proxy'] };
    cluster = await startCluster({
      ...{ nodes: 0, controllers: ['-*'], tokens: TOKENS, clock },
      clientCa: trusted.certificatePem,
      requestHeader,
    });
    await account('default');
    await grant('robert', [{ apiGroups: [G], resources: ['*'], verbs: ['create', 'get', 'update', 'patch'] }]);
  });
  afterAll(async () => {
    await cluster.stop();
  });

  describe('by what proves who one is', () => {
    it('knows the tokens of its file', async () => {
      expect(await whoAmI(cluster, { headers: bearer('alice-token') })).toEqual({
        status: 201,
        user: { username: 'alice', uid: '2', groups: ['system:authenticated'] },
      });
    });

    it('believes client certificates of its own CA and of those it is given', async () => {
      const credential = trusted.issueClient({ user: 'carla', groups: ['devs', 'ops'] });
      expect((await whoAmI(cluster, { credential })).user).toMatchObject({
        username: 'carla',
        groups: ['devs', 'ops', 'system:authenticated'],
      });
    });

    it('believes the front proxy that it was told of, and no other certificate, whose request it is', async () => {
      const headers = { 'x-remote-user': 'dora', 'x-remote-group': 'devs' };
      const name = async (issuer: CertificateAuthority, user: string): Promise<unknown> =>
        (await whoAmI(cluster, { credential: issuer.issueClient({ user }), headers })).user?.['username'];
      expect([await name(proxies, 'proxy'), await name(trusted, 'proxy'), await name(proxies, 'other')]).toEqual([
        'dora',
        'proxy',
        undefined,
      ]);
    });

    it('takes a connection over HTTP/2 for one sender, but each of its requests by its own token', async () => {
      const { certificatePem: cert, privateKeyPem: key } = trusted.issueClient({ user: 'carla' });
      const session = http2.connect(cluster.url, { ca: cluster.caPem, cert, key });
      const names: string[] = [];
      for (const headers of [{}, {}, { 'impersonate-user': 'x' }]) {
        names.push(await overHttp2(session, '/apis/authentication.k8s.io/v1/selfsubjectreviews', headers));
      }
      session.close();
      expect(names).toEqual(['carla', 'carla', '403']);
      const bare = http2.connect(cluster.url, { ca: cluster.caPem });
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      expect([await overHttp2(bare, path, bearer('alice-token')), await overHttp2(bare, path, bearer('robert-token'))]).toEqual([
        'alice',
        'robert',
      ]);
      bare.close();
    });

    it('lets a service account act by its token, in its groups', async () => {
      expect((await whoAmI(cluster, { headers: bearer(await token('default')) })).user).toMatchObject({
        username: 'system:serviceaccount:default:default',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      });
    });

    it('publishes the keys by which others verify its tokens', async () => {
      const configuration = await ask(cluster, '/.well-known/openid-configuration', { headers: admin });
      expect(configuration.body).toMatchObject({ issuer: 'https://kubernetes.default.svc', jwks_uri: `${cluster.url}/openid/v1/jwks` });
      const { keys } = (await ask(cluster, '/openid/v1/jwks', { headers: admin })).body as unknown as { keys: { kid: string }[] };
      const [header = ''] = (await token('default')).split('.');
      expect(keys.map(({ kid }) => kid)).toContain((JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid);
    });

    it('believes no token without an end but those it signed', async () => {
      await account('legacy');
      const { metadata } = (await ask(cluster, `${NS}/serviceaccounts/legacy`, { headers: admin })).body;
      const claims = {
        iss: 'kubernetes/serviceaccount',
        sub: 'system:serviceaccount:default:legacy',
        'kubernetes.io/serviceaccount/service-account.uid': metadata.uid,
      };
      expect(await whoAmI(cluster, { headers: bearer(forged(claims, otherKey())) })).toMatchObject({ status: 401 });
    });

    it('takes a bootstrap token while its Secret says so', async () => {
      const secrets = '/api/v1/namespaces/kube-system/secrets';
      const stringData = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' };
      await post(secrets, { metadata: { name: 'bootstrap-token-abcdef' }, type: 'bootstrap.kubernetes.io/token', stringData });
      const headers = bearer('abcdef.0123456789abcdef');
      expect((await whoAmI(cluster, { headers })).user).toMatchObject({ username: 'system:bootstrap:abcdef' });
      await ask(cluster, `${secrets}/bootstrap-token-abcdef`, { method: 'DELETE', headers: admin });
      expect(await whoAmI(cluster, { headers })).toMatchObject({ status: 401 });
    });
  });

  describe('is refused, and leaves no trace, by', () => {
    const configMap = { metadata: { name: 'trace' } };
    const ways: [string, 401 | 403, () => Promise<Answer> | Answer][] = [
      ['an expired token', 401, async () => withToken(await expired())],
      ['a token for another audience', 401, async () => withToken(await token('default', { audiences: ['vault'] }))],
      [
        'a token of another issuer',
        401,
        () => withToken(forged({ iss: 'https://other', sub: 'system:serviceaccount:default:default' }, otherKey())),
      ],
      ['a token that is not signed', 401, async () => withToken(unsigned(await token('default')))],
      ['a token signed with another key', 401, async () => withToken(resigned(await token('default'), otherKey()))],
      ['a token signed with the public key as a secret', 401, async () => withToken(await hmacSigned(await token('default')))],
      ['the token of a deleted account', 401, async () => withToken(await orphaned('serviceaccounts'))],
      ['the token of a deleted pod', 401, async () => withToken(await orphaned('pods'))],
      ['the token of a deleted secret', 401, async () => withToken(await orphaned('secrets'))],
      ['tampered claims', 401, async () => withToken(tampered(await token('default')))],
      ['a certificate of a foreign CA', 401, () => withCertificate(foreign.issueClient({ user: 'admin', groups: ['system:masters'] }))],
      ['an expired certificate', 401, () => withCertificate(trusted.issueClient({ user: 'admin', groups: ['system:masters'] }, -60))],
      ['an empty token', 403, () => attempt({ authorization: 'Bearer ' })],
      ['a second Authorization header', 401, () => attempt({ authorization: ['Bearer nope', 'Bearer admin-token'] })],
      ["a front proxy's headers without a proxy", 403, () => attempt({ 'x-remote-user': 'admin', 'x-remote-group': 'system:masters' })],
      ['impersonation without the right', 403, () => attempt({ ...bearer('alice-token'), 'impersonate-user': 'admin' })],
      [
        'impersonation of a group',
        403,
        () => attempt({ ...bearer('alice-token'), 'impersonate-user': 'alice', 'impersonate-group': 'system:masters' }),
      ],
      ['escalation by a new role', 403, () => post(`${RBAC}/clusterroles`, { metadata: { name: 'x' }, rules: EVERYTHING }, robert)],
      ['escalation by a patch', 403, () => patch(`${RBAC}/clusterroles/of-robert`, 'merge-patch+json', { rules: EVERYTHING })],
      ['escalation by an apply', 403, () => patch(`${RBAC}/clusterroles/applied?fieldManager=x`, 'apply-patch+yaml', applied())],
      ['escalation by a label that aggregates', 403, () => post(`${RBAC}/clusterroles`, aggregating(), robert)],
      ['escalation by a binding', 403, () => post(`${RBAC}/clusterrolebindings`, binding(), robert)],
      [
        'a token in the query',
        403,
        () => ask(cluster, `${NS}/configmaps?access_token=admin-token&token=admin-token`, { method: 'POST', body: configMap }),
      ],
      ['a proxy of somebody else', 403, () => ask(cluster, `${NS}/services/kubernetes/proxy/`, { headers: bearer('alice-token') })],
      ['nothing at all', 403, () => attempt({})],
    ];
    const robert = bearer('robert-token');
    const EVERYTHING = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

    const attempt = (headers: Record<string, string | string[]>): Promise<Answer> =>
      ask(cluster, `${NS}/configmaps`, { method: 'POST', headers: headers as Record<string, string>, body: configMap });
    const withToken = (text: string): Promise<Answer> => attempt(bearer(text));
    const withCertificate = (credential: Credential): Promise<Answer> =>
      ask(cluster, `${NS}/configmaps`, { method: 'POST', credential, body: configMap });
    const patch = (path: string, type: string, body: object): Promise<Answer> =>
      ask(cluster, path, { method: 'PATCH', headers: { ...robert, 'content-type': `application/${type}` }, body });
    const applied = (): object => ({ apiVersion: `${G}/v1`, kind: 'ClusterRole', metadata: { name: 'applied' }, rules: EVERYTHING });
    const aggregating = (): object => ({ metadata: { name: 'agg', labels: { [`${G}/aggregate-to-admin`]: 'true' } }, rules: EVERYTHING });
    const binding = (): object => ({
      metadata: { name: 'x' },
      roleRef: { apiGroup: G, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: G, kind: 'User', name: 'robert' }],
    });

    const expired = async (): Promise<string> => {
      const text = await token('default', { expirationSeconds: 600 });
      expect((await withToken(text)).status).toBe(403);
      clock.advance(700_000);
      return text;
    };
    /** A token bound to what is gone by now; it was good before. */
    const orphaned = async (resource: 'serviceaccounts' | 'pods' | 'secrets'): Promise<string> => {
      await account('brief');
      let spec: object = {};
      if (resource === 'secrets') await post(`${NS}/secrets`, { metadata: { name: 'brief' } });
      if (resource === 'pods') {
        const pod = { serviceAccountName: 'brief', terminationGracePeriodSeconds: 0, containers: [{ name: 'c', image: 'i' }] };
        await post(`${NS}/pods`, { metadata: { name: 'brief' }, spec: pod });
      }
      if (resource !== 'serviceaccounts')
        spec = { boundObjectRef: { apiVersion: 'v1', kind: resource === 'pods' ? 'Pod' : 'Secret', name: 'brief' } };
      const text = await token('brief', spec);
      expect((await withToken(text)).status).toBe(403);
      await ask(cluster, `${NS}/${resource}/brief`, { method: 'DELETE', headers: admin });
      return text;
    };
    const hmacSigned = async (text: string): Promise<string> => {
      const { keys } = (await ask(cluster, '/openid/v1/jwks', { headers: admin })).body as unknown as { keys: object[] };
      const [, payload = ''] = text.split('.');
      const head = `${encode({ alg: 'HS256' })}.${payload}`;
      return `${head}.${createHmac('sha256', JSON.stringify(keys[0])).update(head).digest('base64url')}`;
    };

    it.each(ways)('%s', async (_, status, way) => {
      const answer = await way();
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code: status });
      expect((await ask(cluster, `${NS}/configmaps/trace`, { headers: admin })).status).toBe(404);
      for (const path of ['clusterroles/x', 'clusterroles/applied', 'clusterroles/agg', 'clusterrolebindings/x']) {
        expect((await ask(cluster, `${RBAC}/${path}`, { headers: admin })).status).toBe(404);
      }
    });
  });

  it('ends for a token the moment its binding is deleted', async () => {
    const headers = bearer('alice-token');
    const list = (): Promise<Answer> => ask(cluster, '/api/v1/namespaces/kube-system/services', { headers });
    expect((await list()).body.message).toBe(
      'services is forbidden: User "alice" cannot list resource "services" in API group "" in the namespace "kube-system"',
    );
    const body = {
      metadata: { name: 'view' },
      roleRef: { apiGroup: G, kind: 'ClusterRole', name: 'for-alice' },
      subjects: [{ apiGroup: G, kind: 'User', name: 'alice' }],
    };
    await post(`${RBAC}/clusterroles`, {
      metadata: { name: 'for-alice' },
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }],
    });
    await post(`${RBAC}/clusterrolebindings`, body);
    expect((await list()).status).toBe(200);
    await ask(cluster, `${RBAC}/clusterrolebindings/view`, { method: 'DELETE', headers: admin });
    expect((await list()).status).toBe(403);
  });
});

describe('Where everything is allowed', () => {
  it('nobody comes in unknown', async () => {
    await using cluster = await startCluster({ nodes: 0, controllers: ['-*'], tokens: TOKENS, authorizationModes: ['AlwaysAllow'] });
    expect((await ask(cluster, '/api/v1/nodes')).status).toBe(401);
    expect((await ask(cluster, '/api/v1/nodes', { headers: bearer('alice-token') })).status).toBe(200);
  });
});

describe('A request', () => {
  it('keeps the Audit-ID its sender gave it, even where it is refused', async () => {
    await using cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
    for (const given of ['mine', 'x'.repeat(80)]) {
      const { headers } = await ask(cluster, '/api', { headers: { 'audit-id': given, ...bearer('nope') } });
      expect(headers['audit-id']).toBe(given);
    }
    expect((await ask(cluster, '/api')).headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('A client in process', () => {
  it('has the rights of the user it acts as', async () => {
    await using cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
    const pods = { resource: { group: '', version: 'v1', resource: 'pods' } };
    await expect(cluster.client.as('nobody', []).list(pods)).rejects.toThrow(
      'pods is forbidden: User "nobody" cannot list resource "pods" in API group "" at the cluster scope',
    );
    const scheduler = cluster.client.as('system:kube-scheduler', []);
    expect((await scheduler.list(pods)).items).toEqual([]);
    const node = cluster.client.as('system:node:n1', ['system:nodes']);
    await expect(node.list(pods)).rejects.toThrow('can only list/watch pods with spec.nodeName field selector');
    expect((await node.list(pods, { fieldSelector: 'spec.nodeName=n1' })).items).toEqual([]);
    const controller = cluster.client.as('system:serviceaccount:kube-system:replicaset-controller', []);
    expect((await controller.list(pods)).items).toEqual([]);
  });
});

function overHttp2(session: http2.ClientHttp2Session, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json', ...headers });
    let text = '';
    stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    stream.on('error', reject).on('end', () => {
      const body = JSON.parse(text) as { code?: number; status: { userInfo?: { username: string } } };
      resolve(body.status.userInfo?.username ?? String(body.code));
    });
    stream.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));
  });
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function otherKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

function forged(claims: object, key: KeyObject): string {
  const head = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}

function resigned(text: string, key: KeyObject): string {
  const head = text.split('.').slice(0, 2).join('.');
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}

function unsigned(text: string): string {
  return `${encode({ alg: 'none' })}.${text.split('.')[1] ?? ''}.`;
}

function tampered(text: string): string {
  const [header = '', payload = '', signature = ''] = text.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub: string };
  return [header, encode({ ...claims, sub: 'system:serviceaccount:kube-system:admin' }), signature].join('.');
}
