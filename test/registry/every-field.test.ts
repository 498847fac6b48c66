import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../../src/index.js';
import type { JsonObject, StructType } from '../../src/schema/type.js';
import { typeRegistry } from '../../src/schema/types.js';
import { exceptionsOf } from './support/field-differences.js';
import { declaredFields, type FieldPath } from './support/field-paths.js';
import { FieldSuite } from './support/field-suite.js';
import { readSamples, type Exception } from './support/sample-objects.js';
import { JSON_TYPE, ServedResource, Server } from './support/served-resource.js';

/**
 * Every field that the facts declare of a served type is sent to the server, as JSON and as protobuf, and read back in both.
 * The objects are those of every-field/*.yaml; a field that none of them has gets a value that its facts allow.
 */
const NAMESPACE = 'every-field';
const samples = readSamples();

/** With `KUBE_SERVER=https://… KUBE_TOKEN=…` another server is asked, which shows whether samples and exceptions are right. */
const other = process.env.KUBE_SERVER;
let cluster: Cluster | undefined;
let server: Server;

/** What others refer to. */
const NEEDED: readonly [resource: string, body: JsonObject][] = [
  ['v1 namespaces', { metadata: { name: NAMESPACE, labels: { 'resource.kubernetes.io/admin-access': 'true' } } }],
  ['v1 serviceaccounts', { metadata: { name: 'default' } }],
  ['v1 serviceaccounts', { metadata: { name: 'builder' } }],
  ['scheduling.k8s.io/v1 priorityclasses', { metadata: { name: 'every-field' }, value: 77, preemptionPolicy: 'Never' }],
  ['node.k8s.io/v1 runtimeclasses', { metadata: { name: 'every-field' }, handler: 'h', overhead: { podFixed: { cpu: '10m' } } }],
];

const served = typeRegistry()
  .groupVersions.flatMap(({ resources }) => resources)
  .map((facts) => new ServedResource(facts, NAMESPACE));
const speaksOf = (exception: Exception, field: FieldPath, kind: string, type: StructType): boolean =>
  exceptionsOf([{ ...exception, is: 'dropped', fields: [field] }], kind, declaredFields(type).keys()).size > 0;
const stored = served.filter(({ facts }) => !(facts.kind in samples.unstored));

beforeAll(async () => {
  if (other === undefined) {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], tokens: 'every-field,admin,admin-uid,"system:masters"\n' });
    server = new Server(cluster.url, 'every-field', cluster.caPem);
  } else server = new Server(other, process.env.KUBE_TOKEN ?? '');
  for (const [name, body] of NEEDED) {
    const resource = served.find(({ apiVersion, facts }) => `${apiVersion} ${facts.resource}` === name);
    await resource?.ask(server, 'POST', '', JSON_TYPE, body);
  }
});
afterAll(async () => {
  server.close();
  await cluster?.stop();
});

it('has no exception that speaks of nothing', () => {
  const idle = samples.exceptions.filter(
    (exception) => !exception.fields.every((field) => stored.some(({ facts, type }) => speaksOf(exception, field, facts.kind, type))),
  );
  expect(idle).toEqual([]);
  const kinds = new Set(served.map(({ facts }) => facts.kind));
  expect([...Object.keys(samples.unstored), ...Object.keys(samples.statusOnCreate)].filter((kind) => !kinds.has(kind))).toEqual([]);
});

describe.each(stored.map((resource) => [`${resource.apiVersion} ${resource.facts.kind}`, resource] as const))('%s', (_, resource) => {
  const suite = new FieldSuite(resource, samples, () => server, NAMESPACE);

  it('has samples', () => {
    expect(suite.objects).not.toEqual([]);
  });
  it('keeps the fields of its samples', async () => {
    expect(await suite.keepsSamples()).toEqual([]);
  });
  it('keeps the fields that no sample has', async () => {
    expect(await suite.keepsTheRest()).toEqual([]);
  });
  it('refuses the fields that only others may set', async () => {
    expect(await suite.refuses()).toEqual([]);
  });
  it('has had each declared field sent', () => {
    expect(suite.unsent()).toEqual([]);
  });
});
