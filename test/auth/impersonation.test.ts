import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../src/apimachinery/status.js';
import type { UserInfo } from '../../src/apimachinery/user-info.js';
import { pathAttributes, resourceAttributes, type Attributes } from '../../src/auth/authorization/attributes.js';
import { AuthorizerChain, PrivilegedGroup } from '../../src/auth/authorization/authorizer.js';
import { userInfo } from '../../src/auth/identities.js';
import { impersonatedUser, Impersonation, mentionsImpersonation } from '../../src/auth/impersonation.js';
import { RbacAuthorizer } from '../../src/auth/rbac/authorizer.js';
import { RbacIndex } from '../../src/auth/rbac/index.js';
import type { BindingObject, PolicyRule, RoleObject } from '../../src/auth/rbac/policy-rule.js';

function status(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError) return `${String(error.status.code)} ${error.status.message}`;
    throw error;
  }
}

describe('the headers', () => {
  it.each<[string[], Partial<UserInfo> | undefined]>([
    [[], undefined],
    [['Impersonate-User', ''], undefined],
    [['Impersonate-User', 'carol'], { name: 'carol', groups: [], uid: '' }],
    [['IMPERSONATE-USER', 'carol', 'impersonate-user', 'dave'], { name: 'carol' }],
    [['Impersonate-User', 'carol', 'Impersonate-Group', 'b', 'Accept', '*/*', 'Impersonate-Group', 'a'], { groups: ['b', 'a'] }],
    [['Impersonate-User', 'carol', 'Impersonate-Uid', 'u'], { uid: 'u' }],
    [
      ['Impersonate-User', 'carol', 'Impersonate-Extra-Scopes', 'view', 'Impersonate-Extra-Scopes', 'edit'],
      { extra: { scopes: ['view', 'edit'] } },
    ],
    [['Impersonate-User', 'carol', 'Impersonate-Extra-example.org%2Fteam', 'blue'], { extra: { 'example.org/team': ['blue'] } }],
    [['Impersonate-User', 'carol', 'Impersonate-Extra-100%', 'x'], { extra: { '100%': ['x'] } }],
  ])('%j', (raw, expected) => {
    const user = impersonatedUser(raw);
    if (expected === undefined) expect(user).toBeUndefined();
    else expect(user).toMatchObject(expected);
  });

  it('may name extra keys like __proto__', () => {
    const user = impersonatedUser(['Impersonate-User', 'carol', 'Impersonate-Extra-__proto__', 'x']);
    expect(Object.keys(user?.extra ?? {})).toEqual(['__proto__']);
  });

  it.each([
    [['Impersonate-Group', 'writers'], 'UID:"", Groups:[]string{"writers"}, Extra:map[string][]string(nil)'],
    [['Impersonate-Uid', 'u'], 'UID:"u", Groups:[]string(nil), Extra:map[string][]string(nil)'],
    [['Impersonate-Extra-Scopes', 'view'], 'UID:"", Groups:[]string(nil), Extra:map[string][]string{"scopes":[]string{"view"}}'],
  ])('without a user are 400: %j', (raw, text) => {
    expect(status(() => impersonatedUser(raw))).toBe(`400 requested &user.DefaultInfo{Name:"", ${text}} without impersonating a user name`);
  });

  it('are found by their prefix', () => {
    expect(mentionsImpersonation({ accept: 'x', 'impersonate-group': 'y' })).toBe(true);
    expect(mentionsImpersonation({ accept: 'x', 'x-impersonate-user': 'y' })).toBe(false);
  });
});

let index: RbacIndex;
let impersonation: Impersonation;

beforeEach(() => {
  index = new RbacIndex();
  impersonation = new Impersonation(new AuthorizerChain([new PrivilegedGroup(), new RbacAuthorizer(index)]));
});

