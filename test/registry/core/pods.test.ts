import { beforeEach, describe, expect, it } from 'vitest';
import { Served, type Answer } from '../support/served.js';

const NAMESPACE = '/api/v1/namespaces/default';
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';

function pod(name: string, spec: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'kept' } },
    spec: { containers: [{ name: 'main', image: 'app:1' }], ...spec },
  };
}

function messageOf({ body }: Answer): string {
  return (body as { message?: string }).message ?? '';
}

let served: Served;
beforeEach(() => {
  served = new Served();
});

function evict(name: string, deleteOptions: object = {}): Promise<Answer> {
  return served.ask(`POST ${NAMESPACE}/pods/${name}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name },
    deleteOptions,
  });
}

async function running(name: string): Promise<void> {
  await served.ask(`POST ${NAMESPACE}/pods`, pod(name, { nodeName: 'n1' }));
  await served.ask(`PATCH ${NAMESPACE}/pods/${name}/status`, {
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
}

async function budget(disruptionsAllowed: number): Promise<void> {
  const object = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
  };
  await served.ask(`POST ${BUDGETS}`, object);
  const status = { observedGeneration: 1, disruptionsAllowed, currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 };
  await served.ask(`PATCH ${BUDGETS}/b/status`, { status });
}

describe('Eviction', () => {
  it('takes one disruption for each of many requests at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await running(name);
    await budget(2);
    const answers = await Promise.all(names.map((name) => evict(name)));
    expect(answers.map(({ code }) => code).sort()).toEqual([201, 201, 429, 429]);
    const { body } = await served.ask(`GET ${BUDGETS}/b`);
    const { disruptionsAllowed, disruptedPods } = (body as { status: { disruptionsAllowed: number; disruptedPods: object } }).status;
    expect(disruptionsAllowed).toBe(0);
    expect(Object.keys(disruptedPods)).toHaveLength(2);
  });

  it('refuses a pod with two budgets', async () => {
    await running('a');
    await budget(1);
    await served.ask(`POST ${BUDGETS}`, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'c' },
      spec: { selector: {} },
    });
    const answer = await evict('a');
    expect(messageOf(answer)).toBe('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
    expect(answer.code).toBe(500);
    expect((await served.ask(`GET ${NAMESPACE}/pods/a`)).code).toBe(200);
  });

  it('deletes only the version that is meant', async () => {
    await running('a');
    expect(messageOf(await evict('a', { preconditions: { resourceVersion: '1' } }))).toMatch(
      /^Operation cannot be fulfilled on Pod "a": the ResourceVersion in the precondition \(1\)/,
    );
    const { body } = await served.ask(`GET ${NAMESPACE}/pods/a`);
    const { resourceVersion } = (body as { metadata: { resourceVersion: string } }).metadata;
    expect((await evict('a', { preconditions: { resourceVersion } })).code).toBe(201);
  });
});

describe('Binding', () => {
  it('leaves the stored pod as it was when a dry run asks', async () => {
    await served.ask(`POST ${NAMESPACE}/pods`, pod('a'));
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'a' }, target: { name: 'n1' } };
    expect((await served.ask(`POST ${NAMESPACE}/pods/a/binding?dryRun=All`, binding)).code).toBe(201);
    expect((await served.ask(`GET ${NAMESPACE}/pods/a`)).body).not.toHaveProperty('spec.nodeName');
    expect((await served.ask(`POST ${NAMESPACE}/pods/a/binding`, binding)).code).toBe(201);
    expect((await served.ask(`GET ${NAMESPACE}/pods/a`)).body).toHaveProperty('spec.nodeName', 'n1');
  });

  it('assigns a pod once, whoever asks at the same time', async () => {
    await served.ask(`POST ${NAMESPACE}/pods`, pod('a'));
    const bind = (node: string): Promise<Answer> =>
      served.ask(`POST ${NAMESPACE}/pods/a/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: 'a' },
        target: { name: node },
      });
    const answers = await Promise.all(['n1', 'n2', 'n3'].map(bind));
    expect(answers.map(({ code }) => code).sort()).toEqual([201, 409, 409]);
  });
});

describe('A refused update', () => {
  it('says which fields differ', async () => {
    await served.ask(`POST ${NAMESPACE}/pods`, pod('a'));
    expect(messageOf(await served.ask(`PATCH ${NAMESPACE}/pods/a`, { spec: { nodeName: 'n1' } }))).toContain('+ "NodeName": "n1"');
  });
});

describe('Keys that JavaScript knows', () => {
  it('are names like others', async () => {
    const requests = JSON.parse('{"__proto__": "1", "constructor": "2"}') as object;
    const annotations = JSON.parse('{"__proto__": "x", "constructor": "y"}') as object;
    const odd = { ...pod('a', { containers: [{ name: 'main', image: 'app:1', resources: { limits: requests } }] }) };
    const { code, body } = await served.ask(`POST ${NAMESPACE}/pods`, odd);
    expect(code).toBe(422);
    expect(JSON.stringify(body)).toContain('spec.containers[0].resources.limits[__proto__]');
    expect((await served.ask(`POST ${NAMESPACE}/pods`, { ...pod('b'), metadata: { name: 'b', annotations } })).code).toBe(422);
  });
});
