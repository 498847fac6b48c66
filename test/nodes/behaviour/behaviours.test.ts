import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/component-helpers/pods.js';
import { Behaviours, type BehaviourEntry } from '../../../src/nodes/behaviour/behaviours.js';
import type { Json } from '../../../src/schema/type.js';

const pod = (annotations: Record<string, string> = {}, namespace = 'default'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace, annotations, labels: { app: 'web' } },
  spec: {},
  status: {},
});
const container = (image: string) => ({ name: 'c', image, resources: {} });
const behaviours = (entries: readonly BehaviourEntry[], speed: number | 'instant' = 1) =>
  new Behaviours(entries as unknown as readonly Json[], speed);

describe('Behaviours', () => {
  it('lets later entries outweigh earlier ones, where they select the pod', () => {
    const own = behaviours([
      { timeline: { pull: '1s', start: '100ms' } },
      { select: { namespaces: ['slow'] }, timeline: { pull: '10s' } },
      { select: { labels: { app: 'other' } }, timeline: { start: '9s' } },
    ]);
    expect(own.timeline(pod())).toMatchObject({ pull: 1000, start: 100, stop: 0 });
    expect(own.timeline(pod({}, 'slow'))).toMatchObject({ pull: 10_000, start: 100 });
  });

  it('lets a pod say for itself, and goes at the speed of the cluster', () => {
    const annotations = { 'kubesim.io/pull-delay': '3s', 'kubesim.io/start-delay': 'soon' };
    expect(behaviours([{ timeline: { start: '1s' } }], 2).timeline(pod(annotations))).toMatchObject({ pull: 1500, start: 500 });
    expect(behaviours([{ timeline: { start: '1s' } }], 'instant').timeline(pod(annotations))).toMatchObject({ pull: 0, start: 0 });
  });

  it.each([
    ['registry.k8s.io/etcd:3.6.8-0', 'succeed'],
    ['registry.k8s.io/etcd@sha256:0123', 'succeed'],
    ['localhost:5000/team/app:1', 'fail'],
    ['registry.k8s.io/etcd-other:1', 'ask'],
  ])('knows the answer to the probes of %s: %s', (image, answer) => {
    const own = behaviours([
      { select: { images: ['registry.k8s.io/etcd'] }, probes: 'succeed' },
      { select: { images: ['localhost:5000/*'] }, probes: 'fail' },
    ]);
    expect(own.probes(pod(), container(image))).toBe(answer);
    expect(own.probes(pod({ 'kubesim.io/probes': 'succeed' }), container(image))).toBe('succeed');
  });

  it('ends a container as its pod says', () => {
    const annotations = { 'kubesim.io/exit-code': '3', 'kubesim.io/run-duration': '5s' };
    expect(behaviours([]).exit(pod(annotations), container('nginx'))).toEqual({ after: 5000, exitCode: 3 });
    expect(behaviours([]).exit(pod({ ...annotations, 'kubesim.io/container': 'other' }), container('nginx'))).toBeUndefined();
    expect(behaviours([]).exit(pod({ 'kubesim.io/exit-code': 'many' }), container('nginx'))).toBeUndefined();
  });
});
