import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAuditPolicy } from '../src/auth/audit/policy-file.js';
import { startCluster, type Cluster, type ClusterOptions } from '../src/index.js';

type Event = Record<string, unknown> & { verb: string; stage: string; auditID: string };

const NS = '/api/v1/namespaces/default';
const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
  users: [kubernetes-admin, 'system:apiserver']
- level: Metadata
  resources: [{group: "", resources: [secrets]}]
- level: RequestResponse
  omitManagedFields: true
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'kubesim-audit-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function start(options: ClusterOptions): Promise<Cluster> {
  return startCluster({ nodes: 0, controllers: ['-*'], tokens: 'good,admin,1,system:masters\nweak,alice,2\n', ...options });
}

interface Ask {
  readonly token?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: object;
}

/** Makes a request; resolves with its Audit-ID when the answer is over. */
function ask(cluster: Cluster, url: string, { token = 'good', method = 'GET', headers = {}, body }: Ask = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const all = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'user-agent': 'test/1',
      'content-length': String(text.length),
      ...headers,
    };
    const request = https.request(
      { host: '127.0.0.1', port: cluster.port, path: url, method, ca: cluster.caPem, agent: false, headers: all },
      (response) => {
        response.resume().on('end', () => resolve(String(response.headers['audit-id'])));
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

function eventsOf(file: string): Event[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event);
}

describe('The audit trail', () => {
  it('tells of a request once, at level Metadata, where no policy says more', async () => {
    const file = path.join(folder, 'plain.log');
    const cluster = await start({ auditLogPath: file });
    const id = await ask(cluster, `${NS}/configmaps`, { method: 'POST', body: { metadata: { name: 'c' } } });
    await cluster.stop();
    expect(eventsOf(file).filter(({ auditID }) => auditID === id)).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: id,
        stage: 'ResponseComplete',
        requestURI: `${NS}/configmaps`,
        verb: 'create',
        user: { username: 'admin', uid: '1', groups: ['system:masters', 'system:authenticated'] },
        sourceIPs: ['127.0.0.1'],
        userAgent: 'test/1',
        objectRef: { resource: 'configmaps', namespace: 'default', name: 'c', apiVersion: 'v1' },
        responseStatus: { metadata: {}, code: 201 },
        requestReceivedTimestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        stageTimestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
      },
    ]);
    // What the server does by itself, in process, is told as well.
    expect(eventsOf(file)).toContainEqual(
      expect.objectContaining({ verb: 'create', userAgent: 'kube-apiserver', requestURI: '/api/v1/namespaces', sourceIPs: ['::1'] }),
    );
  });

  describe('by a policy', () => {
    let cluster: Cluster;
    let file: string;
    /** The events of one request, once it is over. */
    const trace = async (url: string, request: Ask = {}): Promise<Event[]> => {
      const id = await ask(cluster, url, request);
      const found = (): Event[] => eventsOf(file).filter(({ auditID }) => auditID === id);
      await expect.poll(found).not.toEqual([]);
      return found();
    };

    beforeAll(async () => {
      file = path.join(folder, 'policy.log');
      cluster = await start({ auditLogPath: file, auditPolicy: POLICY });
      await ask(cluster, `${NS}/serviceaccounts`, { method: 'POST', body: { metadata: { name: 'default' } } });
    });
    afterAll(() => cluster.stop());

    it('holds what was sent and what was answered', async () => {
      const [event] = await trace(`${NS}/configmaps`, { method: 'POST', body: { metadata: { name: 'whole' }, data: { a: 'b' } } });
      expect(event).toMatchObject({
        level: 'RequestResponse',
        requestObject: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'whole' }, data: { a: 'b' } },
        responseObject: { kind: 'ConfigMap', metadata: { name: 'whole', uid: expect.any(String) as string } },
      });
      expect(JSON.stringify(event)).not.toContain('managedFields');
    });

    it('keeps what is secret out', async () => {
      const [event] = await trace(`${NS}/secrets`, { method: 'POST', body: { metadata: { name: 's' }, stringData: { key: 'hidden' } } });
      expect(event).toMatchObject({ level: 'Metadata', objectRef: { name: 's' }, responseStatus: { code: 201 } });
      expect(readFileSync(file, 'utf8')).not.toContain('hidden');
      expect(readFileSync(file, 'utf8')).not.toContain(Buffer.from('hidden').toString('base64'));
    });

    it.each<[string, string, Ask, object]>([
      ['a patch', `${NS}/configmaps/whole`, patchOf({ data: { a: 'c' } }), { requestObject: { data: { a: 'c' } }, verb: 'patch' }],
      ['a list', `${NS}/configmaps?fieldSelector=metadata.name%3Dx`, {}, { responseObject: { kind: 'ConfigMapList', items: [] } }],
      [
        'a deletion',
        `${NS}/configmaps/none`,
        { method: 'DELETE', body: { gracePeriodSeconds: 0 } },
        { requestObject: { kind: 'DeleteOptions', gracePeriodSeconds: 0 }, responseStatus: { reason: 'NotFound', code: 404 } },
      ],
      [
        'a refusal',
        `${NS}/pods`,
        { token: 'weak' },
        {
          user: { username: 'alice' },
          responseStatus: { reason: 'Forbidden', code: 403 },
          annotations: { 'authorization.k8s.io/decision': 'forbid' },
        },
      ],
      ['bad credentials', `${NS}/pods`, { token: 'wrong' }, { stage: 'ResponseStarted', user: {}, responseStatus: { code: 401 } }],
      [
        'impersonation',
        `${NS}/pods`,
        { headers: { 'impersonate-user': 'bob', 'impersonate-group': 'g' } },
        { user: { username: 'admin' }, impersonatedUser: { username: 'bob', groups: ['g', 'system:authenticated'] } },
      ],
      [
        'admission',
        `${NS}/pods`,
        { method: 'POST', body: { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
        { annotations: { 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' } },
      ],
      [
        'proxies on the way',
        '/version',
        { headers: { 'x-forwarded-for': '10.0.0.1, x, 10.0.0.2', 'x-real-ip': '10.0.0.3' } },
        { sourceIPs: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '127.0.0.1'] },
      ],
      ["the client's own id", '/version', { headers: { 'audit-id': 'mine' } }, { auditID: 'mine' }],
    ])('tells of %s', async (_, url, request, expected) => {
      expect((await trace(url, request)).at(-1)).toMatchObject(expected);
    });

    const stagesOf = (id: string): string[] => eventsOf(file).flatMap(({ auditID, stage }) => (auditID === id ? [stage] : []));

    it('tells when a watch begins and when it ends', async () => {
      const id = await ask(cluster, `${NS}/configmaps?watch=1&timeoutSeconds=1`);
      await expect.poll(() => stagesOf(id)).toEqual(['ResponseStarted', 'ResponseComplete']);
    });

    it('tells the end of a watch whose client goes away', async () => {
      const id = await new Promise<string>((resolve, reject) => {
        const headers = { authorization: 'Bearer good' };
        const options = { host: '127.0.0.1', port: cluster.port, path: `${NS}/configmaps?watch=1`, ca: cluster.caPem, headers };
        const request = https.get(options, (response) => {
          response.on('error', () => undefined);
          resolve(String(response.headers['audit-id']));
          request.destroy();
        });
        request.on('error', reject);
      });
      await expect.poll(() => stagesOf(id)).toEqual(['ResponseStarted', 'ResponseComplete']);
    });
  });

  it.each<[ClusterOptions, string]>([
    [{ auditLogPath: '/nowhere/audit.log' }, "--audit-log-path can't write there: ENOENT"],
    [{ auditPolicy: POLICY }, '--audit-policy-file says what to write, but --audit-log-path must say where'],
    [{ auditLogPath: '-', auditPolicy: 'kind: Policy' }, "--audit-policy-file can't be used: it must say apiVersion: audit.k8s.io/v1"],
  ])('options %j are refused', async (options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });
});

