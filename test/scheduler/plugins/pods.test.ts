import { describe, expect, it } from 'vitest';
import { LabelSelector } from '../../../src/apimachinery/label-selector.js';
import { podAffinity } from '../../../src/scheduler/plugins/pod-affinity/plugin.js';
import { topologySpread } from '../../../src/scheduler/plugins/topology-spread/plugin.js';
import type { SchedulerCache } from '../../../src/scheduler/cache.js';
import { aNode, aPod } from '../fixtures.js';
import { cacheOf, hints, scores, verdicts } from './support.js';

const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';
const zones = [
  aNode('a', { labels: { [ZONE]: 'near' } }),
  aNode('b', { labels: { [ZONE]: 'near' } }),
  aNode('c', { labels: { [ZONE]: 'far' } }),
];
const labelled = (name: string, nodeName: string, app: string, spec: object = {}): ReturnType<typeof aPod> =>
  aPod(name, { nodeName, ...spec }, { labels: { app } });

describe('InterPodAffinity', () => {
  const labels: Readonly<Record<string, Record<string, string>>> = { other: { team: 'red' } };
  const plugin = (cache: SchedulerCache): ReturnType<typeof podAffinity> => podAffinity(cache, (namespace) => labels[namespace]);
  const term = (app: string, topologyKey: string, more: object = {}): object => ({
    labelSelector: { matchLabels: { app } },
    topologyKey,
    ...more,
  });
  const near = (...terms: object[]): object => ({ affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
  const away = (...terms: object[]): object => ({
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
  });
  const lonely = "node(s) didn't match pod affinity rules";
  const close = "node(s) didn't match pod anti-affinity rules";
  const cache = cacheOf(zones, [labelled('leader', 'a', 'leader'), { ...labelled('stranger', 'c', 'stranger'), ...inNamespace('other') }]);

  it.each([
    ['the same zone', near(term('leader', ZONE)), { a: 'ok', b: 'ok', c: lonely }],
    ['the same node', near(term('leader', HOST)), { a: 'ok', b: lonely, c: lonely }],
    ['two terms at once', near(term('leader', HOST), term('nobody', HOST)), { a: lonely, b: lonely, c: lonely }],
    ['nobody there', near(term('nobody', ZONE)), { a: lonely, b: lonely, c: lonely }],
    ['a node without the label', near(term('leader', 'rack')), { a: lonely, b: lonely, c: lonely }],
    ['another node', away(term('leader', HOST)), { a: close, b: 'ok', c: 'ok' }],
    ['another zone', away(term('leader', ZONE)), { a: close, b: close, c: 'ok' }],
    ['pods of other namespaces, which are not meant', away(term('stranger', HOST)), { a: 'ok', b: 'ok', c: 'ok' }],
    ['namespaces by name', away(term('stranger', HOST, { namespaces: ['other'] })), { a: 'ok', b: 'ok', c: close }],
    [
      'namespaces by label',
      away(term('stranger', HOST, { namespaceSelector: { matchLabels: { team: 'red' } } })),
      { a: 'ok', b: 'ok', c: close },
    ],
  ])('%s', (_, spec, expected) => {
    expect(verdicts(plugin(cache), cache, aPod('p', spec))).toEqual(expected);
  });

  it('lets the first of a group go anywhere', () => {
    const pod = aPod('p', near(term('self', ZONE)), { labels: { app: 'self' } });
    expect(verdicts(plugin(cache), cache, pod)).toEqual({ a: 'ok', b: 'ok', c: 'ok' });
  });

  it('respects those that want to be alone', () => {
    const hermits = cacheOf(zones, [labelled('hermit', 'a', 'hermit', away(term('visitor', ZONE)))]);
    const message = "node(s) didn't satisfy existing pods anti-affinity rules";
    expect(verdicts(plugin(hermits), hermits, aPod('p', {}, { labels: { app: 'visitor' } }))).toEqual({ a: message, b: message, c: 'ok' });
    expect(verdicts(plugin(hermits), hermits, aPod('p', {}, { labels: { app: 'other' } }))).toEqual({ a: 'ok', b: 'ok', c: 'ok' });
  });

  it('scores what is preferred, in both directions', () => {
    const prefers = (kind: string, app: string, weight: number): object => ({
      affinity: { [kind]: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: term(app, ZONE) }] } },
    });
    expect(scores(plugin(cache), cache, aPod('p', prefers('podAffinity', 'leader', 5)))).toEqual({ a: 100, b: 100, c: 0 });
    expect(scores(plugin(cache), cache, aPod('p', prefers('podAntiAffinity', 'leader', 5)))).toEqual({ a: 0, b: 0, c: 100 });
    const fans = cacheOf(zones, [labelled('fan', 'c', 'fan', prefers('podAffinity', 'star', 1))]);
    expect(scores(plugin(fans), fans, aPod('p', {}, { labels: { app: 'star' } }))).toEqual({ a: 0, b: 0, c: 100 });
    expect(scores(plugin(cache), cache, aPod('p'))).toEqual({});
  });

  it('looks again when a pod comes that is wanted, or one goes that is not', () => {
    const wants = aPod('p', near(term('leader', ZONE)));
    const avoids = aPod('p', away(term('leader', ZONE)));
    const leader = labelled('leader', 'a', 'leader');
    expect(hints(plugin(cache), wants, 'Pod', leader)).toBe(true);
    expect(hints(plugin(cache), wants, 'Pod', labelled('x', 'a', 'x'))).toBe(false);
    expect(hints(plugin(cache), avoids, 'Pod', undefined, leader)).toBe(true);
    expect(hints(plugin(cache), wants, 'Pod', undefined, leader)).toBe(false);
  });
});

