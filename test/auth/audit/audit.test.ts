import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Auditor, auditIdOf, type AuditRecord } from '../../../src/auth/audit/event.js';
import { AuditLogFile } from '../../../src/auth/audit/log-file.js';
import {
  AuditPolicyEvaluator,
  DEFAULT_AUDIT_POLICY,
  validateAuditPolicy,
  type AuditPolicy,
  type AuditRule,
} from '../../../src/auth/audit/policy.js';
import { pathAttributes, resourceAttributes, type Attributes } from '../../../src/auth/authorization/attributes.js';
import { userInfo } from '../../../src/auth/identities.js';

const carol = userInfo({ name: 'carol', uid: 'u', groups: ['ops'] });
const scale = resourceAttributes(carol, {
  verb: 'update',
  group: 'apps',
  version: 'v1',
  resource: 'deployments',
  subresource: 'scale',
  name: 'd',
  namespace: 'ns',
});
const path = pathAttributes(carol, 'get', '/healthz/etcd');
const START = Date.parse('2026-01-02T03:04:05.006Z');

describe('a policy', () => {
  it.each<[Partial<AuditRule>, Attributes, boolean]>([
    [{}, scale, true],
    [{}, path, true],
    [{ users: ['carol'] }, scale, true],
    [{ users: ['bob'] }, scale, false],
    [{ userGroups: ['ops', 'x'] }, scale, true],
    [{ userGroups: ['x'] }, scale, false],
    [{ verbs: ['get'] }, scale, false],
    [{ namespaces: ['ns'] }, scale, true],
    [{ namespaces: [''] }, scale, false],
    [{ namespaces: ['ns'] }, path, false],
    [{ resources: [{ group: 'apps' }] }, scale, true],
    [{ resources: [{ group: '*' }] }, scale, true],
    [{ resources: [{}] }, scale, false],
    [{ resources: [{ group: 'apps', resources: ['deployments'] }] }, scale, false],
    [{ resources: [{ group: 'apps', resources: ['deployments/scale'] }] }, scale, true],
    [{ resources: [{ group: 'apps', resources: ['deployments/*'] }] }, scale, true],
    [{ resources: [{ group: 'apps', resources: ['*/scale'] }] }, scale, true],
    [{ resources: [{ group: 'apps', resources: ['*'], resourceNames: ['x'] }] }, scale, false],
    [{ nonResourceURLs: ['/healthz*'] }, path, true],
    [{ nonResourceURLs: ['*'] }, scale, false],
    [{ nonResourceURLs: ['/livez'] }, path, false],
  ])('rule %j', (rule, attributes, matches) => {
    const evaluator = new AuditPolicyEvaluator({ rules: [{ level: 'Request', ...rule }] });
    expect(evaluator.decide(attributes).level).toBe(matches ? 'Request' : 'None');
  });

  it('goes by the first rule that matches, and joins the omitted stages', () => {
    const evaluator = new AuditPolicyEvaluator({
      rules: [
        { level: 'None', users: ['bob'] },
        { level: 'Metadata', omitStages: ['Panic'], omitManagedFields: false },
        { level: 'Request' },
      ],
      omitStages: ['RequestReceived'],
      omitManagedFields: true,
    });
    expect(evaluator.decide(scale)).toEqual({
      level: 'Metadata',
      omitStages: new Set(['RequestReceived', 'Panic']),
      omitManagedFields: false,
    });
  });

  it('is checked', () => {
    const policy = {
      omitStages: ['Sometime'],
      rules: [
        { level: '' },
        { level: 'Everything', nonResourceURLs: ['x', '/a*b', '*'], namespaces: ['n'] },
        { level: 'None', resources: [{ group: 'A', resourceNames: ['x'] }] },
      ],
    } as unknown as AuditPolicy;
    const texts = validateAuditPolicy(policy).map(String);
    expect(texts).toEqual([
      'omitStages[0]: Invalid value: "Sometime": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
      'rules[0].level: Required value',
      'rules[1].level: Unsupported value: "Everything": supported values: "None", "Metadata", "Request", "RequestResponse"',
      `rules[1].nonResourceURLs[0]: Invalid value: "x": non-resource URL rules must begin with a '/' character`,
      `rules[1].nonResourceURLs[1]: Invalid value: "/a*b": non-resource URL wildcards '*' must be the final character of the rule`,
      'rules[1].nonResourceURLs: Invalid value: ["x","/a*b","*"]: rules cannot apply to both regular resources and non-resource URLs',
      expect.stringMatching(/^rules\[2\]\.resources\.group: Invalid value: "A"/),
      'rules[2].resources.resourceNames: Invalid value: ["x"]: using resourceNames requires at least one resource',
    ]);
    expect(validateAuditPolicy(DEFAULT_AUDIT_POLICY)).toEqual([]);
  });
});

function record(policy: AuditPolicy, attributes = scale): { events: Record<string, unknown>[]; audited: AuditRecord | undefined } {
  const events: Record<string, unknown>[] = [];
  let now = START;
  const auditor = new Auditor({
    policy: new AuditPolicyEvaluator(policy),
    sink: { write: (event) => events.push(event) },
    now: () => (now += 1),
    newId: () => 'id-1',
  });
  const audited = auditor.begin({ attributes, uri: '/x?y=1', userAgent: 'kubectl', sourceIPs: ['127.0.0.1'], received: START });
  return { events, audited };
}

