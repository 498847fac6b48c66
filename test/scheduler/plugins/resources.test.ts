import { describe, expect, it } from 'vitest';
import { balancedAllocation } from '../../../src/scheduler/plugins/balanced-allocation.js';
import { imageLocality } from '../../../src/scheduler/plugins/image-locality.js';
import { nodeResourcesFit } from '../../../src/scheduler/plugins/node-resources-fit.js';
import { PodFilter } from '../../../src/scheduler/pod-filter.js';
import { PodInfo } from '../../../src/scheduler/pod-info.js';
import { Rejection } from '../../../src/scheduler/rejection.js';
import { aNode, aPod } from '../fixtures.js';
import { cacheOf, hints, scores, verdicts } from './support.js';

const container = (requests: object, more: object = {}): object => ({ name: 'main', image: 'x', resources: { requests }, ...more });
const asks = (requests: object): object => ({ containers: [container(requests)] });
const fit = nodeResourcesFit();

describe('NodeResourcesFit', () => {
  const cache = cacheOf(
    [aNode('a', { cpu: '2', memory: '1Gi', pods: '2', 'example.com/gpu': '2', 'ephemeral-storage': '10Gi' })],
    [aPod('there', { nodeName: 'a', ...asks({ cpu: '1', memory: '512Mi' }) })],
  );

  it.each([
    ['what fits', asks({ cpu: '1', memory: '512Mi' }), 'ok'],
    ['too much of one', asks({ cpu: '1001m' }), 'Insufficient cpu'],
    ['too much of two', asks({ cpu: '2', memory: '1Gi' }), 'Insufficient cpu, Insufficient memory'],
    ['too much storage', asks({ 'ephemeral-storage': '11Gi' }), 'Insufficient ephemeral-storage'],
    ['an extended resource', asks({ 'example.com/gpu': '2' }), 'ok'],
    ['too much of an extended resource', asks({ 'example.com/gpu': '3' }), 'Insufficient example.com/gpu'],
    ['one that no node has', asks({ 'example.com/tpu': '1' }), 'Insufficient example.com/tpu'],
    [
      'init containers count by the largest',
      { ...asks({ cpu: '100m' }), initContainers: [container({ cpu: '1500m' })] },
      'Insufficient cpu',
    ],
    [
      'sidecars add up',
      { ...asks({ cpu: '600m' }), initContainers: [container({ cpu: '500m' }, { restartPolicy: 'Always' })] },
      'Insufficient cpu',
    ],
    ['overhead counts', { ...asks({ cpu: '1' }), overhead: { cpu: '1m' } }, 'Insufficient cpu'],
    [
      'what the pod as a whole asks for outweighs its containers',
      { ...asks({ cpu: '100m' }), resources: { requests: { cpu: '1500m' } } },
      'Insufficient cpu',
    ],
  ])('%s', (_, spec, expected) => {
    expect(verdicts(fit, cache, aPod('p', spec))).toEqual({ a: expected });
  });

  it('counts pods', () => {
    const full = cacheOf([aNode('a', { pods: '1' })], [aPod('there', { nodeName: 'a' })]);
    expect(verdicts(fit, full, aPod('p'))).toEqual({ a: 'Too many pods' });
  });

  it('knows what preemption can help against', () => {
    const [node] = cache.nodes;
    const code = (spec: object): string | undefined => {
      const filter = PodFilter.prepare(new PodInfo(aPod('p', spec)), [fit], () => []);
      return filter instanceof Rejection || node === undefined ? undefined : filter.filter(node)?.code;
    };
    expect(code(asks({ cpu: '1500m' }))).toBe('Unschedulable');
    expect(code(asks({ cpu: '40' }))).toBe('UnschedulableAndUnresolvable');
  });

  it('prefers nodes with more left', () => {
    const two = cacheOf([aNode('a', { cpu: '2', memory: '2Gi' }), aNode('b', { cpu: '4', memory: '4Gi' })]);
    expect(scores(fit, two, aPod('p', asks({ cpu: '1', memory: '1Gi' })))).toEqual({ a: 50, b: 75 });
    // Containers that ask for nothing count as 100m and 200Mi.
    expect(scores(fit, two, aPod('p'))).toEqual({ a: 92, b: 96 });
  });

  it('looks again when a node offers more, or a pod goes', () => {
    const pod = aPod('p', asks({ cpu: '3' }));
    const node = (cpu: string): object => aNode('a', { cpu });
    expect(hints(fit, pod, 'Node', node('4'), node('2'))).toBe(true);
    expect(hints(fit, pod, 'Node', node('2'), node('1'))).toBe(false);
    expect(hints(fit, pod, 'Pod', undefined, aPod('gone', { nodeName: 'a' }))).toBe(true);
    expect(hints(fit, pod, 'Pod', undefined, aPod('gone'))).toBe(false);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  it('prefers nodes on which cpu and memory are used alike', () => {
    const cache = cacheOf([aNode('a', { cpu: '4', memory: '4Gi' }), aNode('b', { cpu: '4', memory: '8Gi' })]);
    // a: 25 % and 50 %; b: 25 % and 25 %.
    expect(scores(balancedAllocation, cache, aPod('p', asks({ cpu: '1', memory: '2Gi' })))).toEqual({ a: 68, b: 75 });
    expect(scores(balancedAllocation, cache, aPod('p'))).toEqual({});
  });
});

describe('ImageLocality', () => {
  it('prefers nodes that have large images already', () => {
    const images = [{ names: ['registry.example/app:1'], sizeBytes: 1000 * 1024 * 1024 }];
    const has = aNode('a');
    const cache = cacheOf([{ ...has, status: { ...has.status, images } }, aNode('b')]);
    expect(scores(imageLocality(cache), cache, aPod('p'))).toEqual({ a: 48, b: 0 });
    expect(scores(imageLocality(cache), cache, aPod('p', { containers: [{ name: 'm', image: 'other', resources: {} }] }))).toEqual({});
  });
});
