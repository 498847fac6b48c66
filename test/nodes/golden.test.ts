import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/component-helpers/pods.js';
import type { Container, ContainerStatus, PodSpec } from '../../src/schema/generated/core-v1.js';
import { IN_DEFAULT, Kubelets } from './kubelet/support.js';

/** A pod, what happens to it, what a watch shows and how it is in the end. */
interface GoldenCase {
  readonly name: string;
  readonly annotations?: Record<string, string>;
  readonly spec: Omit<Partial<PodSpec>, 'containers'> & { readonly containers: Partial<Container>[] };
  /** Seconds after which the pod is deleted. */
  readonly deleteAfter?: number;
  /** How long it is watched. */
  readonly watch: string;
  /** `SECONDS PHASE CONTAINER…`, one for each different state. */
  readonly timeline: readonly string[];
  readonly final?: object;
}

const CASES = loadAll(readFileSync(new URL('golden.yaml', import.meta.url), 'utf8')) as GoldenCase[];

describe('the life of a pod', () => {
  let kubelets: Kubelets;
  beforeAll(async () => {
    kubelets = await Kubelets.start();
  });
  afterAll(async () => {
    await kubelets.cluster.stop();
  });

  it.each(CASES.map((golden) => [golden.name, golden] as const))('%s', async (name, golden) => {
    const { cluster } = kubelets;
    const seen: string[] = [];
    const begun = cluster.clock.now();
    const watch = await cluster.client.watch(IN_DEFAULT, { fieldSelector: `metadata.name=${name}` }, (items) => {
      for (const item of items) {
        if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue;
        const line = item.type === 'DELETED' ? 'gone' : summary(item.stored.value as Pod);
        const last = seen.at(-1)?.replace(/^\S+ /, '');
        if (line !== last) seen.push(`${((cluster.clock.now() - begun) / 1000).toFixed(1)} ${line}`);
      }
    });
    const annotations = { 'kubesim.io/pull-delay': '0s', ...golden.annotations };
    const { containers, ...spec } = golden.spec;
    await kubelets.create(name, containers, spec, { annotations });
    if (golden.deleteAfter !== undefined) {
      await cluster.clock.advance(`${String(golden.deleteAfter)}s`);
      await cluster.client.delete(IN_DEFAULT, name);
    }
    await cluster.clock.advance(golden.watch);
    watch.close();
    expect(seen).toEqual(golden.timeline);
    if (golden.final !== undefined) expect((await kubelets.get(name)).status).toMatchObject(golden.final);
  });
});

/** A pod in one line: its phase, whether it is being deleted, and its containers, init containers first. */
function summary({ status, metadata }: Pod): string {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(containerSummary);
  const leaving = metadata.deletionTimestamp === undefined ? [] : ['deleting'];
  return [status.phase ?? '', ...leaving, ...containers].join(' ');
}

function containerSummary({ name = '', ready, restartCount = 0, state: { waiting, running, terminated } }: ContainerStatus): string {
  const what = running === undefined ? (waiting?.reason ?? terminated?.reason ?? '') : ready === true ? 'ready' : 'running';
  return `${name}:${what}${restartCount > 0 ? `(${String(restartCount)})` : ''}`;
}
