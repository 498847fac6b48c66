import { beforeEach, describe, expect, it } from 'vitest';
import { parseFieldSelector } from '../../../src/apimachinery/field-selector.js';
import { pathAttributes, resourceAttributes, type Attributes } from '../../../src/auth/authorization/attributes.js';
import { nodeRules } from '../../../src/auth/bootstrap/policy.js';
import { userInfo } from '../../../src/auth/identities.js';
import { NodeAuthorizer } from '../../../src/auth/node/authorizer.js';
import { NodeGraph } from '../../../src/auth/node/graph.js';
import type { KubeObject } from '../../../src/registry/object.js';

const kubelet = userInfo({ name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] });

let graph: NodeGraph;
let authorizer: NodeAuthorizer;

function object(name: string, spec: object, more: object = {}, namespace: string | undefined = 'ns'): KubeObject {
  return { apiVersion: 'v1', kind: 'X', metadata: { name, namespace, uid: `uid-${name}` }, spec, ...more };
}

const POD = {
  nodeName: 'n1',
  serviceAccountName: 'robot',
  imagePullSecrets: [{ name: 'pull' }],
  containers: [
    {
      env: [{ valueFrom: { secretKeyRef: { name: 'key' } } }, { valueFrom: { configMapKeyRef: { name: 'cmkey' } } }],
      envFrom: [{ secretRef: { name: 'env' } }],
    },
  ],
  initContainers: [{ envFrom: [{ configMapRef: { name: 'cmenv' } }] }],
  volumes: [
    { name: 'a', secret: { secretName: 'mounted' } },
    { name: 'b', configMap: { name: 'cm' } },
    {
      name: 'c',
      projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'cmprojected' } }, { serviceAccountToken: {} }] },
    },
    { name: 'd', persistentVolumeClaim: { claimName: 'claim' } },
    { name: 'e', ephemeral: { volumeClaimTemplate: {} } },
    { name: 'f', csi: { driver: 'x', nodePublishSecretRef: { name: 'csi' } } },
    { name: 'g', emptyDir: {} },
  ],
  resourceClaims: [
    { name: 'x', resourceClaimName: 'direct' },
    { name: 'y', resourceClaimTemplateName: 't' },
  ],
};

beforeEach(() => {
  graph = new NodeGraph();
  authorizer = new NodeAuthorizer(graph, nodeRules());
  graph.put('pods', object('mine', POD, { status: { resourceClaimStatuses: [{ name: 'y', resourceClaimName: 'made' }] } }));
  graph.put('pods', object('theirs', { nodeName: 'n2', volumes: [{ name: 'a', secret: { secretName: 'theirs' } }] }));
  graph.put('pods', object('nowhere', { volumes: [{ name: 'a', secret: { secretName: 'nowhere' } }] }));
  const claimRef = { namespace: 'ns', name: 'claim' };
  graph.put(
    'persistentvolumes',
    object(
      'pv',
      {
        claimRef,
        csi: {
          nodeStageSecretRef: { namespace: 'vault', name: 'stage' },
          controllerPublishSecretRef: { namespace: 'vault', name: 'controller' },
        },
      },
      {},
      '',
    ),
  );
  graph.put('volumeattachments', object('va', { nodeName: 'n1' }, {}, ''));
  graph.put('resourceslices', object('slice', { nodeName: 'n2' }, {}, ''));
});

/** `get apps/deployments/scale name @ns ?fieldSelector`, groups abbreviated to nothing for core. */
function ask(text: string): Attributes {
  const [verb = '', what = '', ...rest] = text.split(' ');
  const [group = '', resource = '', subresource = ''] = what.split('/');
  const selector = rest.find((word) => word.startsWith('?'))?.slice(1);
  return resourceAttributes(kubelet, {
    verb,
    group: group === 'core' ? '' : group,
    resource,
    subresource,
    namespace: rest.find((word) => word.startsWith('@'))?.slice(1),
    name: rest.find((word) => /^\w/.test(word)),
    fieldSelector: selector === undefined ? undefined : () => parseFieldSelector(selector).requirements,
  });
}

const NONE = "no relationship found between node 'n1' and this object";