function grant(name: string, to: string, rules: PolicyRule[], namespace?: string): void {
  const metadata = { name, namespace };
  index.put(namespace === undefined ? 'clusterroles' : 'roles', { apiVersion: '', kind: '', metadata, rules } as RoleObject);
  const roleRef = { kind: namespace === undefined ? 'ClusterRole' : 'Role', name };
  const binding = { apiVersion: '', kind: '', metadata, subjects: [{ kind: 'User', name: to }], roleRef } as BindingObject;
  index.put(namespace === undefined ? 'clusterrolebindings' : 'rolebindings', binding);
}

const AUTHN = 'authentication.k8s.io';
const admin = userInfo({ name: 'admin', groups: ['system:masters'] });
const bob = userInfo({ name: 'bob', groups: ['ops'] });
const carol = userInfo({ name: 'carol' });
const reading = (user: UserInfo, verb = 'get'): Attributes =>
  resourceAttributes(user, { verb, resource: 'configmaps', namespace: 'ns', name: verb === 'get' ? 'c' : '' });

function as(wanted: Partial<UserInfo> & { name: string }, attributes: Attributes): unknown {
  return status(() => {
    const { user, constraint } = impersonation.impersonate(userInfo(wanted), attributes);
    return [user.name, user.groups, constraint];
  });
}

describe('with every right', () => {
  it.each<[Partial<UserInfo> & { name: string }, string[], string]>([
    [{ name: 'carol' }, ['system:authenticated'], 'impersonate:user-info'],
    [{ name: 'carol', groups: ['a', 'system:authenticated'] }, ['a', 'system:authenticated'], 'impersonate:user-info'],
    [{ name: 'carol', groups: ['system:unauthenticated'] }, ['system:unauthenticated'], 'impersonate:user-info'],
    [{ name: 'system:anonymous' }, ['system:unauthenticated'], 'impersonate:user-info'],
    [{ name: 'carol', groups: ['system:masters'] }, ['system:masters', 'system:authenticated'], ''],
    [{ name: 'system:node:n1' }, ['system:nodes', 'system:authenticated'], 'impersonate:arbitrary-node'],
    [{ name: 'system:node:n1', groups: ['x'] }, ['x', 'system:authenticated'], ''],
    [{ name: 'system:node:Not_A_Name' }, ['system:authenticated'], 'impersonate:user-info'],
    [
      { name: 'system:serviceaccount:ns:r' },
      ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated'],
      'impersonate:serviceaccount',
    ],
    [{ name: 'system:serviceaccount:ns:r', groups: ['w'] }, ['w', 'system:authenticated'], ''],
    [{ name: 'carol', extra: { scopes: ['view'] } }, ['system:authenticated'], ''],
    [{ name: 'carol', extra: { 'a.io/scopes': ['view'] } }, ['system:authenticated'], 'impersonate:user-info'],
  ])('acts as %j', (wanted, groups, constraint) => {
    expect(as(wanted, reading(admin))).toEqual([wanted.name, groups, constraint]);
  });

  it('the mode that last worked comes first', () => {
    expect(as({ name: 'system:node:n1' }, reading(admin))).toEqual([
      'system:node:n1',
      ['system:nodes', 'system:authenticated'],
      'impersonate:arbitrary-node',
    ]);
    as({ name: 'carol', groups: ['system:masters'] }, reading(admin));
    expect(as({ name: 'system:node:n1' }, reading(admin))).toEqual(['system:node:n1', ['system:authenticated'], '']);
  });
});

