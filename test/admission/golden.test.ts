import { readdirSync, readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { admissionPlugins } from '../../src/admission/plugins.js';
import type { VirtualClock } from '../../src/apimachinery/clock.js';
import { AuthorizerChain, PrivilegedGroup } from '../../src/auth/authorization/authorizer.js';
import { userInfo } from '../../src/auth/identities.js';
import type { KubeObject } from '../../src/registry/object.js';
import { summary, type Summary } from '../registry/golden/summary.mjs';
import { NOW, Served, type PatchType } from '../registry/support/served.js';

interface Step extends Summary {
  /** Under which later steps find the answer: `${name.metadata.uid}`. */
  readonly name?: string;
  readonly as?: string;
  readonly ask: string;
  readonly type?: PatchType;
  readonly body?: object;
}

const folder = new URL('golden/steps/', import.meta.url);

/** Plug-ins that are off by default, for the steps that are about them. */
const EXTRA: Readonly<Record<string, readonly string[]>> = {
  'off-by-default.yaml': [
    'NodeRestriction',
    'AlwaysPullImages',
    'PodNodeSelector',
    'PodTolerationRestriction',
    'ExtendedResourceToleration',
    'DenyServiceExternalIPs',
    'LimitPodHardAntiAffinityTopology',
    'NamespaceExists',
    'NamespaceAutoProvision',
  ],
};

describe('Admission', () => {
  for (const file of readdirSync(folder)) {
    it(`answers as the real server does to golden/steps/${file}`, async () => {
      const authorizer = new AuthorizerChain([new PrivilegedGroup()]);
      const served = new Served({ authorizer, issueToken: (request) => Promise.resolve(request) }, undefined, (environment) =>
        admissionPlugins({ environment, enable: EXTRA[file] ?? [], disable: [] }),
      );
      await served.begin();
      const seen = new Map<string, KubeObject>();
      const steps = load(readFileSync(new URL(file, folder), 'utf8')) as Step[];
      for (const [i, { name, as, ask, type, body, ...expected }] of steps.entries()) {
        // The newest of several defaults counts.
        (served.environment.clock as VirtualClock).advance(1000);
        const filled = body === undefined ? undefined : fill(body, seen);
        const user = as === undefined ? undefined : userInfo({ name: as, groups: ['system:nodes', 'system:authenticated'] });
        const answer = await served.ask(ask, filled, type, user);
        if (name !== undefined) seen.set(name, answer.body as KubeObject);
        const got = summary(answer.code, answer.body, answer.warnings, NOW);
        if (expected.object === undefined) delete (got as { object?: unknown }).object;
        expect.soft({ ask, ...named(got) }, `step ${String(i + 1)}`).toEqual({ ask, ...expected });
      }
      expect(steps.length).toBeGreaterThan(0);
    });
  }
});

function fill(body: object, seen: ReadonlyMap<string, KubeObject>): object {
  const text = JSON.stringify(body).replace(/\$\{(\w+)\.metadata\.uid\}/g, (_, name: string) => seen.get(name)?.metadata.uid ?? '');
  return JSON.parse(text) as object;
}

/** The volume of a pod's token has a random name. */
function named(value: object): object {
  return JSON.parse(JSON.stringify(value).replace(/"kube-api-access-[a-z0-9]{5}"/g, '"kube-api-access-xxxxx"')) as object;
}
