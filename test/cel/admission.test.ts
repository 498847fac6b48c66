import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkPolicyTypes,
  compileDeviceSelector,
  compileExpression,
  MutatingExpressions,
  ValidatingExpressions,
  type AdmissionInput,
  type ExpressionUse,
} from '../../src/cel/engine.js';
import { loadCel } from '../../src/cel/loader.js';
import type { GroupVersionKind } from '../../src/apimachinery/group-version.js';
import type { StructType } from '../../src/schema/type.js';
import { typeRegistry } from '../../src/schema/types.js';

beforeAll(async () => {
  await loadCel();
});

const USE: ExpressionUse = { returns: 'bool', hasParams: false, hasAuthorizer: true, hasPatchTypes: false, variables: new Map() };
const withVariables = (variables: Record<string, string>): Partial<ExpressionUse> => ({ variables: new Map(Object.entries(variables)) });

describe('Expressions of policies', () => {
  it.each<[string, Partial<ExpressionUse>, string | undefined]>([
    ['object.spec.replicas > 1', {}, undefined],
    ['request.userInfo.username == "a" && request.operation in ["CREATE"]', {}, undefined],
    ['namespaceObject.metadata.labels["a"] == "b"', {}, undefined],
    ['authorizer.requestResource.check("get").allowed()', {}, undefined],
    ['authorizer.group("").resource("pods").check("get").allowed()', { hasAuthorizer: false }, "undeclared reference to 'authorizer'"],
    ['params == null', {}, "undeclared reference to 'params'"],
    ['params == null', { hasParams: true }, undefined],
    ['request.user == "a"', {}, "undefined field 'user'"],
    ['1 + 1', {}, 'must evaluate to bool but got int'],
    ['["a"]', { returns: 'string' }, 'must evaluate to string but got list(string)'],
    ['1', { returns: 'stringOrNull' }, 'must evaluate to one of [string null_type] but got int'],
    ['null', { returns: 'stringOrNull' }, undefined],
    ['variables.a', withVariables({ a: 'true' }), undefined],
    ['variables.b', withVariables({ a: 'true' }), "undefined field 'b'"],
    ['variables.b', withVariables({ a: '1', b: 'variables.a == 1' }), undefined],
    ['variables.a == 1', { variables: undefined }, "undeclared reference to 'variables'"],
    ['variables.a == "x"', withVariables({ a: '1' }), "found no matching overload for '_==_' applied to '(int, string)'"],
    ['variables.a == "x"', withVariables({ a: 'object.spec' }), undefined],
    ['Object{spec: Object.spec{replicas: 1}}', { returns: 'object', hasPatchTypes: true }, undefined],
    ['Object{}', { returns: 'object' }, "undeclared reference to 'Object'"],
    [
      '[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("b/c"), value: [1]}]',
      { returns: 'jsonPatch', hasPatchTypes: true },
      undefined,
    ],
    [
      '[JSONPatch{op: 1}]',
      { returns: 'jsonPatch', hasPatchTypes: true },
      "expected type of field 'op' is 'string' but provided type is 'int'",
    ],
    ['"a".matches("(")', {}, 'invalid matches argument'],
  ])('%s is checked as %o', (source, use, fault) => {
    const found = compileExpression(source, { ...USE, ...use })?.detail;
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault);
  });
});

describe('Device selectors', () => {
  it.each<[string, string | undefined]>([
    ['device.driver == "gpu.example.com"', undefined],
    ['device.attributes["gpu.example.com"].model == "a100"', undefined],
    ['device.capacity["gpu.example.com"].memory.compareTo(quantity("10Gi")) >= 0', undefined],
    ['cel.bind(gpu, device.attributes["gpu.example.com"], gpu.a && gpu.b)', undefined],
    ['device.attributes["gpu.example.com"].flag', undefined],
    ['device.allowMultipleAllocations', undefined],
    ['device.name == "a"', "Invalid compilation failed: ERROR: <input>:1:7: undefined field 'name'"],
    ['device.driver', 'Invalid must evaluate to bool or the unknown type, not string'],
    [
      'device.attributes["a"].b.matches("a") && [1, 2, 3, 4, 5, 6, 7, 8, 9].all(x, [1, 2, 3, 4, 5, 6, 7, 8, 9].all(y, device.attributes.all(d, device.attributes[d].all(a, device.attributes[d][a].contains(d)))))',
      'Forbidden too complex, exceeds cost limit',
    ],
  ])('%s is judged', (source, expected) => {
    const fault = compileDeviceSelector(source);
    expect(fault && `${fault.type} ${fault.detail}`.slice(0, expected?.length)).toBe(expected);
  });
});

