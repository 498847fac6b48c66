import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type Cluster } from '../../../src/index.js';

const DEFINITION = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com';
const THINGS = '/apis/example.com/v2/namespaces/default/things';
const LOST = 'request to convert CR from an invalid group/version: example.com/v1';

const version = (name: string, storage: boolean): object => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } } },
});
const thing = (group: string, name: string): object => ({ apiVersion: `example.com/${group}`, kind: 'Thing', metadata: { name } });

/** What the real server answers. */
const CASES: readonly (readonly [method: string, path: string, body: object | undefined, status: number, message: string | undefined])[] = [
  ['GET', `${THINGS}/old`, undefined, 500, LOST],
  ['GET', THINGS, undefined, 500, LOST],
  ['PATCH', `${THINGS}/old`, { spec: { a: 'x' } }, 500, LOST],
  ['PUT', `${THINGS}/old`, thing('v2', 'old'), 500, LOST],
  ['DELETE', `${THINGS}/old`, undefined, 500, LOST],
  ['POST', THINGS, thing('v2', 'old'), 409, 'things.example.com "old" already exists'],
  ['GET', `${THINGS}/migrated`, undefined, 200, undefined],
  ['POST', THINGS, thing('v2', 'new'), 201, undefined],
];

describe('What is stored in a version that its definition has lost', () => {
  let cluster: Cluster;
  const send = async (method: string, path: string, body?: object): Promise<[status: number, message: string | undefined]> => {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    const response = await fetch(`${cluster.insecureUrl ?? ''}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { message } = (await response.json()) as { message?: string };
    return [response.status, message];
  };

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
    const names = { plural: 'things', kind: 'Thing' };
    await send('POST', DEFINITION.slice(0, DEFINITION.lastIndexOf('/')), {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: { group: 'example.com', scope: 'Namespaced', names, versions: [version('v1', true), version('v2', false)] },
    });
    for (const name of ['old', 'migrated'])
      await vi.waitFor(async () => expect(await send('POST', THINGS, thing('v2', name))).toEqual([201, undefined]));
    await send('PATCH', DEFINITION, { spec: { versions: [version('v1', false), version('v2', true)] } });
    await send('PATCH', `${THINGS}/migrated`, { spec: { a: 'x' } });
    await send('PATCH', `${DEFINITION}/status`, { status: { storedVersions: ['v2'] } });
    expect(await send('PATCH', DEFINITION, { spec: { versions: [version('v2', true)] } })).toEqual([200, undefined]);
  });
  afterAll(() => cluster.stop());

  it.each(CASES)('%s %s %j answers %i', async (method, path, body, status, message) => {
    expect(await send(method, path, body)).toEqual([status, message]);
  });

  it('keeps a definition from being deleted', async () => {
    await send('DELETE', DEFINITION);
    await vi.waitFor(async () => {
      const definition = (await (await fetch(`${cluster.insecureUrl ?? ''}${DEFINITION}`)).json()) as {
        status: { conditions: readonly { type: string; reason: string; message: string }[] };
      };
      expect(definition.status.conditions.find(({ type }) => type === 'Terminating')).toMatchObject({
        reason: 'InstanceDeletionFailed',
        message: `could not list instances: ${LOST}`,
      });
    });
  });
});