describe('without rights', () => {
  it.each<[Partial<UserInfo> & { name: string }, string]>([
    [
      { name: 'bob' },
      'configmaps "c" is forbidden: User "bob" cannot impersonate-on:user-info:get resource "configmaps" in API group "" in the namespace "ns"',
    ],
    [
      { name: 'system:serviceaccount:ns:r' },
      'configmaps "c" is forbidden: User "bob" cannot impersonate-on:serviceaccount:get resource "configmaps" in API group "" in the namespace "ns"',
    ],
    [
      { name: 'system:serviceaccount:ns:r', groups: ['g'] },
      'serviceaccounts "r" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "ns"',
    ],
    [
      { name: 'system:node:n1' },
      'configmaps "c" is forbidden: User "bob" cannot impersonate-on:arbitrary-node:get resource "configmaps" in API group "" in the namespace "ns"',
    ],
  ])('the first refusal shows: %j', (wanted, message) => {
    expect(as(wanted, reading(bob))).toBe(`403 ${message}`);
  });

  it('paths are refused as paths', () => {
    expect(as({ name: 'x' }, pathAttributes(bob, 'get', '/healthz'))).toBe(
      '403 forbidden: User "bob" cannot impersonate-on:user-info:get path "/healthz"',
    );
  });
});

describe('the classic verb', () => {
  beforeEach(() => {
    grant('classic', 'bob', [
      { verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['carol', 'system:node:n1'] },
      { verbs: ['impersonate'], apiGroups: [''], resources: ['groups'], resourceNames: ['developers'] },
      { verbs: ['impersonate'], apiGroups: [AUTHN], resources: ['userextras/scopes'], resourceNames: ['view'] },
      { verbs: ['impersonate'], apiGroups: [AUTHN], resources: ['uids'], resourceNames: ['u1'] },
    ]);
    grant('robots', 'bob', [{ verbs: ['impersonate'], apiGroups: [''], resources: ['serviceaccounts'] }], 'ns');
    as({ name: 'carol' }, reading(bob));
  });

  it('grants name, groups, uid and extra values each by itself', () => {
    expect(as({ name: 'carol', groups: ['developers'], uid: 'u1', extra: { scopes: ['view'] } }, reading(bob))).toEqual([
      'carol',
      ['developers', 'system:authenticated'],
      '',
    ]);
    expect(as({ name: 'system:serviceaccount:ns:r' }, reading(bob))).toContain('system:serviceaccount:ns:r');
    expect(as({ name: 'system:node:n1' }, reading(bob))).toEqual(['system:node:n1', ['system:authenticated'], '']);
  });

  it.each<[Partial<UserInfo> & { name: string }, string]>([
    [{ name: 'alice' }, 'users "alice" is forbidden: User "bob" cannot impersonate resource "users" in API group "" at the cluster scope'],
    [
      { name: 'carol', groups: ['developers', 'ops'] },
      'groups "ops" is forbidden: User "bob" cannot impersonate resource "groups" in API group "" at the cluster scope',
    ],
    [
      { name: 'carol', uid: 'x' },
      `uids.${AUTHN} "x" is forbidden: User "bob" cannot impersonate resource "uids" in API group "${AUTHN}" at the cluster scope`,
    ],
    [
      { name: 'carol', extra: { team: ['view'] } },
      `userextras.${AUTHN} "view" is forbidden: User "bob" cannot impersonate resource "userextras/team" in API group "${AUTHN}" at the cluster scope`,
    ],
    [
      { name: 'system:serviceaccount:default:r' },
      'serviceaccounts "r" is forbidden: User "bob" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"',
    ],
  ])('refuses %j', (wanted, message) => {
    expect(as(wanted, reading(bob))).toBe(`403 ${message}`);
  });
});

