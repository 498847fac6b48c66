import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '../../src/cluster.js';
import { unwrapUnknown } from '../../src/schema/protobuf.js';

const JSON_TYPE = { 'content-type': 'application/json' };

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** What the real server (v1.36.2) answered to the same requests. */
describe('the API’s mechanics', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
  });
  afterAll(() => cluster.stop());

  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> => {
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
    const response = await fetch(`${cluster.insecureUrl ?? ''}${path}`, { method, headers, ...(text === undefined ? {} : { body: text }) });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  };
  const object = (answer: Answered): { metadata: Record<string, unknown>; message?: string } =>
    JSON.parse(answer.text) as ReturnType<typeof object>;
  const maps = '/api/v1/namespaces/default/configmaps';
  const make = async (name: string): Promise<void> => {
    const made = await ask('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { k: '1' } }, JSON_TYPE);
    expect(made.status).toBe(201);
  };

  it.each([
    ['/index.html', 200, 'application/json'],
    ['/version/', 200, 'application/json'],
    ['/version/x', 404, 'application/json'],
    ['/api/v1/watch', 500, 'text/plain; charset=utf-8'],
    ['/apis/apps/v1/proxy/', 500, 'text/plain; charset=utf-8'],
    ['/api/v1/watch/namespaces/default/bindings', 404, 'application/json'],
    ['/api/v1/watch/componentstatuses', 404, 'application/json'],
  ])('GET %s answers %i in %s', async (path, status, type) => {
    expect(await ask('GET', path)).toMatchObject({ status, type });
  });

  it('a URL that names no kind is told in plain text, with nothing that a browser takes for markup', async () => {
    expect((await ask('GET', '/api/v1/watch?a=<b>')).text).toBe(
      'Internal Server Error: "/api/v1/watch?a=%3Cb%3E": failed to create RequestInfo: unable to determine kind and namespace from url, /api/v1/watch?a=%3Cb%3E\n',
    );
  });

  const V3 = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';
  it.each([
    ['/openapi/v3/version', 'text/plain', 406, ''],
    ['/openapi/v3/version', 'APPLICATION/JSON', 406, ''],
    ['/openapi/v3/version', ',', 200, ''],
    ['/openapi/v3/version', 'application/yaml,*/*;q=0.1', 200, 'application/json'],
    ['/openapi/v3/version', `${V3};q=0.3,application/json;q=0.5`, 200, 'application/json'],
    ['/openapi/v3/version', V3.replace('v3.v1', 'v3@v1'), 200, V3],
    ['/openapi/v3/nope', 'text/plain', 404, ''],
    ['/openapi/v2', 'application/yaml', 406, ''],
    ['/openapi/v2', ',', 406, ''],
  ])('%s for %s is %i %s', async (path, accept, status, type) => {
    expect(await ask('GET', path, undefined, { accept })).toMatchObject({ status, type });
  });

  const AGGREGATED = 'g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  it.each([
    [`application/json;${AGGREGATED}`, 200, `application/json;${AGGREGATED}`],
    [`application/json,application/json;${AGGREGATED}`, 200, `application/json;${AGGREGATED}`],
    [`application/yaml;${AGGREGATED}`, 200, `application/yaml;${AGGREGATED}`],
    [`application/json;${AGGREGATED.replace('v2', 'v2beta1')}`, 406, 'application/json'],
    [`application/json;${AGGREGATED.replace('v2', 'v2beta1')},application/json`, 200, 'application/json'],
    ['application/json;v=v2;as=APIGroupDiscoveryList,application/yaml', 200, 'application/yaml'],
  ])('/apis for %s is %i %s', async (accept, status, type) => {
    expect(await ask('GET', '/apis', undefined, { accept })).toMatchObject({ status, type });
  });

  it.each([
    ['/api', '', 'APIVersions'],
    ['/apis', 'v1', 'APIGroupList'],
    ['/apis/apps', 'v1', 'APIGroup'],
    ['/apis/apps/v1', 'v1', 'APIResourceList'],
    ['/apis', 'apidiscovery.k8s.io/v2', 'APIGroupDiscoveryList'],
  ])('%s in protobuf holds a %s %s', async (path, apiVersion, kind) => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const accept = kind === 'APIGroupDiscoveryList' ? `${protobuf};${AGGREGATED}` : protobuf;
    const response = await fetch(`${cluster.insecureUrl ?? ''}${path}`, { headers: { accept } });
    expect(response.headers.get('content-type')).toBe(accept);
    expect(unwrapUnknown(Buffer.from(await response.arrayBuffer()))).toMatchObject({ apiVersion, kind });
  });

  it.each([
    ['a\u007fb', 500],
    ['a\u009fb', 500],
    ['a\uffffb', 500],
    ['a\u0085b', 201],
    ['a\ufeffb', 201],
    ['a\u0001b', 201],
  ])('an object with %j is %i in YAML', async (value, status) => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'odd' }, data: { k: value } };
    const answer = await ask('POST', `${maps}?dryRun=All`, body, { ...JSON_TYPE, accept: 'application/yaml' });
    expect(answer).toMatchObject({ status, type: 'application/yaml' });
    if (status === 500) expect(answer.text).toContain('code: 500\nkind: Status\nmessage: ');
  });

  it('a deletion’s Status is in protobuf for who asks for that', async () => {
    await make('binary');
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    const response = await fetch(`${cluster.insecureUrl ?? ''}${maps}/binary`, { method: 'DELETE', headers });
    expect(response.headers.get('content-type')).toBe(headers.accept);
    expect(unwrapUnknown(Buffer.from(await response.arrayBuffer()))).toMatchObject({ apiVersion: 'v1', kind: 'Status' });
  });

  it.each([
    ['null', 200, undefined],
    ['[]', 400, "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct"],
    ['"x"', 400, "couldn't get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct"],
  ])('DELETE with the body %s is %i', async (body, status, message) => {
    const name = `gone-${String(Buffer.from(body).toString('hex'))}`;
    await make(name);
    const answer = await ask('DELETE', `${maps}/${name}`, body, JSON_TYPE);
    expect(answer.status).toBe(status);
    if (message !== undefined) expect(object(answer).message).toContain(message);
  });

  it.each([
    [
      'log?sinceSeconds=1&sinceTime=2025-01-01T00:00:00Z',
      'PodLogOptions "none" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    ['portforward?ports=80,x', 'cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax'],
    ['portforward?ports=65536', 'cannot convert to []int32: strconv.ParseUint: parsing "65536": value out of range'],
    ['portforward?ports=65535', 'pods "none" not found'],
  ])('GET of a pod’s %s says %s', async (subresource, message) => {
    expect(object(await ask('GET', `/api/v1/namespaces/default/pods/none/${subresource}`)).message).toBe(message);
  });

  it('deleting a collection shows exactly the version that was asked for', async () => {
    const answer = await ask('DELETE', `${maps}?resourceVersion=2&labelSelector=none`);
    expect(object(answer).metadata['resourceVersion']).toBe('2');
  });

  it('an empty list of managedFields starts over, in a body as in a patch', async () => {
    await make('reset');
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'reset', managedFields: [] }, data: { k: '1' } };
    expect(object(await ask('PUT', `${maps}/reset`, body, JSON_TYPE)).metadata['managedFields']).toBeUndefined();
  });

  it('a link to itself is not stored, and alone is no change', async () => {
    await make('linked');
    const before = object(await ask('GET', `${maps}/linked`)).metadata['resourceVersion'];
    const patch = { metadata: { selfLink: '/x' } };
    const type = { 'content-type': 'application/merge-patch+json' };
    expect(object(await ask('PATCH', `${maps}/linked?dryRun=All`, patch, type)).metadata['selfLink']).toBe('/x');
    const { selfLink, resourceVersion } = object(await ask('PATCH', `${maps}/linked`, patch, type)).metadata;
    expect([selfLink, resourceVersion]).toEqual([undefined, before]);
  });

  it('the first update of a job whose labels only reading fills in is a write without any change', async () => {
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } } };
    const versions = [object(await ask('POST', jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j' }, spec }, JSON_TYPE))];
    for (let i = 0; i < 3; i++)
      versions.push(object(await ask('PATCH', `${jobs}/j`, '{}', { 'content-type': 'application/merge-patch+json' })));
    const [made, first, second, third] = versions.map(({ metadata }) => metadata['resourceVersion']);
    expect(first).not.toBe(made);
    expect([second, third]).toEqual([first, first]);
  });

  it('a watch in the form of lists ends with its first event', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    expect(await ask('GET', '/api/v1/namespaces?watch=1&timeoutSeconds=60', undefined, { accept })).toMatchObject({
      status: 200,
      text: '',
    });
  });

  it('a body of another kind is read as what it says it is', async () => {
    await make('kind');
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'kind' }, data: { k: 'not base64' } };
    const answer = await ask('PUT', `${maps}/kind`, body, JSON_TYPE);
    expect(object(answer).message).toMatch(/^Secret in version "v1" cannot be handled as a ConfigMap: illegal base64 data/);
  });

  it('a patch may name another version of the kind', async () => {
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const spec = { selector: { matchLabels: { a: 'b' } }, template };
    await ask('POST', deployments, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec }, JSON_TYPE);
    const type = { 'content-type': 'application/merge-patch+json' };
    expect((await ask('PATCH', `${deployments}/d`, { apiVersion: 'apps/v1beta1' }, type)).status).toBe(200);
    expect((await ask('PATCH', `${deployments}/d`, { apiVersion: 'apps/v9' }, type)).status).toBe(422);
  });
});