describe('a node', () => {
  it.each([
    ...['mounted', 'env', 'key', 'pull', 'projected', 'csi'].map((name) => `get core/secrets ${name} @ns`),
    ...['cm', 'cmkey', 'cmenv', 'cmprojected'].map((name) => `get core/configmaps ${name} @ns`),
    'list core/secrets mounted @ns',
    'watch core/secrets mounted @ns',
    'get core/secrets stage @vault',
    'get core/persistentvolumeclaims claim @ns',
    'get core/persistentvolumeclaims mine-e @ns',
    'patch core/persistentvolumeclaims/status claim @ns',
    'get core/persistentvolumes pv',
    'get storage.k8s.io/volumeattachments va',
    'get resource.k8s.io/resourceclaims direct @ns',
    'get resource.k8s.io/resourceclaims made @ns',
    'get core/serviceaccounts robot @ns',
    'create core/serviceaccounts/token robot @ns',
    'get core/pods mine @ns',
    'list core/pods ?spec.nodeName=n1',
    'list core/pods mine @ns ?metadata.name=mine',
    'create core/pods @ns',
    'delete core/pods theirs @ns',
    'patch core/pods/status theirs @ns',
    'create core/pods/eviction theirs @ns',
    'create core/nodes',
    'get core/nodes n1',
    'patch core/nodes/status n2',
    'create coordination.k8s.io/leases @kube-node-lease',
    'update coordination.k8s.io/leases n1 @kube-node-lease',
    'get storage.k8s.io/csinodes n1',
    'create resource.k8s.io/resourceslices',
    'list resource.k8s.io/resourceslices ?spec.nodeName=n1',
    'list core/services',
    'create core/events @ns',
    'create certificates.k8s.io/certificatesigningrequests',
  ])('may %s', (text) => {
    expect(authorizer.authorize(ask(text)).decision).toBe('allow');
  });

  it.each([
    ['get core/secrets theirs @ns', NONE],
    ['get core/secrets nowhere @ns', NONE],
    ['get core/secrets mounted @other', NONE],
    ['get core/secrets controller @vault', NONE],
    ['list core/secrets @ns', 'No Object name found'],
    ['get core/secrets mounted', 'can only read namespaced object of this type'],
    ['create core/secrets @ns', 'can only read resources of this type'],
    ['get core/secrets/x mounted @ns', 'cannot read subresource'],
    ['list core/persistentvolumeclaims @ns', 'can only get individual resources of this type'],
    ['get core/persistentvolumeclaims/status claim @ns', 'can only get/update/patch this type'],
    ['get core/persistentvolumes/status pv', 'cannot get subresource'],
    ['get core/serviceaccounts other @ns', NONE],
    ['list core/serviceaccounts @ns', 'can only create tokens for individual service accounts'],
    ['create core/serviceaccounts robot @ns', 'can only create token subresource of serviceaccount'],
    ['create core/serviceaccounts/token other @ns', NONE],
    ['get core/pods theirs @ns', NONE],
    ['list core/pods @ns', 'can only list/watch pods with spec.nodeName field selector'],
    ['list core/pods ?spec.nodeName=n2', 'can only list/watch pods with spec.nodeName field selector'],
    ['list core/pods ?spec.nodeName!=n1', 'can only list/watch pods with spec.nodeName field selector'],
    ['patch core/pods mine @ns', ''],
    ['get core/pods/log mine @ns', ''],
    ['list core/nodes', "node 'n1' cannot read all nodes, only its own Node object"],
    ['get core/nodes n2', "node 'n1' cannot read 'n2', only its own Node object"],
    ['delete core/nodes n1', ''],
    ['get core/nodes/proxy n1', ''],
    ['get coordination.k8s.io/leases n2 @kube-node-lease', 'can only access node lease with the same name as the requesting node'],
    ['get coordination.k8s.io/leases n1 @ns', 'can only access leases in the "kube-node-lease" system namespace'],
    ['list coordination.k8s.io/leases @kube-node-lease', 'can only get, create, update, patch, or delete a node lease'],
    ['get storage.k8s.io/csinodes n2', 'can only access CSINode with the same name as the requesting node'],
    ['get resource.k8s.io/resourceslices slice', NONE],
    ['list resource.k8s.io/resourceslices', 'can only list/watch/deletecollection resourceslices with nodeName field selector'],
    ['list apps/deployments @ns', ''],
    ['list certificates.k8s.io/podcertificaterequests', ''],
  ])('may not %s', (text, reason) => {
    expect(authorizer.authorize(ask(text))).toEqual({ decision: 'none', reason });
  });

  it('is only who has both the name and the group', () => {
    const services = (user: ReturnType<typeof userInfo>): unknown =>
      authorizer.authorize(resourceAttributes(user, { verb: 'list', resource: 'services' }));
    expect(services(userInfo({ name: 'system:node:n1', groups: ['writers'] }))).toEqual({ decision: 'none', reason: '' });
    expect(services(userInfo({ name: 'somebody', groups: ['system:nodes'] }))).toEqual({ decision: 'none', reason: '' });
    expect(services(userInfo({ name: 'system:node:', groups: ['system:nodes'] }))).toEqual({
      decision: 'none',
      reason: 'unknown node for user "system:node:"',
    });
    expect(authorizer.authorize(pathAttributes(kubelet, 'get', '/metrics'))).toEqual({ decision: 'none', reason: '' });
  });

  it('has rights that no rule tells of', () => {
    expect(authorizer.rulesFor(kubelet)).toEqual({
      rules: [],
      incomplete: true,
      errors: ['node authorizer does not support user rule resolution'],
    });
    expect(authorizer.rulesFor(userInfo({ name: 'carol' })).incomplete).toBe(false);
  });
});

