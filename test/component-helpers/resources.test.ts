import { describe, expect, it } from 'vitest';
import * as resources from '../../src/component-helpers/resources.js';
import { startCluster } from '../../src/index.js';

describe('Resource constants', () => {
  it('name resources that the server stores at just that version', async () => {
    await using cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
    const stored = cluster.client.discovery.resources().map(({ group, version, resource }) => `${group}/${version}/${resource}`);
    const named = Object.values(resources).map(({ group, version, resource }) => `${group}/${version}/${resource}`);
    expect(named.filter((name) => !stored.includes(name))).toEqual([]);
  });
});
