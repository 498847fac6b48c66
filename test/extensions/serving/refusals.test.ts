import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startCluster, type Cluster } from '../../../src/index.js';

const SERVED = '/apis/example.com/v1/namespaces/default/things';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const VERSION = {
  name: 'v1',
  served: true,
  storage: true,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      'x-kubernetes-validations': [{ rule: 'self.spec.n < 5', message: 'n is small' }],
      properties: { spec: { type: 'object', properties: { n: { type: 'integer' } } } },
    },
  },
};
const definition = (versions: readonly object[], plural = 'things'): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.com` },
  spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind: 'Thing' }, versions },
});

const UNCHECKED =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
const MISSING = `Object 'Kind' is missing in '{"apiVersion":"example.com/v1","metadata":{"name":"a"}}'`;

/** What the real server answers. */
const CASES: readonly (readonly [title: string, path: string, body: object, message: string])[] = [
  [
    'rules are not evaluated while metadata is wrong',
    SERVED,
    { apiVersion: 'example.com/v1', kind: 'Thing', spec: { n: 9 } },
    `Thing.example.com "" is invalid: [metadata.name: Required value: name or generateName is required, ${UNCHECKED}]`,
  ],
  [
    'rules are evaluated where metadata is right',
    SERVED,
    { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { n: 9 } },
    'Thing.example.com "a" is invalid: <nil>: Invalid value: n is small',
  ],
  [
    'a missing kind is told with what was expected',
    SERVED,
    { apiVersion: 'example.com/v1', metadata: { name: 'a' } },
    `the object provided is unrecognized (must be of type Thing): ${MISSING} ({"apiVersion":"example.com/v1" ...)`,
  ],
  [
    'a missing kind is told otherwise where fields are not validated',
    `${SERVED}?fieldValidation=Ignore`,
    { apiVersion: 'example.com/v1', metadata: { name: 'a' } },
    `Thing in version "v1" cannot be handled as a Thing: ${MISSING}`,
  ],
];

describe('Refusals around custom resources', () => {
  let cluster: Cluster;
  const post = async (path: string, body: object): Promise<{ message?: string; details?: { causes?: readonly { field: string }[] } }> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${cluster.insecureUrl ?? ''}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as { message?: string };
  };

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
    await post(DEFINITIONS, definition([VERSION]));
    await vi.waitFor(async () => expect((await fetch(`${cluster.insecureUrl ?? ''}${SERVED}`)).status).toBe(200));
  });
  afterAll(() => cluster.stop());

  it.each(CASES)('%s', async (_title, path, body, message) => {
    expect((await post(path, body)).message).toBe(message);
  });

  it.each(['self.spec.namespace', 'self.spec.__namespace__'])('a field named by a reserved word is found by %s', async (name) => {
    const spec = { type: 'object', properties: { namespace: { type: 'string' } } };
    const schema = { type: 'object', properties: { spec }, 'x-kubernetes-validations': [{ rule: `${name} == "a"` }] };
    const body = definition([{ ...VERSION, schema: { openAPIV3Schema: schema } }], 'others');
    expect(await post(`${DEFINITIONS}?dryRun=All`, body)).toMatchObject({ kind: 'CustomResourceDefinition' });
  });

  it('a storage version that is there twice is missed once', async () => {
    const { details } = await post(`${DEFINITIONS}?dryRun=All`, definition([VERSION, VERSION]));
    expect(details?.causes?.filter(({ field }) => field === 'status.storedVersions')).toEqual([
      { reason: 'FieldValueInvalid', message: 'Invalid value: ["v1"]: must have the storage version v1', field: 'status.storedVersions' },
    ]);
  });
});
