import { describe, expect, it } from 'vitest';
import { aggregatedCore, aggregatedGroups } from '../../src/discovery/aggregated.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from '../../src/discovery/groups.js';
import { compareKubeVersions } from '../../src/apimachinery/kube-version.js';
import { CUSTOM_PRIORITIES, type ServedGroupVersion } from '../../src/discovery/served.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import { hasReference, readReference } from './reference.js';

const builtIn = new TypeRegistry().groupVersions;
const text = (value: unknown): string => JSON.stringify(value, undefined, 1);

describe.skipIf(!hasReference)('discovery of the built-in groups', () => {
  const recorded = hasReference
    ? (readReference('discovery.json') as Record<string, { serverAddressByClientCIDRs: { serverAddress: string }[] }>)
    : {};

  it('answers /api as recorded', () => {
    expect(text(apiVersions(builtIn, recorded['/api']?.serverAddressByClientCIDRs[0]?.serverAddress ?? ''))).toBe(text(recorded['/api']));
  });

  it('answers /apis as recorded, order included', () => {
    expect(text(apiGroupList(builtIn))).toBe(text(recorded['/apis']));
  });

  it.each(builtIn.map((gv) => [gv.group === '' ? `/api/${gv.version}` : `/apis/${gv.group}/${gv.version}`, gv] as const))(
    'answers %s as recorded',
    (path, gv) => {
      expect(text(apiResourceList(gv))).toBe(text(recorded[path]));
      if (gv.group !== '') expect(text(apiGroup(builtIn, gv.group))).toBe(text(recorded[`/apis/${gv.group}`]));
    },
  );

  it('answers aggregated discovery as recorded, order included', () => {
    const aggregated = readReference('discovery-aggregated.json') as Record<string, unknown>;
    expect(text(aggregatedCore(builtIn))).toBe(text(aggregated['/api']));
    expect(text(aggregatedGroups(builtIn))).toBe(text(aggregated['/apis']));
  });
});

function custom(group: string, version: string, extra: Partial<ServedGroupVersion> = {}): ServedGroupVersion {
  const verbs = ['get'];
  const scale = { name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs };
  const status = { name: 'status', kind: { group, version, kind: 'Lamp' }, verbs };
  const lamps = {
    group,
    version,
    resource: 'lamps',
    singular: 'lamp',
    kind: 'Lamp',
    namespaced: true,
    verbs,
    shortNames: [],
    categories: [],
    subresources: [status, scale],
  };
  return { group, version, ...CUSTOM_PRIORITIES, qualifiedKinds: true, resources: [lamps], ...extra };
}

describe('discovery of further groups', () => {
  it('puts them behind the built-in ones, the preferred version first', () => {
    const served = [custom('b.example.com', 'v1beta1'), custom('b.example.com', 'v1'), custom('a.example.com', 'v2'), ...builtIn];
    const names = apiGroupList(served).groups.map((group) => group.name);
    // v1.b sorts before v2.a: the names of APIServices decide, in aggregated discovery those of groups.
    expect(names.slice(-2)).toEqual(['b.example.com', 'a.example.com']);
    expect(
      aggregatedGroups(served)
        .items.map((item) => item.metadata.name)
        .slice(-2),
    ).toEqual(['a.example.com', 'b.example.com']);
    expect(apiGroup(served, 'b.example.com')?.preferredVersion.version).toBe('v1');
  });

  it('does not know a group that nobody serves', () => {
    expect(apiGroup(builtIn, 'none.example.com')).toBeUndefined();
  });

  it('names the group and version of a subresource only where it is another', () => {
    expect(apiResourceList(custom('a.example.com', 'v1')).resources).toEqual([
      { name: 'lamps', singularName: 'lamp', namespaced: true, kind: 'Lamp', verbs: ['get'] },
      { name: 'lamps/status', singularName: '', namespaced: true, kind: 'Lamp', verbs: ['get'] },
      { name: 'lamps/scale', singularName: '', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get'] },
    ]);
  });

  it('names every kind of a custom resource in full when aggregated', () => {
    const [item] = aggregatedGroups([custom('a.example.com', 'v1')]).items;
    expect(item?.versions[0]?.resources?.[0]?.responseKind).toEqual({ group: 'a.example.com', version: 'v1', kind: 'Lamp' });
  });

  it('shows a group version that cannot be reached as stale and empty', () => {
    const [item] = aggregatedGroups([custom('a.example.com', 'v1', { stale: true, resources: [] })]).items;
    expect(item?.versions).toEqual([{ version: 'v1', freshness: 'Stale' }]);
  });
});

describe('the order of versions', () => {
  it('prefers stable, then beta, then alpha, then names of another form', () => {
    const order = ['v10', 'v2', 'v1', 'v11beta2', 'v10beta3', 'v3beta1', 'v12alpha1', 'v11alpha2', 'foo1', 'foo10'];
    expect([...order].reverse().sort(compareKubeVersions)).toEqual(order);
  });
});