function inNamespace(namespace: string): object {
  return { metadata: { name: 'stranger', namespace, uid: 'stranger', labels: { app: 'stranger' } } };
}

describe('PodTopologySpread', () => {
  const plugin = (cache: SchedulerCache, selector = LabelSelector.EVERYTHING): ReturnType<typeof topologySpread> =>
    topologySpread(cache, () => selector);
  const constraint = (more: object = {}): object => ({
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
    ...more,
  });
  const spread = (more: object = {}, spec: object = {}): ReturnType<typeof aPod> =>
    aPod('p', { topologySpreadConstraints: [constraint(more)], ...spec }, { labels: { app: 'web' } });
  const skewed = "node(s) didn't match pod topology spread constraints";
  const cache = cacheOf([...zones, aNode('d')], [labelled('w1', 'a', 'web'), labelled('x1', 'c', 'other')]);

  it.each([
    ['the zone that has fewer', spread(), { a: skewed, b: skewed, c: 'ok', d: `${skewed} (missing required label)` }],
    ['a larger skew', spread({ maxSkew: 2 }), { a: 'ok', b: 'ok', c: 'ok', d: `${skewed} (missing required label)` }],
    ['by node', spread({ topologyKey: HOST }), { a: skewed, b: 'ok', c: 'ok', d: 'ok' }],
    ['too few domains', spread({ maxSkew: 1, minDomains: 3 }), { a: skewed, b: skewed, c: 'ok', d: `${skewed} (missing required label)` }],
    [
      'only nodes that the pod may go to count',
      spread({}, { nodeSelector: { [ZONE]: 'near' } }),
      { a: 'ok', b: 'ok', c: 'ok', d: `${skewed} (missing required label)` },
    ],
    [
      'unless all are to count',
      spread({ nodeAffinityPolicy: 'Ignore' }, { nodeSelector: { [ZONE]: 'near' } }),
      { a: skewed, b: skewed, c: 'ok', d: `${skewed} (missing required label)` },
    ],
    ['soft constraints', spread({ whenUnsatisfiable: 'ScheduleAnyway' }), { a: 'ok', b: 'ok', c: 'ok', d: 'ok' }],
  ])('%s', (_, pod, expected) => {
    expect(verdicts(plugin(cache), cache, pod)).toEqual(expected);
  });

  it('scores by soft constraints', () => {
    expect(scores(plugin(cache), cache, spread({ whenUnsatisfiable: 'ScheduleAnyway' }))).toEqual({ a: 0, b: 0, c: 100, d: 0 });
  });

  it('spreads pods of one owner by default', () => {
    const selector = LabelSelector.fromSet({ app: 'web' });
    const found = scores(plugin(cache, selector), cache, aPod('p', {}, { labels: { app: 'web' } }));
    expect(found['c']).toBeGreaterThan(found['b'] ?? 0);
    expect(found['b']).toBeGreaterThan(found['a'] ?? 0);
    expect(scores(plugin(cache), cache, aPod('p'))).toEqual({});
  });
});
