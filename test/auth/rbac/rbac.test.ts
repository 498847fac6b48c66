import { beforeEach, describe, expect, it } from 'vitest';
import type { UserInfo } from '../../../src/apimachinery/user-info.js';
import { pathAttributes, resourceAttributes, type Attributes } from '../../../src/auth/authorization/attributes.js';
import { AlwaysAllow, AuthorizerChain, PrivilegedGroup } from '../../../src/auth/authorization/authorizer.js';
import { forbidden } from '../../../src/auth/authorization/forbidden.js';
import { userInfo } from '../../../src/auth/identities.js';
import { RbacAuthorizer } from '../../../src/auth/rbac/authorizer.js';
import { RbacIndex } from '../../../src/auth/rbac/index.js';
import type { BindingObject, PolicyRule, RoleObject, Subject } from '../../../src/auth/rbac/policy-rule.js';

let index: RbacIndex;
let rbac: RbacAuthorizer;

beforeEach(() => {
  index = new RbacIndex();
  rbac = new RbacAuthorizer(index);
});

function role(name: string, rules: PolicyRule[], namespace?: string): void {
  const object = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace }, rules } as RoleObject;
  index.put(namespace === undefined ? 'clusterroles' : 'roles', object);
}

const user = (name: string): Subject => ({ kind: 'User', name });
const groupSubject = (name: string): Subject => ({ kind: 'Group', name });

function bind(name: string, to: string, subjects: Subject[], namespace?: string): void {
  const [kind = '', roleName = ''] = to.split('/');
  const object = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    subjects,
    roleRef: { kind, name: roleName },
  } as BindingObject;
  index.put(namespace === undefined ? 'clusterrolebindings' : 'rolebindings', object);
}

const carol: UserInfo = userInfo({ name: 'carol', groups: ['ops', 'system:authenticated'] });

/** `get apps/deployments/scale web in ns` (`core` for the core group), or `get path /livez`. */
function ask(text: string, who: UserInfo = carol): Attributes {
  const [verb = '', what = '', ...rest] = text.split(' ');
  if (what === 'path') return pathAttributes(who, verb, rest[0] ?? '');
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const at = rest.indexOf('in');
  const name = at === 0 ? '' : (rest[0] ?? '');
  return resourceAttributes(who, {
    verb,
    group: group === 'core' ? '' : group,
    resource,
    subresource,
    name,
    namespace: at === -1 ? '' : (rest[at + 1] ?? ''),
  });
}

function allows(text: string, who?: UserInfo): boolean {
  return rbac.authorize(ask(text, who)).decision === 'allow';
}

