import { describe, expect, it } from 'vitest';
import { nodeAffinity } from '../../../src/scheduler/plugins/node-affinity.js';
import { nodeName } from '../../../src/scheduler/plugins/node-name.js';
import { nodePorts } from '../../../src/scheduler/plugins/node-ports.js';
import { nodeUnschedulable } from '../../../src/scheduler/plugins/node-unschedulable.js';
import { taintToleration } from '../../../src/scheduler/plugins/taint-toleration.js';
import { aNode, aPod } from '../fixtures.js';
import { cacheOf, hints, scores, verdicts } from './support.js';

const taint = { key: 'dedicated', value: 'batch', effect: 'NoSchedule' };
const soft = { key: 'slow', effect: 'PreferNoSchedule' };
const tolerates = (...tolerations: object[]): object => ({ tolerations });

describe('NodeUnschedulable', () => {
  const cache = cacheOf([aNode('a'), aNode('b', { unschedulable: true })]);

  it.each([
    ['keeps pods from cordoned nodes', {}, { a: 'ok', b: 'node(s) were unschedulable' }],
    [
      'lets those go there that tolerate it',
      tolerates({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }),
      { a: 'ok', b: 'ok' },
    ],
  ])('%s', (_, spec, expected) => {
    expect(verdicts(nodeUnschedulable, cache, aPod('p', spec))).toEqual(expected);
  });

  it('looks again when a node is uncordoned or comes', () => {
    expect(hints(nodeUnschedulable, aPod('p'), 'Node', aNode('b'), aNode('b', { unschedulable: true }))).toBe(true);
    expect(hints(nodeUnschedulable, aPod('p'), 'Node', aNode('b'))).toBe(true);
    expect(hints(nodeUnschedulable, aPod('p'), 'Node', aNode('b'), aNode('b'))).toBe(false);
  });
});

describe('NodeName', () => {
  it('allows only the node that the pod names', () => {
    const cache = cacheOf([aNode('a'), aNode('b')]);
    expect(verdicts(nodeName, cache, aPod('p', { nodeName: 'b' }))).toEqual({ a: "node(s) didn't match the requested node name", b: 'ok' });
    expect(verdicts(nodeName, cache, aPod('p'))).toEqual({ a: 'ok', b: 'ok' });
  });
});

describe('TaintToleration', () => {
  const cache = cacheOf([aNode('a', { taints: [taint] }), aNode('b', { taints: [soft] }), aNode('c')]);
  const tainted = 'node(s) had untolerated taint(s)';

  it.each([
    ['no toleration', {}, { a: tainted, b: 'ok', c: 'ok' }],
    ['the right toleration', tolerates({ key: 'dedicated', value: 'batch' }), { a: 'ok', b: 'ok', c: 'ok' }],
    ['another value', tolerates({ key: 'dedicated', value: 'web' }), { a: tainted, b: 'ok', c: 'ok' }],
  ])('%s', (_, spec, expected) => {
    expect(verdicts(taintToleration, cache, aPod('p', spec))).toEqual(expected);
  });

  it('prefers nodes with fewer soft taints', () => {
    expect(scores(taintToleration, cache, aPod('p'))).toEqual({ a: 100, b: 0, c: 100 });
    expect(scores(taintToleration, cache, aPod('p', tolerates({ operator: 'Exists' })))).toEqual({ a: 100, b: 100, c: 100 });
  });

  it('looks again when a taint goes', () => {
    expect(hints(taintToleration, aPod('p'), 'Node', aNode('a'), aNode('a', { taints: [taint] }))).toBe(true);
    expect(hints(taintToleration, aPod('p'), 'Node', aNode('a', { taints: [taint] }), aNode('a'))).toBe(false);
  });
});

describe('NodeAffinity', () => {
  const cache = cacheOf([aNode('a', { labels: { disk: 'ssd' } }), aNode('b', { labels: { disk: 'hdd' } })]);
  const mismatch = "node(s) didn't match Pod's node affinity/selector";
  const requires = (...nodeSelectorTerms: object[]): object => ({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
  const disk = (...values: string[]): object => ({ matchExpressions: [{ key: 'disk', operator: 'In', values }] });
  const named = (...values: string[]): object => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });

  it.each([
    ['a node selector', { nodeSelector: { disk: 'ssd' } }, { a: 'ok', b: mismatch }],
    ['required terms, one of which must match', requires(disk('ssd'), disk('tape')), { a: 'ok', b: mismatch }],
    ['a node by name', requires(named('b')), { a: mismatch, b: 'ok' }],
    ['names that exclude each other', requires({ matchFields: [...fields('a'), ...fields('b')] }), conflict()],
    ['nothing', {}, { a: 'ok', b: 'ok' }],
  ])('%s', (_, spec, expected) => {
    expect(verdicts(nodeAffinity, cache, aPod('p', spec))).toEqual(expected);
  });

  it('prefers what weighs most', () => {
    const prefer = (weight: number, ...values: string[]): object => ({ weight, preference: disk(...values) });
    const preferred = { preferredDuringSchedulingIgnoredDuringExecution: [prefer(10, 'ssd'), prefer(40, 'hdd')] };
    expect(scores(nodeAffinity, cache, aPod('p', { affinity: { nodeAffinity: preferred } }))).toEqual({ a: 25, b: 100 });
  });

  it('looks again when a node comes to match', () => {
    const pod = aPod('p', { nodeSelector: { disk: 'tape' } });
    const tape = aNode('b', { labels: { disk: 'tape' } });
    expect(hints(nodeAffinity, pod, 'Node', tape, aNode('b'))).toBe(true);
    expect(hints(nodeAffinity, pod, 'Node', tape, tape)).toBe(false);
    expect(hints(nodeAffinity, pod, 'Node', aNode('c'))).toBe(false);
  });
});

function fields(...values: string[]): object[] {
  return [{ key: 'metadata.name', operator: 'In', values }];
}

function conflict(): Record<string, string> {
  return { a: 'pod affinity terms conflict', b: 'pod affinity terms conflict' };
}

describe('NodePorts', () => {
  const ports = (...list: object[]): object => ({ containers: [{ name: 'main', image: 'x', resources: {}, ports: list }] });
  const taken = "node(s) didn't have free ports for the requested pod ports";
  const cache = cacheOf(
    [aNode('a'), aNode('b')],
    [aPod('there', { nodeName: 'a', ...ports({ containerPort: 80, hostPort: 8080, hostIP: '10.0.0.1' }) })],
  );

  it.each([
    ['the same port of the same address', { hostPort: 8080, hostIP: '10.0.0.1' }, { a: taken, b: 'ok' }],
    ['the same port of any address', { hostPort: 8080 }, { a: taken, b: 'ok' }],
    ['the same port of another address', { hostPort: 8080, hostIP: '10.0.0.2' }, { a: 'ok', b: 'ok' }],
    ['another port', { hostPort: 8081 }, { a: 'ok', b: 'ok' }],
    ['another protocol', { hostPort: 8080, protocol: 'UDP' }, { a: 'ok', b: 'ok' }],
    ['no port of the node', {}, { a: 'ok', b: 'ok' }],
  ])('%s', (_, port, expected) => {
    expect(verdicts(nodePorts, cache, aPod('p', ports({ containerPort: 80, ...port })))).toEqual(expected);
  });
});