describe('the graph', () => {
  const reads = (name: string, resource = 'core/secrets', namespace = ' @ns'): boolean =>
    authorizer.authorize(ask(`get ${resource} ${name}${namespace}`)).decision === 'allow';

  it('forgets with the last pod that used an object', () => {
    graph.put('pods', object('second', { nodeName: 'n1', volumes: [{ name: 'a', secret: { secretName: 'mounted' } }] }));
    graph.remove('pods', 'ns', 'mine');
    expect(reads('mounted')).toBe(true);
    expect(reads('env')).toBe(false);
    expect(reads('pv', 'core/persistentvolumes', '')).toBe(false);
    graph.remove('pods', 'ns', 'second');
    expect(reads('mounted')).toBe(false);
  });

  it('notices a pod made anew, ephemeral containers and claims, but not a mere status', () => {
    graph.put(
      'pods',
      object(
        'mine',
        { ...POD, volumes: [] },
        { status: { phase: 'Running', resourceClaimStatuses: [{ name: 'y', resourceClaimName: 'made' }] } },
      ),
    );
    expect(reads('mounted')).toBe(true);
    graph.put('pods', object('mine', { ...POD, ephemeralContainers: [{ envFrom: [{ secretRef: { name: 'late' } }] }] }, { status: {} }));
    expect(reads('late')).toBe(true);
    expect(reads('made', 'resource.k8s.io/resourceclaims')).toBe(false);
    graph.put('pods', { ...object('mine', { nodeName: 'n1' }), metadata: { name: 'mine', namespace: 'ns', uid: 'another' } });
    expect(reads('mounted')).toBe(false);
  });

  it('gives a mirror pod nothing but itself', () => {
    graph.put('pods', {
      ...object('mirror', { nodeName: 'n1', volumes: [{ name: 'a', secret: { secretName: 'wanted' } }] }),
      metadata: { name: 'mirror', namespace: 'ns', annotations: { 'kubernetes.io/config.mirror': 'x' } },
    });
    expect(reads('wanted')).toBe(false);
    expect(reads('mirror', 'core/pods')).toBe(true);
  });

  it('follows volumes to other claims', () => {
    graph.put(
      'persistentvolumes',
      object('pv', { claimRef: { namespace: 'ns', name: 'other' }, rbd: { secretRef: { name: 'home' } } }, {}, ''),
    );
    expect(reads('pv', 'core/persistentvolumes', '')).toBe(false);
    expect(reads('stage', 'core/secrets', ' @vault')).toBe(false);
    graph.put(
      'persistentvolumes',
      object('pv', { claimRef: { namespace: 'ns', name: 'claim' }, rbd: { secretRef: { name: 'home' } } }, {}, ''),
    );
    expect(reads('home')).toBe(true);
    graph.remove('persistentvolumes', '', 'pv');
    expect(reads('home')).toBe(false);
  });

  it('forgets attachments', () => {
    graph.put('volumeattachments', object('va', { nodeName: 'n2' }, {}, ''));
    expect(reads('va', 'storage.k8s.io/volumeattachments', '')).toBe(false);
    graph.put('volumeattachments', object('va', { nodeName: 'n1' }, {}, ''));
    graph.remove('volumeattachments', '', 'va');
    expect(reads('va', 'storage.k8s.io/volumeattachments', '')).toBe(false);
  });
});
