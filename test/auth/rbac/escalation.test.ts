import { beforeEach, describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/apimachinery/status.js';
import { AuthorizerChain } from '../../../src/auth/authorization/authorizer.js';
import { userInfo } from '../../../src/auth/identities.js';
import { RbacAuthorizer } from '../../../src/auth/rbac/authorizer.js';
import { uncovered } from '../../../src/auth/rbac/covers.js';
import { EscalationCheck } from '../../../src/auth/rbac/escalation.js';
import { RbacIndex } from '../../../src/auth/rbac/index.js';
import type { BindingObject, PolicyRule, RoleObject } from '../../../src/auth/rbac/policy-rule.js';

const GROUP = 'rbac.authorization.k8s.io';
const alice = userInfo({ name: 'alice', groups: ['developers', 'system:authenticated'] });
const context = { user: alice, namespace: 'ns', name: '' };
const get = (resource: string): PolicyRule => ({ verbs: ['get'], apiGroups: [''], resources: [resource] });

let index: RbacIndex;
let check: EscalationCheck;

function role(name: string, rules: PolicyRule[], more: object = {}, namespace?: string): RoleObject {
  return { apiVersion: `${GROUP}/v1`, kind: 'Role', metadata: { name, namespace }, rules, ...more } as RoleObject;
}

function binding(name: string, kind: string, roleName: string, namespace?: string): BindingObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    subjects: [{ kind: 'User', name: 'alice' }],
    roleRef: { apiGroup: GROUP, kind, name: roleName },
  };
}

/** Gives alice rules in `ns`. */
function hold(...rules: PolicyRule[]): void {
  index.put('roles', role('held', rules, {}, 'ns'));
  index.put('rolebindings', binding('held', 'Role', 'held', 'ns'));
}

function problem(run: () => void): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return { code: error.status.code, message: error.status.message };
    throw error;
  }
}

beforeEach(() => {
  index = new RbacIndex();
  const rbac = new RbacAuthorizer(index);
  check = new EscalationCheck(rbac, new AuthorizerChain([rbac]));
});