describe('a rule', () => {
  const rules: PolicyRule[] = [
    { verbs: ['get'], apiGroups: [''], resources: ['configmaps', 'pods/log'] },
    { verbs: ['get', 'list', 'create'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'] },
    { verbs: ['*'], apiGroups: ['batch'], resources: ['*'] },
    { verbs: ['get'], apiGroups: ['apps'], resources: ['*/status', 'deployments/scale'] },
    { verbs: ['list'], apiGroups: ['*'], resources: ['leases'] },
    { verbs: ['get'], nonResourceURLs: ['/livez/*', '/debug/things', '/logs*'] },
    { verbs: ['get'] },
  ];
  beforeEach(() => {
    role('r', rules);
    bind('b', 'ClusterRole/r', [user('carol')]);
  });

  it.each([
    ['get core/configmaps c in ns', true],
    ['get core/configmaps c', true],
    ['list core/configmaps in ns', false],
    ['get apps/configmaps c in ns', false],
    ['get core/configmaps/status c in ns', false],
    ['get core/pods/log p in ns', true],
    ['get core/pods p in ns', false],
    ['get core/log p in ns', false],
    ['get core/secrets a in ns', true],
    ['get core/secrets c in ns', false],
    ['list core/secrets a in ns', true],
    ['list core/secrets in ns', false],
    ['create core/secrets in ns', false],
    ['delete batch/jobs j in ns', true],
    ['invent batch/anything/at-all j in ns', true],
    ['get apps/daemonsets/status d in ns', true],
    ['get core/daemonsets/status d in ns', false],
    ['get apps/deployments/scale d in ns', true],
    ['get apps/replicasets/scale d in ns', false],
    ['get apps/xdeployments/scale d in ns', false],
    ['get apps/deployments d in ns', false],
    ['list coordination.k8s.io/leases in ns', true],
    ['get coordination.k8s.io/leases l in ns', false],
    ['get path /livez/ping', true],
    ['get path /livez', false],
    ['get path /debug/things', true],
    ['get path /debug/things/more', false],
    ['get path /logs', true],
    ['get path /logs/x', true],
    ['post path /livez/ping', false],
  ])('%s: %s', (text, expected) => {
    // Twice: the second answer comes from what was remembered.
    expect(allows(text)).toBe(expected);
    expect(allows(text)).toBe(expected);
  });
});

describe('a binding', () => {
  beforeEach(() => {
    role('reader', [{ verbs: ['get'], apiGroups: ['g'], resources: ['r'] }]);
    role('reader', [{ verbs: ['list'], apiGroups: ['g'], resources: ['r'] }], 'ns');
  });

  it('of a Role grants in its namespace only', () => {
    bind('b', 'Role/reader', [user('carol')], 'ns');
    expect(allows('list g/r in ns')).toBe(true);
    expect(allows('list g/r in other')).toBe(false);
    expect(allows('list g/r')).toBe(false);
    expect(allows('get g/r x in ns')).toBe(false);
  });

  it('of a ClusterRole in a namespace grants there only', () => {
    bind('b', 'ClusterRole/reader', [user('carol')], 'ns');
    expect(allows('get g/r x in ns')).toBe(true);
    expect(allows('get g/r x in other')).toBe(false);
  });

  it('for the cluster grants everywhere', () => {
    bind('b', 'ClusterRole/reader', [user('carol')]);
    for (const where of ['', ' in ns', ' in other']) expect(allows(`get g/r x${where}`), where).toBe(true);
  });

  it.each([
    ['its user', [user('carol')], carol, true],
    ['another user', [user('bob')], carol, false],
    ['a group', [groupSubject('ops')], carol, true],
    ['a group of the name of the user', [groupSubject('carol')], carol, false],
    ['a user of the name of the group', [user('ops')], carol, false],
    [
      'a service account',
      [{ kind: 'ServiceAccount', name: 'robot', namespace: 'home' }],
      userInfo({ name: 'system:serviceaccount:home:robot' }),
      true,
    ],
    [
      'a service account elsewhere',
      [{ kind: 'ServiceAccount', name: 'robot', namespace: 'home' }],
      userInfo({ name: 'system:serviceaccount:ns:robot' }),
      false,
    ],
    [
      "a service account of the binding's namespace",
      [{ kind: 'ServiceAccount', name: 'robot' }],
      userInfo({ name: 'system:serviceaccount:ns:robot' }),
      true,
    ],
    ['a kind that is no subject', [{ kind: 'Robot', name: 'carol' }], carol, false],
    ['nobody', [], carol, false],
  ] as [string, Subject[], UserInfo, boolean][])('applies to %s', (_, subjects, who, expected) => {
    bind('b', 'ClusterRole/reader', subjects, 'ns');
    expect(allows('get g/r x in ns', who)).toBe(expected);
  });

  it('for the cluster needs the namespace of a service account', () => {
    bind('b', 'ClusterRole/reader', [{ kind: 'ServiceAccount', name: 'robot' }]);
    expect(allows('get g/r x', userInfo({ name: 'system:serviceaccount::robot' }))).toBe(false);
  });

  it.each([
    [
      'replaced',
      () => {
        bind('b', 'ClusterRole/reader', [user('bob')], 'ns');
      },
    ],
    [
      'removed',
      () => {
        index.remove('rolebindings', 'ns', 'b');
      },
    ],
    [
      'left without its role',
      () => {
        index.remove('clusterroles', '', 'reader');
      },
    ],
    [
      'left with an empty role',
      () => {
        role('reader', []);
      },
    ],
  ])('stops granting at once when it is %s', (_, change) => {
    bind('b', 'ClusterRole/reader', [user('carol')], 'ns');
    expect(allows('get g/r x in ns')).toBe(true);
    change();
    expect(allows('get g/r x in ns')).toBe(false);
  });

  it('grants at once when its role arrives', () => {
    bind('b', 'Role/late', [user('carol')], 'ns');
    expect(allows('get g/r x in ns')).toBe(false);
    role('late', [{ verbs: ['get'], apiGroups: ['g'], resources: ['r'] }], 'ns');
    expect(allows('get g/r x in ns')).toBe(true);
  });
});

describe('a decision', () => {
  beforeEach(() => {
    role('view', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
    role('local', [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }], 'ns');
  });

  const pods = (verb: string, who: UserInfo): Attributes => resourceAttributes(who, { verb, resource: 'pods', namespace: 'ns' });

  it('tells by which binding it was allowed', () => {
    bind('viewers', 'ClusterRole/view', [user('bob'), groupSubject('ops')]);
    bind('here', 'Role/local', [{ kind: 'ServiceAccount', name: 'robot' }], 'ns');
    expect(rbac.authorize(pods('get', carol)).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "viewers" of ClusterRole "view" to Group "ops"',
    );
    expect(rbac.authorize(pods('list', userInfo({ name: 'system:serviceaccount:ns:robot' }))).reason).toBe(
      'RBAC: allowed by RoleBinding "here/ns" of Role "local" to ServiceAccount "robot/ns"',
    );
  });

  it('names references that lead nowhere, to those whom they concern', () => {
    bind('a', 'Role/gone', [user('carol')], 'ns');
    expect(rbac.authorize(pods('get', carol)).reason).toBe('RBAC: role.rbac.authorization.k8s.io "gone" not found');
    bind('b', 'ClusterRole/gone', [user('carol')]);
    expect(rbac.authorize(pods('get', carol)).reason).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
    );
    expect(rbac.authorize(pods('get', userInfo({ name: 'bob' })))).toEqual({ decision: 'none', reason: '' });
    bind('c', 'Gone/x', [user('dave')], 'ns');
    expect(rbac.authorize(pods('get', userInfo({ name: 'dave' }))).reason).toBe('RBAC: unsupported role reference kind: "Gone"');
  });

  it('is refused in the words of the real server', () => {
    const status = (attributes: Attributes, reason = ''): unknown => forbidden(attributes, reason).status;
    expect(
      status(
        resourceAttributes(carol, {
          verb: 'get',
          group: 'apps',
          resource: 'deployments',
          subresource: 'scale',
          name: 'd',
          namespace: 'ns',
        }),
        'RBAC: x',
      ),
    ).toEqual({
      code: 403,
      reason: 'Forbidden',
      message:
        'deployments.apps "d" is forbidden: User "carol" cannot get resource "deployments/scale" in API group "apps" in the namespace "ns": RBAC: x',
      details: { name: 'd', group: 'apps', kind: 'deployments' },
    });
    expect(status(resourceAttributes(carol, { verb: 'list', resource: 'nodes' }))).toMatchObject({
      message: 'nodes is forbidden: User "carol" cannot list resource "nodes" in API group "" at the cluster scope',
    });
    expect(status(pathAttributes(carol, 'get', '/a<b>&"c'))).toMatchObject({
      message: 'forbidden: User "carol" cannot get path "/a&lt;b&gt;&amp;\\"c"',
    });
  });

  it('treats users of the same name with other groups apart', () => {
    bind('viewers', 'ClusterRole/view', [groupSubject('ops')]);
    expect(rbac.authorize(pods('get', carol)).decision).toBe('allow');
    expect(rbac.authorize(pods('get', userInfo({ name: 'carol', groups: ['dev'] }))).decision).toBe('none');
    expect(rbac.authorize(pods('get', userInfo({ name: 'carol', groups: ['o', 'ps'] }))).decision).toBe('none');
  });
});

describe('the rules of a user', () => {
  it('come from all bindings that apply in the namespace', () => {
    const one: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    const two: PolicyRule = { verbs: ['list'], apiGroups: [''], resources: ['pods'] };
    role('one', [one]);
    role('two', [two], 'ns');
    bind('a', 'ClusterRole/one', [groupSubject('ops')]);
    bind('b', 'Role/two', [user('carol')], 'ns');
    bind('c', 'Role/gone', [user('carol')], 'ns');
    expect(rbac.rulesFor(carol, 'ns')).toEqual({
      rules: [one, two],
      incomplete: false,
      errors: ['role.rbac.authorization.k8s.io "gone" not found'],
    });
    expect(rbac.rulesFor(carol, 'other').rules).toEqual([one]);
  });
});

describe('a chain of authorizers', () => {
  it('lets system:masters do everything, and AlwaysAllow everyone', () => {
    const chain = new AuthorizerChain([new PrivilegedGroup(), rbac]);
    const admin = userInfo({ name: 'admin', groups: ['system:masters'] });
    expect(chain.authorize(ask('delete g/r x', admin)).decision).toBe('allow');
    expect(chain.authorize(ask('delete g/r x')).decision).toBe('none');
    expect(new AuthorizerChain([new PrivilegedGroup(), new AlwaysAllow()]).authorize(ask('delete g/r x')).decision).toBe('allow');
  });

  it('joins the reasons of all', () => {
    const saying = (reason: string): PrivilegedGroup =>
      Object.assign(new PrivilegedGroup(), { authorize: () => ({ decision: 'none', reason }) });
    expect(new AuthorizerChain([saying('one'), saying(''), saying('two')]).authorize(ask('get g/r x'))).toEqual({
      decision: 'none',
      reason: 'one\ntwo',
    });
  });
});

describe('with 500 roles and 1,000 bindings', () => {
  it('a decision takes microseconds, a fresh user object included', () => {
    for (let i = 0; i < 500; i++) {
      const rules = Array.from({ length: 8 }, (_, k): PolicyRule => ({
        verbs: ['get', 'list'],
        apiGroups: ['g'],
        resources: [`r${String(k)}`, `s${String(k)}`],
      }));
      role(`role-${String(i)}`, rules, `ns-${String(i % 50)}`);
    }
    for (let i = 0; i < 1000; i++)
      bind(
        `b-${String(i)}`,
        `Role/role-${String(i % 500)}`,
        [user(`user-${String(i % 100)}`), groupSubject('everyone')],
        `ns-${String(i % 50)}`,
      );
    const users = Array.from({ length: 100 }, (_, i) =>
      userInfo({ name: `user-${String(i)}`, groups: ['everyone', 'system:authenticated'] }),
    );
    const run = (count: number, fresh: boolean): number => {
      const start = performance.now();
      for (let i = 0; i < count; i++) {
        const known = users[i % 100] ?? carol;
        rbac.authorize(
          resourceAttributes(fresh ? { ...known } : known, { verb: 'get', group: 'g', resource: 'r7', namespace: `ns-${String(i % 50)}` }),
        );
      }
      return ((performance.now() - start) * 1000) / count;
    };
    run(20_000, false);
    // Generous bounds: a scan of all bindings would take a hundred times as long.
    expect(run(50_000, false)).toBeLessThan(5);
    expect(run(50_000, true)).toBeLessThan(20);
  });
});