describe('A policy file', () => {
  const head = 'apiVersion: audit.k8s.io/v1\nkind: Policy\n';

  it('is YAML or JSON', async () => {
    const file = path.join(folder, 'policy.json');
    writeFileSync(
      file,
      JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', metadata: { name: 'x' }, rules: [{ level: 'None' }] }),
    );
    expect(await parseAuditPolicy(readFileSync(file, 'utf8'))).toMatchObject({ rules: [{ level: 'None' }] });
  });

  it.each([
    ['', 'the policy must be a mapping'],
    [head, 'it has no rules'],
    [`${head}rules: [{level: Loud}]`, 'rules[0].level: Unsupported value: "Loud"'],
    [`${head}rules: [{level: None, namespace: [a]}]`, 'unknown field rules[0].namespace'],
    [`${head}rules: [{level: None, users: alice}]`, 'rules[0].users must be a list'],
    [`${head}rules: [{level: None, resources: [{resources: [1]}]}]`, 'rules[0].resources[0].resources[0] must be a text'],
    [`${head}rules: [text]`, 'rules[0] must be a mapping'],
    [`${head}rules: [{level: None}]\nomitManagedFields: 1`, 'omitManagedFields must be true or false'],
    ['a: [', 'yaml'],
  ])('%j is refused', async (text, message) => {
    await expect(parseAuditPolicy(text)).rejects.toThrow(message);
  });
});

function patchOf(body: object): Ask {
  return { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' }, body };
}