describe('an event', () => {
  it('tells who did what and how it ended', () => {
    const { events, audited } = record({ rules: [{ level: 'Metadata' }] });
    audited?.authorized(true, 'RBAC: allowed');
    audited?.annotate('authorization.k8s.io/decision', 'too late');
    audited?.actsAs(userInfo({ name: 'bob' }), 'impersonate:user-info');
    audited?.received({ metadata: { name: 'other', uid: 'u1', resourceVersion: '7' }, spec: {} });
    audited?.answered({
      kind: 'Status',
      metadata: {},
      status: 'Failure',
      message: 'no',
      reason: 'NotFound',
      details: { name: 'd' },
      code: 404,
    });
    audited?.completed(404);
    expect(events.map(({ stage }) => stage)).toEqual(['RequestReceived', 'ResponseComplete']);
    expect(JSON.stringify(events[1])).toBe(
      JSON.stringify({
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'id-1',
        stage: 'ResponseComplete',
        requestURI: '/x?y=1',
        verb: 'update',
        user: { username: 'carol', uid: 'u', groups: ['ops'] },
        impersonatedUser: { username: 'bob' },
        authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
        sourceIPs: ['127.0.0.1'],
        userAgent: 'kubectl',
        objectRef: {
          resource: 'deployments',
          namespace: 'ns',
          name: 'd',
          uid: 'u1',
          apiGroup: 'apps',
          apiVersion: 'v1',
          resourceVersion: '7',
          subresource: 'scale',
        },
        responseStatus: { metadata: {}, status: 'Failure', message: 'no', reason: 'NotFound', details: { name: 'd' }, code: 404 },
        requestReceivedTimestamp: '2026-01-02T03:04:05.006000Z',
        stageTimestamp: '2026-01-02T03:04:05.007000Z',
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'RBAC: allowed' },
      }),
    );
  });

  it.each<[AuditRule['level'], boolean, boolean]>([
    ['Metadata', false, false],
    ['Request', true, false],
    ['RequestResponse', true, true],
  ])('at level %s holds request %s and response %s', (level, request, response) => {
    const { events, audited } = record({ rules: [{ level }], omitStages: ['RequestReceived'], omitManagedFields: true });
    const body = { metadata: { name: 'd', managedFields: [{}] } };
    audited?.received(body);
    audited?.answered({ items: [body] });
    body.metadata.name = 'changed';
    audited?.completed(200);
    expect(audited?.wants('Request')).toBe(request);
    expect(events).toHaveLength(1);
    expect(events[0]?.['requestObject']).toEqual(request ? { metadata: { name: 'd' } } : undefined);
    expect(events[0]?.['responseObject']).toEqual(response ? { items: [{ metadata: { name: 'd' } }] } : undefined);
    expect(body.metadata.managedFields).toEqual([{}]);
  });

  it('of a watch is told when it starts; of a failure, that it was one', () => {
    const { events, audited } = record({ rules: [{ level: 'Metadata' }] }, path);
    audited?.started(200);
    audited?.panicked('bug');
    expect(events.map(({ stage, responseStatus, objectRef }) => [stage, responseStatus, objectRef])).toEqual([
      ['RequestReceived', undefined, undefined],
      ['ResponseStarted', { metadata: {}, code: 200 }, undefined],
      ['Panic', { metadata: {}, status: 'Failure', message: "APIServer panic'd: bug", reason: 'InternalError', code: 500 }, undefined],
    ]);
  });

  it('is not made where the policy wants none', () => {
    expect(record({ rules: [] })).toEqual({ events: [], audited: undefined });
  });

  it('carries the client’s id, if there is one', () => {
    expect(auditIdOf('mine', () => 'new')).toBe('mine');
    expect(auditIdOf('', () => 'new')).toBe('new');
    expect(auditIdOf(undefined, () => 'new')).toBe('new');
  });

  it('of a refused caller is one, without a user', () => {
    const events: Record<string, unknown>[] = [];
    const auditor = new Auditor({
      policy: new AuditPolicyEvaluator({ rules: [{ level: 'Metadata' }] }),
      sink: { write: (event) => events.push(event) },
      now: () => START,
      newId: () => 'id-1',
    });
    const attributes = resourceAttributes(userInfo({ name: '' }), { verb: 'list', version: 'v1', resource: 'pods' });
    const status = { kind: 'Status', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 };
    auditor.refused({ attributes, uri: '/x', userAgent: '', sourceIPs: [], auditId: 'mine', received: START }, status);
    expect(events).toMatchObject([
      { stage: 'ResponseStarted', auditID: 'mine', user: {}, responseStatus: { code: 401, message: 'Unauthorized' } },
    ]);
  });

  it.each([
    ['{"data":{"a":"b"}}', { data: { a: 'b' } }],
    ['data: {a: b}', undefined],
  ])('holds the patch %s if it is JSON', (text, requestObject) => {
    const { events, audited } = record({ rules: [{ level: 'Request' }] });
    audited?.receivedPatch(Buffer.from(text));
    audited?.completed(200);
    expect(events[1]?.['requestObject']).toEqual(requestObject);
  });
});

describe('the log file', () => {
  it('holds one line an event and is its owner’s alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-'));
    try {
      const file = join(folder, 'audit.log');
      for (const n of [1, 2]) {
        const log = new AuditLogFile(file, () => expect.unreachable());
        log.write({ n, text: 'a\n<b>' });
        log.write({ n, more: true });
        log.close();
        log.write({ lost: true });
      }
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      expect(lines[0]).toBe('{"n":1,"text":"a\\n\\u003cb\\u003e"}');
      expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([1, 1, 2, 2]);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  // Linux has a device that is always full.
  it.runIf(existsSync('/dev/full'))('survives a disk that is full, and tells of it', () => {
    const failures: unknown[] = [];
    const log = new AuditLogFile('/dev/full', (error) => failures.push(error));
    log.write({ n: 1 });
    log.close();
    expect(failures).toMatchObject([{ code: 'ENOSPC' }]);
  });
});
