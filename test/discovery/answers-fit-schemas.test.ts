import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenApiDocuments } from '../../src/discovery/openapi-documents.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { typeRegistry } from '../../src/schema/types.js';

/** Resources whose starting objects are checked, with the schema of their kind. */
const CASES = [
  ['', 'v1', 'namespaces', 'io.k8s.api.core.v1.Namespace'],
  ['', 'v1', 'services', 'io.k8s.api.core.v1.Service'],
  ['', 'v1', 'endpoints', 'io.k8s.api.core.v1.Endpoints'],
  ['discovery.k8s.io', 'v1', 'endpointslices', 'io.k8s.api.discovery.v1.EndpointSlice'],
  ['coordination.k8s.io', 'v1', 'leases', 'io.k8s.api.coordination.v1.Lease'],
  ['flowcontrol.apiserver.k8s.io', 'v1', 'flowschemas', 'io.k8s.api.flowcontrol.v1.FlowSchema'],
  ['flowcontrol.apiserver.k8s.io', 'v1', 'prioritylevelconfigurations', 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterroles', 'io.k8s.api.rbac.v1.ClusterRole'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'io.k8s.api.rbac.v1.ClusterRoleBinding'],
  ['apiregistration.k8s.io', 'v1', 'apiservices', 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService'],
  ['scheduling.k8s.io', 'v1', 'priorityclasses', 'io.k8s.api.scheduling.v1.PriorityClass'],
] as const;

describe('answers fit the schemas that are published', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'] });
  });
  afterAll(async () => {
    await cluster.stop();
  });

  it.each(CASES)('%s/%s %s', async (group, version, resource, definition) => {
    const name = group === '' ? `api/${version}` : `apis/${group}/${version}`;
    const document = JSON.parse(new OpenApiDocuments(typeRegistry()).v3(name)?.json.toString() ?? 'null') as { components: object };
    // Formats such as int-or-string are Kubernetes' own; ajv checks structure, types and enums here.
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const check = ajv.compile({ $ref: `#/components/schemas/${definition}`, components: document.components });
    const { items } = await cluster.client.list({ resource: { group, version, resource } });
    expect(items.length).toBeGreaterThan(0);
    for (const item of items) {
      // Go writes absent lists as null in places, which its own published schema doesn't allow.
      const fits = check(JSON.parse(JSON.stringify(item), (_key, value: unknown) => (value === null ? undefined : value)));
      expect({ name: item.metadata.name, fits, errors: check.errors }).toMatchObject({ fits: true });
    }
  });
});
