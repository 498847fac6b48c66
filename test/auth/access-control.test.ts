import { describe, expect, it } from 'vitest';
import { StatusError } from '../../src/apimachinery/status.js';
import { AccessControl, type AccessRequest, type RequestFacts } from '../../src/auth/access-control.js';
import { Auditor } from '../../src/auth/audit/event.js';
import { AuditPolicyEvaluator, DEFAULT_AUDIT_POLICY } from '../../src/auth/audit/policy.js';
import type { Attributes } from '../../src/auth/authorization/attributes.js';
import type { Authorizer } from '../../src/auth/authorization/authorizer.js';
import { userInfo } from '../../src/auth/identities.js';

const FACTS: RequestFacts = {
  isResourceRequest: true,
  path: '/x',
  verb: 'list',
  group: '',
  version: 'v1',
  namespace: 'ns',
  resource: 'pods',
  subresource: '',
  name: '',
};
const admin = userInfo({ name: 'admin' });

function authorizer(test: (attributes: Attributes) => boolean): Authorizer {
  return {
    authorize: (attributes) => (test(attributes) ? { decision: 'allow', reason: 'fine' } : { decision: 'none', reason: 'not fine' }),
    rulesFor: () => ({ rules: [], incomplete: false, errors: [] }),
  };
}

function request(raw: string[] = [], more: Partial<AccessRequest> = {}): AccessRequest {
  const headers: Record<string, unknown> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) headers[(raw[i] ?? '').toLowerCase()] = raw[i + 1];
  return { user: admin, facts: FACTS, headers, rawHeaders: raw, ...more };
}

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof StatusError) return `${String(error.status.code)} ${error.status.message}`;
    throw error;
  }
  return 'admitted';
}

describe('access control', () => {
  it('lets the user through unchanged', () => {
    expect(new AccessControl(authorizer(() => true)).admit(request())).toBe(admin);
  });

  it('authorizes whom the request acts as', () => {
    const control = new AccessControl(authorizer(({ user, verb }) => user.name === 'admin' && verb.startsWith('impersonate')));
    expect(message(() => control.admit(request(['Impersonate-User', 'carol'])))).toBe(
      '403 pods is forbidden: User "carol" cannot list resource "pods" in API group "" in the namespace "ns": not fine',
    );
    expect(message(() => control.admit(request(['Impersonate-Group', 'x'])))).toMatch(/^400 requested/);
    const all = new AccessControl(authorizer(() => true));
    expect(all.admit(request(['Impersonate-User', 'carol'])).name).toBe('carol');
  });

  it('hands on selectors; one that cannot be parsed selects nothing', () => {
    const seen: unknown[] = [];
    const control = new AccessControl(
      authorizer(({ fieldSelector }) => {
        seen.push(fieldSelector?.());
        return true;
      }),
    );
    for (const fieldSelector of ['spec.nodeName=n1', '???', '', undefined]) control.admit(request([], { fieldSelector }));
    expect(seen).toEqual([[{ field: 'spec.nodeName', operator: '=', value: 'n1' }], [], undefined, undefined]);
  });

  it('demands a second verb', () => {
    const control = new AccessControl(authorizer(({ verb }) => verb !== 'create'));
    expect(
      message(() => {
        control.demand(admin, { ...FACTS, verb: 'create', name: 'p' });
      }),
    ).toBe('403 pods "p" is forbidden: User "admin" cannot create resource "pods" in API group "" in the namespace "ns": not fine');
    control.demand(admin, FACTS);
  });

  it('tells the audit trail', () => {
    const events: Record<string, unknown>[] = [];
    const auditor = new Auditor({
      policy: new AuditPolicyEvaluator(DEFAULT_AUDIT_POLICY),
      sink: { write: (event) => events.push(event) },
      now: () => 0,
      newId: () => 'id',
    });
    const attributes: Attributes = { ...FACTS, user: admin };
    const record = auditor.begin({ attributes, uri: '/x', userAgent: '', sourceIPs: [], received: 0 });
    new AccessControl(authorizer(() => true)).admit(request(['Impersonate-User', 'carol']), record);
    record?.completed(200);
    expect(events[0]).toMatchObject({
      user: { username: 'admin' },
      impersonatedUser: { username: 'carol' },
      authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': 'fine' },
    });
  });
});