describe('the constrained verbs', () => {
  beforeEach(() => {
    grant('constrained', 'carol', [
      { verbs: ['impersonate:user-info'], apiGroups: [AUTHN], resources: ['users'], resourceNames: ['alice'] },
      { verbs: ['impersonate:arbitrary-node'], apiGroups: [AUTHN], resources: ['nodes'], resourceNames: ['n1'] },
      { verbs: ['impersonate-on:user-info:list', 'impersonate-on:arbitrary-node:list'], apiGroups: [''], resources: ['configmaps'] },
    ]);
    as({ name: 'alice' }, reading(carol, 'list'));
  });

  it('grant certain users for certain requests', () => {
    expect(as({ name: 'alice' }, reading(carol, 'list'))).toEqual(['alice', ['system:authenticated'], 'impersonate:user-info']);
    expect(as({ name: 'system:node:n1' }, reading(carol, 'list'))).toEqual([
      'system:node:n1',
      ['system:nodes', 'system:authenticated'],
      'impersonate:arbitrary-node',
    ]);
  });

  const on = `resource "groups" in API group "${AUTHN}" at the cluster scope`;

  it.each<[Partial<UserInfo> & { name: string }, string, string]>([
    [
      { name: 'alice' },
      'get',
      'configmaps "c" is forbidden: User "carol" cannot impersonate-on:user-info:get resource "configmaps" in API group "" in the namespace "ns"',
    ],
    [
      { name: 'bob' },
      'list',
      `users.${AUTHN} "bob" is forbidden: User "carol" cannot impersonate:user-info resource "users" in API group "${AUTHN}" at the cluster scope`,
    ],
    [{ name: 'alice', groups: ['dev'] }, 'list', `groups.${AUTHN} "dev" is forbidden: User "carol" cannot impersonate:user-info ${on}`],
    [
      { name: 'alice', groups: [''] },
      'list',
      `groups.${AUTHN} is forbidden: User "carol" cannot impersonate:user-info ${on}: impersonating the empty string group is not allowed`,
    ],
    [
      { name: 'alice', groups: ['system:masters'] },
      'list',
      `groups.${AUTHN} "system:masters" is forbidden: User "carol" cannot impersonate:user-info ${on}: impersonating the system:masters group is not allowed`,
    ],
    [
      { name: 'alice', extra: { scopes: ['view'] } },
      'list',
      `userextras.${AUTHN} is forbidden: User "carol" cannot impersonate:user-info resource "userextras" in API group "${AUTHN}" at the cluster scope: ` +
        'impersonating an invalid key in extra is not allowed: extra.key: Invalid value: "scopes": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
  ])('refuse %j to %s', (wanted, verb, message) => {
    expect(as(wanted, reading(carol, verb))).toBe(`403 ${message}`);
  });

  it('accept one grant on * for many groups', () => {
    grant('many', 'carol', [{ verbs: ['impersonate:user-info'], apiGroups: [AUTHN], resources: ['groups'], resourceNames: ['*'] }]);
    expect(as({ name: 'alice', groups: ['a', 'b', 'c', 'd'] }, reading(carol, 'list'))).toContain('alice');
    expect(as({ name: 'alice', groups: ['a', 'b', 'c'] }, reading(carol, 'list'))).toMatch(/^403 groups/);
  });

  it('let an agent act as the node it runs on, whatever its name', () => {
    const agent = userInfo({ name: 'system:serviceaccount:ns:agent', extra: { 'authentication.kubernetes.io/node-name': ['n7'] } });
    grant('agent', agent.name, [
      { verbs: ['impersonate:associated-node'], apiGroups: [AUTHN], resources: ['nodes'] },
      { verbs: ['impersonate-on:associated-node:get'], apiGroups: [''], resources: ['configmaps'] },
    ]);
    expect(as({ name: 'system:node:n7' }, reading(agent))).toEqual([
      'system:node:n7',
      ['system:nodes', 'system:authenticated'],
      'impersonate:associated-node',
    ]);
    expect(as({ name: 'system:node:n8' }, reading(agent))).toMatch(/^403 .*impersonate-on:arbitrary-node:get/);
    expect(as({ name: 'system:node:n7' }, reading({ ...agent, extra: {} }))).toMatch(/^403 .*impersonate-on:arbitrary-node:get/);
    expect(as({ name: 'system:node:n7' }, reading(agent, 'list'))).toMatch(/^403 .*impersonate-on:associated-node:list/);
  });
});