const INPUT: AdmissionInput = {
  request: { operation: 'CREATE', name: 'one' },
  object: { metadata: { name: 'one' }, spec: { replicas: 3, names: ['a', 'b'] } },
  oldObject: null,
  namespaceObject: null,
  params: { limit: 2 },
  resource: { group: '', resource: 'things', subresource: '', namespace: '', name: 'one' },
};
const PARTS = { hasParams: true, variables: [], matchConditions: [] } as const;

const numbers = (count: number): string => `[${Array.from({ length: count }, (_, i) => i).join(', ')}]`;
/** Costs more than an expression may. */
const DEAR = `${numbers(60)}.all(x, ${numbers(60)}.all(y, ${numbers(60)}.all(z, x + y + z >= 0)))`;

describe('Validations', () => {
  it.each<[string, object, object]>([
    ['pass', { expression: 'oldObject == null && object.spec.replicas > params.limit' }, {}],
    [
      'say what failed',
      { expression: ' object.spec.replicas < 3 ' },
      { denial: 'failed expression: object.spec.replicas < 3', reason: 'Invalid' },
    ],
    ['have a message', { expression: 'false', message: ' no ', reason: 'Forbidden' }, { denial: 'no', reason: 'Forbidden' }],
    [
      'make a message',
      { expression: 'false', messageExpression: '"limit " + string(params.limit)' },
      { denial: 'limit 2', reason: 'Invalid' },
    ],
    [
      'fall back from messages of several lines',
      { expression: 'false', message: 'no', messageExpression: '"a\\nb"' },
      { denial: 'no', reason: 'Invalid' },
    ],
    [
      'fall back from empty messages',
      { expression: 'false', message: 'no', messageExpression: '" "' },
      { denial: 'no', reason: 'Invalid' },
    ],
    [
      'fall back from long messages',
      { expression: 'false', message: 'no', messageExpression: `"${'x'.repeat(5121)}"` },
      { denial: 'no', reason: 'Invalid' },
    ],
    [
      'fall back from messages that fail',
      { expression: 'false', message: 'no', messageExpression: 'object.none' },
      { denial: 'no', reason: 'Invalid' },
    ],
    [
      'fail',
      { expression: 'object.none == 1' },
      { denial: "expression 'object.none == 1' resulted in error: no such key: none", failed: true },
    ],
    [
      'are stopped',
      { expression: DEAR },
      { denial: expect.stringContaining('operation cancelled: actual cost limit exceeded') as string, failed: true },
    ],
  ])('%s', (_, validation, expected) => {
    const expressions = new ValidatingExpressions({ ...PARTS, validations: [validation], auditAnnotations: [] });
    expect(expressions.judge(INPUT).decisions).toEqual([{ index: 0, ...expected }]);
  });

  it.each([
    ['searches that look at a text again and again', `'${'a'.repeat(30_000)}'.findAll('a*?b|a').size() > 0`],
    ['texts that grow', `'x'${".replace('x', 'xxxxxxxxxx')".repeat(12)} == ''`],
    ['texts that grow at once', `'${'x'.repeat(40_000)}'.replace('x', '${'y'.repeat(40_000)}') == ''`],
    ['lists of everything', 'lists.range(9223372036854775807).size() > 0'],
    ['comparisons of all with all', 'lists.range(100000).distinct().size() > 0'],
    ['folds in folds', 'lists.range(300).all(i, lists.range(300).all(j, lists.range(300).all(k, i + j + k >= 0)))'],
  ])('are stopped at %s', (_, expression) => {
    const expressions = new ValidatingExpressions({ ...PARTS, validations: [{ expression }], auditAnnotations: [] });
    expect(expressions.judge(INPUT).decisions[0]?.denial).toMatch(/cost limit exceeded|running out of cost budget/);
  });

  it('share a budget with variables, which are evaluated once', () => {
    const variables = [{ name: 'all', expression: DEAR }];
    const validations = Array.from({ length: 50 }, () => ({ expression: 'variables.all || true' }));
    const expressions = new ValidatingExpressions({ ...PARTS, variables, validations, auditAnnotations: [] });
    expect(expressions.judge(INPUT).decisions.every(({ denial }) => denial === undefined)).toBe(true);
    const dear = Array.from({ length: 12 }, () => ({ expression: `${DEAR} || true` }));
    const { decisions } = new ValidatingExpressions({ ...PARTS, validations: dear, auditAnnotations: [] }).judge(INPUT);
    expect(decisions).toEqual([
      { index: 0, denial: 'validation failed due to running out of cost budget, no further validation rules will be run', failed: true },
    ]);
  });

  it('leave notes', () => {
    const auditAnnotations = [
      { key: 'text', valueExpression: '" replicas " + string(object.spec.replicas) + " "' },
      { key: 'none', valueExpression: 'object.spec.replicas > 1 ? null : null' },
      { key: 'empty', valueExpression: '"  "' },
      { key: 'wrong', valueExpression: 'string(object.none)' },
    ];
    expect(new ValidatingExpressions({ ...PARTS, validations: [], auditAnnotations }).judge(INPUT).notes).toEqual([
      { key: 'text', value: 'replicas 3' },
      { key: 'wrong', error: "expression 'string(object.none)' resulted in error: no such key: none", failed: true },
    ]);
  });
});

