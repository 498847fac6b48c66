import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeleteOptions, KubeObject, OwnerReference, Typed } from '../../../src/client/client.js';
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  NAMESPACES,
  PERSISTENT_VOLUMES,
} from '../../../src/component-helpers/resources.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { Event } from '../../../src/schema/generated/core-v1.js';

const THINGS = { group: 'example.com', version: 'v1', resource: 'things' };
let round = 0;

describe('garbage-collector-controller', () => {
  let cluster: Cluster;
  let namespace = '';
  const here = () => ({ resource: CONFIG_MAPS, namespace });
  const reference = ({ apiVersion, kind, metadata: { name = '', uid = '' } }: KubeObject, block = false): OwnerReference => ({
    apiVersion,
    kind,
    name,
    uid,
    ...(block ? { blockOwnerDeletion: true } : {}),
  });
  const create = (name: string, ownerReferences: OwnerReference[] = [], finalizers: string[] = []): Promise<KubeObject> =>
    cluster.client.create(here(), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences, finalizers } });
  const remove = async (name: string, options: DeleteOptions = {}): Promise<void> => {
    await cluster.client.delete(here(), name, options);
    await cluster.settled();
  };
  const left = async (): Promise<string[]> => {
    await cluster.settled();
    return (await cluster.client.list(here())).items.map(({ metadata }) => metadata.name ?? '');
  };
  const get = (name: string): Promise<KubeObject> => cluster.client.get(here(), name);

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['garbage-collector-controller'], clock: 'virtual' });
    const schema = { type: 'object' };
    await cluster.client.create({ resource: CUSTOM_RESOURCE_DEFINITIONS }, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        names: { plural: 'things', kind: 'Thing' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    } as KubeObject);
    await cluster.settled();
  });
  afterAll(() => cluster.stop());
  beforeEach(async () => {
    namespace = `round-${String(++round)}`;
    await cluster.client.create({ resource: NAMESPACES }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });

  it('deletes dependents, and theirs, after their owner', async () => {
    const owner = await create('owner');
    const dependent = await create('dependent', [reference(owner)]);
    await create('grandchild', [reference(dependent)]);
    await create('stranger');
    await remove('owner');
    expect(await left()).toEqual(['stranger']);
  });

  it('deletes dependents first in the foreground', async () => {
    const owner = await create('owner');
    await create('blocking', [reference(owner, true)], ['example.com/hold']);
    await create('other', [reference(owner)]);
    await remove('owner', { propagationPolicy: 'Foreground' });
    expect(await left()).toEqual(['blocking', 'owner']);
    expect((await get('owner')).metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.client.patch(here(), 'blocking', 'merge', { metadata: { finalizers: null } });
    expect(await left()).toEqual([]);
  });

  it('lets an owner go when the reference of a dependent blocks no more', async () => {
    const owner = await create('owner');
    await create('blocking', [reference(owner, true)], ['example.com/hold']);
    await remove('owner', { propagationPolicy: 'Foreground' });
    await cluster.client.patch(here(), 'blocking', 'merge', { metadata: { ownerReferences: [reference(owner)] } });
    expect(await left()).toEqual(['blocking']);
  });

  it('leaves dependents without their owner when they are to be orphaned', async () => {
    const owner = await create('owner');
    const other = await create('other');
    await create('one', [reference(owner)]);
    await create('two', [reference(owner), reference(other)]);
    await remove('owner', { propagationPolicy: 'Orphan' });
    expect(await left()).toEqual(['one', 'other', 'two']);
    expect((await get('one')).metadata.ownerReferences).toBeUndefined();
    expect((await get('two')).metadata.ownerReferences?.map(({ name }) => name)).toEqual(['other']);
  });

  it('keeps what another owner holds, and takes the absent one from its references', async () => {
    const owners = [await create('first'), await create('second')];
    await create(
      'shared',
      owners.map((owner) => reference(owner)),
    );
    await remove('first');
    expect(await left()).toEqual(['second', 'shared']);
    expect((await get('shared')).metadata.ownerReferences?.map(({ name }) => name)).toEqual(['second']);
  });

  it('breaks a circle of owners that wait for each other', async () => {
    const first = await create('first');
    const second = await create('second', [reference(first, true)]);
    await cluster.client.patch(here(), 'first', 'merge', { metadata: { ownerReferences: [reference(second, true)] } });
    await remove('first', { propagationPolicy: 'Foreground' });
    expect(await left()).toEqual([]);
  });

  it.each([
    ['never was', { apiVersion: 'v1', kind: 'ConfigMap', name: 'none', uid: 'a-uid-that-never-was' }],
    ['has another uid', { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'another-uid' }],
  ])('deletes an object whose owner %s', async (_, owner) => {
    await create('owner');
    await create('dependent', [owner]);
    expect(await left()).toEqual(['owner']);
  });

  it('waits for the kind of an owner to be served', async () => {
    await create('dependent', [{ apiVersion: 'later.example.com/v1', kind: 'Later', name: 'x', uid: 'some-uid' }]);
    expect(await left()).toEqual(['dependent']);
  });

  it('says when the owner lives in another namespace, and deletes the dependent', async () => {
    const owner = await cluster.client.create<KubeObject>(
      { resource: CONFIG_MAPS, namespace: 'default' },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `owner-of-${namespace}` },
      },
    );
    await create('dependent', [reference(owner)]);
    expect(await left()).toEqual([]);
    const [event] = (await cluster.client.list<Typed<Event>>({ resource: EVENTS, namespace })).items;
    expect(event).toMatchObject({
      reason: 'OwnerRefInvalidNamespace',
      type: 'Warning',
      source: { component: 'garbage-collector-controller' },
      message: `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: owner-of-${namespace}, uid: ${owner.metadata.uid ?? ''}] does not exist in namespace "${namespace}"`,
    });
  });

  it('leaves a cluster-scoped object alone that names an owner in a namespace', async () => {
    const owner = await create('owner');
    await cluster.client.create({ resource: PERSISTENT_VOLUMES }, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `volume-${namespace}`, ownerReferences: [reference(owner)] },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/tmp' } },
    } as KubeObject);
    await cluster.settled();
    expect(await cluster.client.get({ resource: PERSISTENT_VOLUMES }, `volume-${namespace}`)).toBeDefined();
  });

  it('collects custom resources, and orphans them', async () => {
    const things = { resource: THINGS, namespace };
    const thing = (name: string, owner: KubeObject): KubeObject => ({
      apiVersion: 'example.com/v1',
      kind: 'Thing',
      metadata: { name, ownerReferences: [reference(owner)] },
    });
    const owner = await create('owner');
    const kind = await create('kind');
    await cluster.client.create(things, thing('gone', owner));
    await cluster.client.create(things, thing('kept', kind));
    await remove('owner');
    await remove('kind', { propagationPolicy: 'Orphan' });
    const { items } = await cluster.client.list(things);
    expect(items.map(({ metadata }) => [metadata.name, metadata.ownerReferences])).toEqual([['kept', undefined]]);
  });
});
