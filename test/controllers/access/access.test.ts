import { createHmac, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAME_OID, signCertificateRequest } from '../../../src/auth/x509.js';
import type { KubeObject } from '../../../src/client/client.js';
import {
  CERTIFICATE_SIGNING_REQUESTS,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  CONFIG_MAPS,
  SECRETS,
  SERVICE_ACCOUNTS,
} from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';

const RBAC = 'rbac.authorization.k8s.io';
const HOUR = 3_600_000;

type Any = KubeObject & Readonly<Record<string, unknown>>;

let cluster: Cluster;
const client = (): Cluster['client'] => cluster.client;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, controllers: ['*', 'bootstrapsigner', 'tokencleaner'], clock: 'virtual' });
  await cluster.settled();
});
afterAll(() => cluster.stop());

const tell = (kind: string, apiVersion: string, metadata: object, rest: object = {}): Any =>
  ({ apiVersion, kind, metadata, ...rest }) as unknown as Any;

describe('certificate signing requests', () => {
  const target = { resource: CERTIFICATE_SIGNING_REQUESTS };
  const get = (name: string): Promise<Any> => client().get<Any>(target, name);
  const status = async (name: string): Promise<{ certificate?: string; conditions?: Record<string, unknown>[] }> =>
    (await get(name))['status'] as { certificate?: string; conditions?: Record<string, unknown>[] };

  /** Asks for a certificate. */
  const ask = async (name: string, signer: string, subject: [string, string][], usages = ['client auth'], as = client()): Promise<Any> => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = signCertificateRequest(
      subject.map(([type, value]) => ({ type: type === 'O' ? NAME_OID.organization : NAME_OID.commonName, value })),
      privateKey,
    );
    const spec = { request: Buffer.from(pem).toString('base64'), signerName: `kubernetes.io/${signer}`, usages };
    return await as.create<Any>(target, tell('CertificateSigningRequest', 'certificates.k8s.io/v1', { name }, { spec }));
  };
  const decide = async (made: Any, type: 'Approved' | 'Denied'): Promise<void> => {
    await client().update({ ...target, subresource: 'approval' }, {
      ...made,
      status: { conditions: [{ type, status: 'True', reason: 'Test', message: 'by hand' }] },
    } as unknown as KubeObject);
    await cluster.settled();
  };
  const CLIENT_USAGES = ['client auth', 'digital signature', 'key encipherment'];
  const NODE: [string, string][] = [
    ['O', 'system:nodes'],
    ['CN', 'system:node:n1'],
  ];

  it('are signed once they are approved, and never before', async () => {
    const made = await ask('alice', 'kube-apiserver-client', [
      ['O', 'developers'],
      ['CN', 'alice'],
    ]);
    await cluster.settled();
    expect(await status('alice')).toEqual({});
    await decide(made, 'Approved');
    const { certificate = '' } = await status('alice');
    const signed = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(signed.subject.split('\n')).toEqual(['O=developers', 'CN=alice']);
    expect(signed.checkIssued(new X509Certificate(cluster.caPem))).toBe(true);
  });

  it('are not signed when they are denied', async () => {
    await decide(await ask('mallory', 'kube-apiserver-client', [['CN', 'mallory']]), 'Denied');
    expect(await status('mallory')).not.toHaveProperty('certificate');
  });

  it('fail, with the reason, when the signer would not have them', async () => {
    await decide(await ask('odd', 'kube-apiserver-client', [['CN', 'odd']], ['server auth']), 'Approved');
    expect((await status('odd')).conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'SignerValidationFailure',
      message: 'invalid usage for client certificate: server auth',
      lastUpdateTime: expect.any(String) as string,
    });
  });

  it('of kubelets are approved without a person where RBAC lets them', async () => {
    const node = client().as('system:node:n1', ['system:nodes']);
    await ask('before', 'kube-apiserver-client-kubelet', NODE, CLIENT_USAGES, node);
    await cluster.settled();
    expect(await status('before')).toEqual({});
    await client().create(
      { resource: CLUSTER_ROLE_BINDINGS },
      tell(
        'ClusterRoleBinding',
        `${RBAC}/v1`,
        { name: 'renewal' },
        {
          roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient' },
          subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:nodes' }],
        },
      ),
    );
    await ask('renewed', 'kube-apiserver-client-kubelet', NODE, CLIENT_USAGES, node);
    await cluster.settled();
    const { conditions, certificate } = await status('renewed');
    expect(certificate).toBeDefined();
    expect(conditions).toMatchObject([
      { reason: 'AutoApproved', message: 'Auto approving self kubelet client certificate after SubjectAccessReview.' },
    ]);
  });

  it('are deleted when nobody needs them any more', async () => {
    await ask('waiting', 'kube-apiserver-client', [['CN', 'waiting']]);
    await cluster.clock.advance(2 * HOUR);
    await expect(get('alice')).rejects.toThrow('not found');
    await expect(get('mallory')).rejects.toThrow('not found');
    await expect(get('waiting')).resolves.toBeDefined();
    await cluster.clock.advance(25 * HOUR);
    await expect(get('waiting')).rejects.toThrow('not found');
  });
});

