import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../../src/index.js';
import type { KubeObject } from '../../src/registry/object.js';
import { refusal } from '../support/refusal.js';

const GROUP = 'admissionregistration.k8s.io';
const configMaps = { resource: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'default' };
const deployments = (version: string): object => ({ resource: { group: 'apps', version, resource: 'deployments' }, namespace: 'default' });
type ConfigMap = KubeObject & { data?: Record<string, string> };
const configMap = (name: string, data: Record<string, string> = {}, labels?: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  data,
});
const RULE = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] };

describe('Admission policies', () => {
  let cluster: Cluster;
  const open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
  });
  afterEach(async () => {
    for (const close of open.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await cluster.stop();
  });

  const make = async (resource: object, object: ConfigMap | object): Promise<void> => {
    const target = resource as typeof configMaps;
    await cluster.client.create(target, object as KubeObject);
    open.push(() => cluster.client.delete(target, (object as KubeObject).metadata.name ?? ''));
  };
  const configure = async (kind: 'Validating' | 'Mutating', name: string, spec: object, binding: object = {}): Promise<void> => {
    const bound = kind === 'Validating' ? { validationActions: ['Deny'] } : {};
    for (const [suffix, own] of [
      ['', { matchConstraints: { resourceRules: [RULE] }, ...(kind === 'Mutating' ? { reinvocationPolicy: 'Never' } : {}), ...spec }],
      ['Binding', { policyName: name, ...bound, ...binding }],
    ] as const) {
      const plural = suffix === '' ? 'policies' : 'policybindings';
      const target = { resource: { group: GROUP, version: 'v1', resource: `${kind.toLowerCase()}admission${plural}` } };
      await make(target, { apiVersion: `${GROUP}/v1`, kind: `${kind}AdmissionPolicy${suffix}`, metadata: { name }, spec: own });
    }
  };
  const create = (object: ConfigMap): Promise<ConfigMap> => cluster.client.create(configMaps, object, { dryRun: true });
  const apply = (expression: string): object => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
  const json = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

  it('refuse a request in the words of the first validation that fails', async () => {
    await configure('Validating', 'p', {
      validations: [{ expression: 'has(object.data)', message: 'data is missing', reason: 'Forbidden' }],
    });
    await expect(create(configMap('x', { a: '1' }))).resolves.toBeDefined();
    const message = "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: data is missing";
    await expect(refusal(create(configMap('x')))).resolves.toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: `configmaps "x" is forbidden: ${message}`,
      details: { name: 'x', kind: 'configmaps', causes: [{ message }] },
    });
  });

  it.each<[string, object, object, string, boolean]>([
    ['rules for other names', { resourceRules: [{ ...RULE, resourceNames: ['other'] }] }, {}, 'x', true],
    ['rules for its name', { resourceRules: [{ ...RULE, resourceNames: ['x'] }] }, {}, 'x', false],
    ['rules that exclude it', { resourceRules: [RULE], excludeResourceRules: [{ ...RULE, resourceNames: ['x'] }] }, {}, 'x', true],
    ['rules that exclude another', { resourceRules: [RULE], excludeResourceRules: [{ ...RULE, resourceNames: ['y'] }] }, {}, 'x', false],
    ['an object selector of the policy', { resourceRules: [RULE], objectSelector: { matchLabels: { a: 'b' } } }, {}, 'x', true],
    ['a namespace selector of the policy', { resourceRules: [RULE], namespaceSelector: { matchLabels: { none: '' } } }, {}, 'x', true],
    ['an object selector of the binding', { resourceRules: [RULE] }, { objectSelector: { matchLabels: { own: 'yes' } } }, 'x', false],
    ['a namespace selector of the binding', { resourceRules: [RULE] }, { namespaceSelector: { matchLabels: { none: '' } } }, 'x', true],
  ])('are or are not about an object by %s', async (_, matchConstraints, matchResources, name, passes) => {
    await configure('Validating', 'p', { matchConstraints, validations: [{ expression: 'false' }] }, { matchResources });
    const work = create(configMap(name, {}, { own: 'yes' }));
    if (passes) await expect(work).resolves.toBeDefined();
    else await expect(work).rejects.toThrow('failed expression: false');
  });

  it.each<[string, object, string | undefined]>([
    ['by its name', { name: 'two', parameterNotFoundAction: 'Deny' }, undefined],
    ['by its name, too small', { name: 'one', parameterNotFoundAction: 'Deny' }, 'at most 1'],
    ['by labels: all of them count', { selector: { matchLabels: { limits: '' } }, parameterNotFoundAction: 'Deny' }, 'at most 1'],
    [
      'that is missing',
      { name: 'none', parameterNotFoundAction: 'Deny' },
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    ],
    ['that may be missing', { name: 'none', parameterNotFoundAction: 'Allow' }, undefined],
    ['from another namespace', { name: 'one', namespace: 'kube-system', parameterNotFoundAction: 'Allow' }, undefined],
  ])('use a parameter %s', async (_, paramRef, fault) => {
    for (const [name, limit] of [
      ['one', '1'],
      ['two', '2'],
    ] as const)
      await make(configMaps, configMap(name, { limit }, { limits: '' }));
    const validations = [
      { expression: 'size(object.data) <= int(params.data.limit)', messageExpression: '"at most " + params.data.limit' },
    ];
    await configure('Validating', 'p', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations }, { paramRef });
    const work = create(configMap('x', { a: '1', b: '2' }));
    if (fault === undefined) await expect(work).resolves.toBeDefined();
    else await expect(work).rejects.toThrow(fault);
  });

  it.each<[string, object, string | undefined]>([
    ['fails', { validations: [{ expression: 'object.none == 1' }] }, 'no such key: none'],
    ['fails and is ignored', { failurePolicy: 'Ignore', validations: [{ expression: 'object.none == 1' }] }, undefined],
    [
      'has a condition that fails',
      { matchConditions: [{ name: 'a', expression: 'object.none == 1' }], validations: [{ expression: 'false' }] },
      'no such key',
    ],
    [
      'has a condition that is false',
      {
        matchConditions: [
          { name: 'a', expression: 'object.none == 1' },
          { name: 'b', expression: 'false' },
        ],
        validations: [{ expression: 'false' }],
      },
      undefined,
    ],
    [
      'has parameters of no kind',
      { paramKind: { apiVersion: 'example.com/v1', kind: 'None' }, validations: [{ expression: 'true' }] },
      "failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=None'",
    ],
    ['asks for rights', { validations: [{ expression: '!authorizer.requestResource.check("delete").allowed()' }] }, 'failed expression'],
    [
      'asks for the rights of a service account',
      {
        validations: [
          {
            expression: 'authorizer.serviceAccount("default", "default").group("").resource("secrets").check("get").allowed()',
          },
        ],
      },
      'failed expression',
    ],
    ['sees the namespace', { validations: [{ expression: 'namespaceObject.metadata.name != "default"' }] }, 'failed expression'],
  ])('that %s', async (_, spec, fault) => {
    const work = configure(
      'Validating',
      'p',
      spec,
      'paramKind' in spec ? { paramRef: { name: 'a', parameterNotFoundAction: 'Deny' } } : {},
    ).then(() => create(configMap('x')));
    if (fault === undefined) await expect(work).resolves.toBeDefined();
    else await expect(work).rejects.toThrow(fault);
  });

  it('are not asked about policies, nor bound by what is gone', async () => {
    const everything = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }];
    await configure('Validating', 'p', { matchConstraints: { resourceRules: everything }, validations: [{ expression: 'false' }] });
    await expect(refusal(create(configMap('x')))).resolves.toMatchObject({ code: 422 });
    for (const close of open.splice(0).reverse()) await close();
    await expect(create(configMap('x'))).resolves.toBeDefined();
  });

  it.each<[string, object[], Record<string, string> | string]>([
    ['merges configurations', [apply('Object{data: {"a": object.data.a + "!", "n": "1"}}')], { a: 'x!', n: '1' }],
    [
      'patches one after the other',
      [
        json('[JSONPatch{op: "add", path: "/data/b", value: "1"}]'),
        json('[JSONPatch{op: "add", path: "/data/c", value: object.data.b + "2"}]'),
      ],
      { a: 'x', b: '1', c: '12' },
    ],
    [
      'leaves the object alone if a test in a patch fails',
      [json('[JSONPatch{op: "test", path: "/data/a", value: "y"}, JSONPatch{op: "remove", path: "/data/a"}]')],
      { a: 'x' },
    ],
    [
      'fails at a path that is not there',
      [json('[JSONPatch{op: "remove", path: "/data/none"}]')],
      "policy 'p' with binding 'p' denied request: JSON Patch: ",
    ],
    [
      'fails at an unknown field',
      [apply('Object{wrong: "1"}')],
      "policy 'p' with binding 'p' denied request: error applying patch: failed to convert patch object to typed object: ",
    ],
    [
      'fails at a misplaced type',
      [apply('Object{metadata: Object.other{}}')],
      'type mismatch: unexpected type name "Object.other", expected "Object.metadata"',
    ],
  ])('that mutates %s', async (_, mutations, expected) => {
    await configure('Mutating', 'p', { mutations });
    const work = create(configMap('x', { a: 'x' }));
    if (typeof expected === 'string') await expect(work).rejects.toThrow(expected);
    else expect((await work).data).toEqual(expected);
  });

  it('are counted with what came of them', async () => {
    await configure('Validating', 'told', { validations: [{ expression: 'false' }] }, { validationActions: ['Warn', 'Audit'] });
    await configure('Validating', 'broken', { failurePolicy: 'Ignore', validations: [{ expression: 'object.none == 1' }] });
    await configure('Mutating', 'changed', { mutations: [json('[JSONPatch{op: "add", path: "/data/b", value: "2"}]')] });
    await create(configMap('x', { a: '1' }));
    const numbers = await (await fetch(`${cluster.insecureUrl ?? ''}/metrics`)).text();
    const check = (kind: string, name: string, rest: string): string =>
      `apiserver_${kind}_admission_policy_check_total{policy="${name}",policy_binding="${name}",${rest}} 1`;
    expect(numbers).toContain(check('validating', 'told', 'error_type="invalid_error",enforcement_action="warn"'));
    expect(numbers).toContain(check('validating', 'told', 'error_type="invalid_error",enforcement_action="audit"'));
    expect(numbers).toContain(check('validating', 'broken', 'error_type="invalid_error",enforcement_action="allow"'));
    expect(numbers).toContain(check('mutating', 'changed', 'error_type="no_error"'));
    expect(numbers).toContain('apiserver_validating_admission_policy_check_duration_seconds_bucket');
  });

  it('see what later ones changed only if they want to', async () => {
    const count = 'Object{data: {"names": string(size(object.data))}}';
    await configure('Mutating', 'a', { mutations: [apply(count)], reinvocationPolicy: 'IfNeeded' });
    await configure('Mutating', 'b', { mutations: [apply('Object{data: {"added": string(size(object.data))}}')] });
    expect((await create(configMap('x', { one: '1' }))).data).toEqual({ one: '1', names: '3', added: '2' });
  });

  it('leave no trace in managed fields, and fill in defaults', async () => {
    const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] };
    const sidecar =
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "side", image: "side:1"}]}}}}';
    await configure('Mutating', 'p', { matchConstraints: { resourceRules: [rule] }, mutations: [apply(sidecar)] });
    const labels = { app: 'x' };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'own', image: 'own:1' }] } },
      },
    };
    const made: KubeObject = await cluster.client.create(deployments('v1') as typeof configMaps, deployment, { dryRun: true });
    expect(made.spec).toMatchObject({
      template: { spec: { containers: [{ name: 'own' }, { name: 'side', image: 'side:1', imagePullPolicy: 'IfNotPresent' }] } },
    });
    expect(JSON.stringify(made.metadata.managedFields)).not.toContain('side');
  });
});