describe('Mutations', () => {
  const apply = (expression: string): object => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } });
  const json = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
  it.each<[object, object | string]>([
    [apply('Object{spec: Object.spec{replicas: params.limit, ?none: optional.none()}}'), { configuration: { spec: { replicas: 2 } } }],
    [apply('Object{metadata: Object.metadata{labels: {"a": "b"}}}'), { configuration: { metadata: { labels: { a: 'b' } } } }],
    [
      apply('Object{spec: Object.wrong{}}'),
      'type mismatch: unexpected type name "Object.wrong", expected "Object.spec", which matches field name path from root Object type',
    ],
    [apply('Object{spec: object.none}'), "expression 'Object{spec: object.none}' resulted in error: no such key: none"],
    [json('[JSONPatch{op: "remove", path: "/spec/names/0"}]'), { operations: [{ op: 'remove', path: '/spec/names/0' }] }],
    [
      json('object.spec.names.map(n, JSONPatch{op: "add", path: "/x/" + n, value: {"n": n}})'),
      {
        operations: [
          { op: 'add', path: '/x/a', value: { n: 'a' } },
          { op: 'add', path: '/x/b', value: { n: 'b' } },
        ],
      },
    ],
    [
      json('[JSONPatch{op: "add", path: "/spec/t", value: Object.spec.t{a: 1}}]'),
      { operations: [{ op: 'add', path: '/spec/t', value: { a: 1 } }] },
    ],
    [json('[JSONPatch{op: "move", from: "/a", path: "/b"}]'), { operations: [{ op: 'move', path: '/b', from: '/a' }] }],
  ])('%j become patches', (mutation, expected) => {
    const expressions = new MutatingExpressions({ ...PARTS, mutations: [mutation] });
    if (typeof expected === 'string') expect(() => expressions.patch(0, INPUT)).toThrow(expected);
    else expect(expressions.patch(0, INPUT)).toEqual(expected);
  });
});

describe('Types of resources', () => {
  const typeOf = (kind: GroupVersionKind): StructType | undefined => typeRegistry().typeOf(kind);
  const KINDS: Readonly<Record<string, string>> = { pods: 'Pod', deployments: 'Deployment', configmaps: 'ConfigMap' };
  const rule = (group: string, ...resources: string[]): object => ({
    apiGroups: [group],
    apiVersions: ['v1'],
    operations: ['*'],
    resources,
  });
  it.each<[string, object[], string[]]>([
    ['object.spec.replicas > 1', [rule('apps', 'deployments')], []],
    [
      'object.spec.replica > 1',
      [rule('apps', 'deployments')],
      ["apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n | object.spec.replica > 1\n | ...........^\n"],
    ],
    ['object.spec.containers.all(c, c.image.startsWith("a"))', [rule('', 'pods')], []],
    ['object.metadata.creationTimestamp < timestamp("2020-01-01T00:00:00Z")', [rule('', 'pods')], []],
    [
      'object.data["a"] == 1',
      [rule('', 'configmaps')],
      [
        expect.stringContaining(
          "/v1, Kind=ConfigMap: ERROR: <input>:1:18: found no matching overload for '_==_' applied to '(string, int)'",
        ) as string,
      ],
    ],
    ['params.data["a"] == "b" && params.other == 1', [rule('', 'pods')], [expect.stringContaining("undefined field 'other'") as string]],
    ['object.spec.replica > 1', [rule('*', 'deployments'), rule('apps', 'deployments/scale', '*')], []],
    [
      'object.x',
      [rule('', 'pods'), rule('', 'configmaps')],
      [expect.stringMatching(/^\/v1, Kind=ConfigMap: .*\n\n\/v1, Kind=Pod: .*undefined field 'x'/s) as string],
    ],
  ])('%s is checked against those of %j', (expression, resourceRules, expected) => {
    const spec = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, matchConstraints: { resourceRules }, validations: [{ expression }] };
    const warnings = checkPolicyTypes(spec, {
      typeOf,
      kindOf: ({ group, version, resource }) => {
        const kind = { group, version, kind: KINDS[resource] ?? '' };
        const type = typeOf(kind);
        return type && { ...kind, type };
      },
    });
    expect(warnings.map(({ warning }) => warning)).toEqual(expected);
  });
});