describe('Secrets for service account tokens', () => {
  const target = { resource: SECRETS, namespace: 'default' };
  const secret = (name: string, account: string): Any =>
    tell(
      'Secret',
      'v1',
      { name, annotations: { 'kubernetes.io/service-account.name': account } },
      { type: 'kubernetes.io/service-account-token' },
    );
  const data = async (name: string): Promise<Record<string, string>> =>
    (await client().get<Any>(target, name))['data'] as Record<string, string>;
  const decoded = (text = ''): string => Buffer.from(text, 'base64').toString();

  it('are filled with a token, the CA and the namespace', async () => {
    await client().create(target, secret('default-token', 'default'));
    await cluster.settled();
    const { token, 'ca.crt': ca, namespace } = await data('default-token');
    const claims = JSON.parse(Buffer.from(decoded(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;
    expect(claims['sub']).toBe('system:serviceaccount:default:default');
    expect([decoded(ca), decoded(namespace)]).toEqual([cluster.caPem, 'default']);
    expect((await client().get(target, 'default-token')).metadata.annotations).toMatchObject({
      'kubernetes.io/service-account.uid': (await client().get({ resource: SERVICE_ACCOUNTS, namespace: 'default' }, 'default')).metadata
        .uid,
    });
  });

  it('get back what is taken out of them', async () => {
    await client().patch(target, 'default-token', 'merge', { data: { 'ca.crt': Buffer.from('another').toString('base64') } });
    await cluster.settled();
    expect(decoded((await data('default-token'))['ca.crt'])).toBe(cluster.caPem);
  });

  it('go with their account', async () => {
    const accounts = { resource: SERVICE_ACCOUNTS, namespace: 'default' };
    await client().create(accounts, tell('ServiceAccount', 'v1', { name: 'brief' }));
    await client().create(target, secret('brief-token', 'brief'));
    await cluster.settled();
    expect(await data('brief-token')).toHaveProperty('token');
    await client().delete(accounts, 'brief');
    await cluster.settled();
    await expect(client().get(target, 'brief-token')).rejects.toThrow('not found');
  });

  it('go at once where there is no such account', async () => {
    await client().create(target, secret('orphan', 'nobody'));
    await cluster.settled();
    await expect(client().get(target, 'orphan')).rejects.toThrow('not found');
  });

  it('are forgotten by their account when they go', async () => {
    const accounts = { resource: SERVICE_ACCOUNTS, namespace: 'default' };
    await client().create(accounts, tell('ServiceAccount', 'v1', { name: 'lists' }, { secrets: [{ name: 'listed' }, { name: 'other' }] }));
    await client().create(target, secret('listed', 'lists'));
    await cluster.settled();
    await client().delete(target, 'listed');
    await cluster.settled();
    expect((await client().get<Any>(accounts, 'lists'))['secrets']).toEqual([{ name: 'other' }]);
  });
});

describe('aggregated ClusterRoles', () => {
  const target = { resource: CLUSTER_ROLES };
  const role = (name: string, labels: object, rest: object): Any => tell('ClusterRole', `${RBAC}/v1`, { name, labels }, rest);
  const rules = async (name: string): Promise<unknown> => (await client().get<Any>(target, name))['rules'];
  const rule = (resource: string): object => ({ apiGroups: ['example.com'], resources: [resource], verbs: ['get'] });

  it('of the start are filled', async () => {
    expect(await rules('view')).toContainEqual(expect.objectContaining({ resources: expect.arrayContaining(['configmaps']) as string[] }));
    expect((await client().get(target, 'admin')).metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'clusterrole-aggregation-controller', operation: 'Apply' }),
    );
  });

  it('have the rules of those that they select, each once, by name, and follow them', async () => {
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { team: 'a' } }, { matchLabels: { team: 'b' } }] };
    await client().create(target, role('sum', {}, { aggregationRule }));
    await client().create(target, role('part-2', { team: 'a' }, { rules: [rule('twos'), rule('ones')] }));
    await client().create(target, role('part-1', { team: 'a' }, { rules: [rule('ones')] }));
    await client().create(target, role('part-3', { team: 'b' }, { rules: [rule('threes')] }));
    await cluster.settled();
    expect(await rules('sum')).toEqual([rule('ones'), rule('twos'), rule('threes')]);
    await client().delete(target, 'part-2');
    await client().patch(target, 'part-3', 'merge', { rules: [rule('fours')] });
    await cluster.settled();
    expect(await rules('sum')).toEqual([rule('ones'), rule('fours')]);
  });
});

describe('bootstrap tokens', () => {
  const target = { resource: SECRETS, namespace: 'kube-system' };
  const maps = { resource: CONFIG_MAPS, namespace: 'kube-public' };
  const info = async (): Promise<Record<string, string>> =>
    (await client().get<Any>(maps, 'cluster-info'))['data'] as Record<string, string>;

  it('sign the cluster’s information, and expire', async () => {
    await client().create(maps, tell('ConfigMap', 'v1', { name: 'cluster-info' }, { data: { kubeconfig: 'content' } }));
    const stringData = {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-signing': 'true',
      expiration: new Date(cluster.clock.now() + HOUR).toISOString(),
    };
    await client().create(
      target,
      tell('Secret', 'v1', { name: 'bootstrap-token-abcdef' }, { type: 'bootstrap.kubernetes.io/token', stringData }),
    );
    await cluster.settled();
    const { 'jws-kubeconfig-abcdef': signature = '' } = await info();
    const [header = '', , mac] = signature.split('.');
    const payload = Buffer.from('content').toString('base64url');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', kid: 'abcdef' });
    expect(mac).toBe(createHmac('sha256', '0123456789abcdef').update(`${header}.${payload}`).digest('base64url'));
    await cluster.clock.advance(2 * HOUR);
    await expect(client().get(target, 'bootstrap-token-abcdef')).rejects.toThrow('not found');
    expect(await info()).toEqual({ kubeconfig: 'content' });
  });
});