describe('who writes a role', () => {
  it('may grant what they hold', () => {
    hold({ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'secrets'] });
    check.checkRole('roles', role('r', [get('pods'), get('secrets')]), undefined, context);
  });

  it('may grant nothing else, and is told what is missing, joined and sorted', () => {
    hold(get('pods'));
    const wanted = role('r', [
      { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'] },
    ]);
    expect(
      problem(() => {
        check.checkRole('roles', wanted, undefined, context);
      }),
    ).toEqual({
      code: 403,
      message:
        `roles.${GROUP} "r" is forbidden: user "alice" (groups=["developers" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n` +
        '{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["get"]}\n' +
        '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get"]}\n' +
        '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "list" "watch"]}',
    });
  });

  it('is told of references that lead nowhere', () => {
    index.put('rolebindings', binding('dangling', 'Role', 'gone', 'ns'));
    expect(
      problem(() => {
        check.checkRole('roles', role('r', [get('pods')]), undefined, context);
      }),
    ).toMatchObject({
      message: expect.stringMatching(
        /Verbs:\["get"\]\}; resolution errors: \[roles\.rbac\.authorization\.k8s\.io "gone" not found\]$/,
      ) as string,
    });
  });

  it('may do so with the verb escalate, or as system:masters', () => {
    index.put('clusterroles', role('escalator', [{ verbs: ['escalate'], apiGroups: [GROUP], resources: ['roles'] }]));
    index.put('rolebindings', binding('b', 'ClusterRole', 'escalator', 'ns'));
    check.checkRole('roles', role('r', [get('pods')]), undefined, context);
    expect(
      problem(() => {
        check.checkRole('roles', role('r', [get('pods')]), undefined, { ...context, namespace: 'other' });
      }),
    ).toBeDefined();
    expect(
      problem(() => {
        check.checkRole('clusterroles', role('r', [get('pods')]), undefined, { ...context, namespace: '' });
      }),
    ).toBeDefined();
    check.checkRole('clusterroles', role('r', [get('pods')]), undefined, {
      ...context,
      user: userInfo({ name: 'x', groups: ['system:masters'] }),
    });
  });

  it('may only aggregate with full authority', () => {
    const aggregate = role('r', [], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } });
    const refused = {
      code: 403,
      message: `clusterroles.${GROUP} "r" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    };
    const cluster = { ...context, namespace: '' };
    expect(
      problem(() => {
        check.checkRole('clusterroles', aggregate, undefined, cluster);
      }),
    ).toEqual(refused);
    expect(
      problem(() => {
        check.checkRole('clusterroles', role('r', []), aggregate, cluster);
      }),
    ).toEqual(refused);
    index.put(
      'clusterroles',
      role('cluster-admin', [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
        { verbs: ['*'], nonResourceURLs: ['*'] },
      ]),
    );
    index.put('clusterrolebindings', binding('b', 'ClusterRole', 'cluster-admin'));
    check.checkRole('clusterroles', aggregate, undefined, cluster);
  });

  it('may change owners and finalizers of any role', () => {
    const old = role('r', [get('pods')]);
    const changed = { ...old, metadata: { ...old.metadata, finalizers: ['x'], ownerReferences: [], managedFields: [] } };
    check.checkRole('roles', changed, old, context);
    expect(
      problem(() => {
        check.checkRole('roles', { ...changed, metadata: { ...changed.metadata, labels: { a: 'b' } } }, old, context);
      }),
    ).toBeDefined();
  });
});

describe('who writes a binding', () => {
  it('must hold what the role grants', () => {
    index.put('clusterroles', role('view', [get('pods')]));
    expect(
      problem(() => {
        check.checkBinding('rolebindings', binding('b', 'ClusterRole', 'view'), undefined, context);
      }),
    ).toMatchObject({ code: 403 });
    hold(get('pods'));
    check.checkBinding('rolebindings', binding('b', 'ClusterRole', 'view'), undefined, context);
    expect(
      problem(() => {
        check.checkBinding('clusterrolebindings', binding('b', 'ClusterRole', 'view'), undefined, context);
      }),
    ).toMatchObject({
      message: expect.stringMatching(/^clusterrolebindings\.rbac\.authorization\.k8s\.io "b" is forbidden: user "alice"/) as string,
    });
  });

  it('or may bind that role', () => {
    index.put('clusterroles', role('admin', [get('secrets')]));
    hold({ verbs: ['bind'], apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['admin'] });
    check.checkBinding('rolebindings', binding('b', 'ClusterRole', 'admin'), undefined, context);
    check.checkBinding('rolebindings', binding('b', 'ClusterRole', 'admin'), binding('b', 'ClusterRole', 'other'), context);
  });

  it('is told that a role is missing', () => {
    expect(
      problem(() => {
        check.checkBinding('rolebindings', binding('b', 'Role', 'gone'), undefined, context);
      }),
    ).toEqual({ code: 404, message: `rolebindings.${GROUP} "gone" not found` });
    expect(
      problem(() => {
        check.checkBinding('clusterrolebindings', binding('b', 'ClusterRole', 'gone'), undefined, context);
      }),
    ).toEqual({
      code: 404,
      message: `clusterrolebindings.${GROUP} "gone" not found`,
    });
    expect(
      problem(() => {
        check.checkBinding('clusterrolebindings', binding('b', 'Role', 'gone'), undefined, context);
      }),
    ).toEqual({ code: 400, message: 'Namespace parameter required.' });
    expect(
      problem(() => {
        check.checkBinding('rolebindings', binding('b', 'Gone', 'x'), undefined, context);
      }),
    ).toEqual({ code: 500, message: 'unsupported role reference kind: "Gone"' });
  });
});

describe('covering', () => {
  const star: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  it.each<[string, PolicyRule[], PolicyRule, number]>([
    ['everything covers anything', [star], { verbs: ['get', '*'], apiGroups: ['a', '*'], resources: ['b', '*', 'c/d'] }, 0],
    [
      'a list does not cover everything',
      [{ verbs: ['get'], apiGroups: ['a'], resources: ['b'] }],
      { verbs: ['*'], apiGroups: ['a'], resources: ['b'] },
      1,
    ],
    ['several rules cover together', [get('a'), get('b')], { verbs: ['get'], apiGroups: [''], resources: ['a', 'b'] }, 0],
    ['*/status covers the status of each', [get('*/status')], { verbs: ['get'], apiGroups: [''], resources: ['a/status', 'a'] }, 1],
    ['all names cover one', [get('a')], { ...get('a'), resourceNames: ['x'] }, 0],
    ['one name does not cover all', [{ ...get('a'), resourceNames: ['x'] }], get('a'), 1],
    ['paths by prefix', [{ verbs: ['get'], nonResourceURLs: ['/a/*'] }], { verbs: ['get'], nonResourceURLs: ['/a/b', '/a', '/b'] }, 2],
    ['resources say nothing about paths', [star], { verbs: ['get'], nonResourceURLs: ['/a'] }, 1],
    ['a rule of nothing needs nothing', [], { verbs: ['get'] }, 0],
  ])('%s', (_, held, wanted, missing) => {
    expect(uncovered(held, [wanted])).toHaveLength(missing);
  });

  it('never takes apart what has too many parts', () => {
    const many = (prefix: string): string[] => Array.from({ length: 2000 }, (_, i) => `${prefix}${String(i)}`);
    const huge = { verbs: many('v'), apiGroups: many('g'), resources: many('r'), resourceNames: many('n') };
    expect(uncovered([get('a')], [huge])).toEqual([huge]);
    expect(uncovered([star], [huge])).toEqual([]);
  });
});
