import { describe, expect, it } from 'vitest';
import { LabelSelector } from '../../src/apimachinery/label-selector.js';
import { PodInfo } from '../../src/scheduler/pod-info.js';
import { aNode, aPod } from './fixtures.js';
import { cacheOf } from './plugins/support.js';

const asking = (cpu: string, nodeName?: string): object => ({
  nodeName,
  containers: [{ name: 'm', image: 'x', resources: { requests: { cpu } } }],
});

describe('SchedulerCache', () => {
  it('takes turns among zones', () => {
    const inZone = (name: string, zone: string): ReturnType<typeof aNode> =>
      aNode(name, { labels: { 'topology.kubernetes.io/zone': zone } });
    const cache = cacheOf([inZone('a1', 'a'), inZone('a2', 'a'), inZone('a3', 'a'), inZone('b1', 'b')]);
    expect(cache.nodes.map(({ name }) => name)).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('adds up what pods ask for, and takes it back', () => {
    const cache = cacheOf([aNode('a')], [aPod('p', asking('500m', 'a'))]);
    expect(cache.node('a')?.requested.milliCpu).toBe(500);
    cache.setPod(new PodInfo(aPod('p', asking('200m', 'a'))));
    expect(cache.node('a')?.requested.milliCpu).toBe(200);
    cache.removePod('p');
    expect(cache.node('a')?.requested.milliCpu).toBe(0);
    expect(cache.node('a')?.pods.size).toBe(0);
  });

  it('assumes pods to be where they are about to be bound', () => {
    const cache = cacheOf([aNode('a')]);
    cache.assume(new PodInfo(aPod('p', asking('1'))), 'a');
    expect(cache.isAssumed('p')).toBe(true);
    expect(cache.node('a')?.requested.milliCpu).toBe(1000);
    cache.forget('p');
    expect(cache.node('a')?.requested.milliCpu).toBe(0);
    cache.assume(new PodInfo(aPod('p', asking('1'))), 'a');
    cache.setPod(new PodInfo(aPod('p', asking('1', 'a'))));
    expect(cache.isAssumed('p')).toBe(false);
    cache.forget('p');
    expect(cache.node('a')?.requested.milliCpu).toBe(1000);
  });

  it('keeps the pods of a node that is yet to come', () => {
    const cache = cacheOf([], [aPod('p', asking('1', 'late'))]);
    expect(cache.nodes).toEqual([]);
    cache.setNode(aNode('late'));
    expect(cache.node('late')?.requested.milliCpu).toBe(1000);
    cache.removeNode('late');
    expect(cache.node('late')).toBeUndefined();
  });

  it('counts matching pods as they come and go', () => {
    const web = (name: string, nodeName: string): ReturnType<typeof aPod> => aPod(name, { nodeName }, { labels: { app: 'web' } });
    const cache = cacheOf([aNode('a'), aNode('b')], [web('one', 'a'), aPod('other', { nodeName: 'a' })]);
    const selector = LabelSelector.fromSet({ app: 'web' });
    const counts = (): Record<string, number> =>
      Object.fromEntries(Array.from(cache.countMatching('default', selector), ([{ name }, count]) => [name, count]));
    expect(counts()).toEqual({ a: 1 });
    cache.setPod(new PodInfo(web('two', 'b')));
    cache.setPod(new PodInfo(web('three', 'b')));
    expect(counts()).toEqual({ a: 1, b: 2 });
    cache.removePod('one');
    cache.setPod(new PodInfo({ ...web('two', 'b'), metadata: { ...web('two', 'b').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }));
    expect(counts()).toEqual({ b: 1 });
    expect([...cache.countMatching('elsewhere', selector)]).toEqual([]);
  });
});
