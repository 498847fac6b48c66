import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/client/client.js';
import { startCluster, type Cluster } from '../../src/index.js';

const LOG = '/api/v1/namespaces/default/pods/p/log';
const TEXT = 'text/plain; charset=utf-8';
const METRICS = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const JWKS = 'application/jwk-set+json';
const structured = (kind: string, version = 'v1beta1', format = 'json'): string =>
  `application/${format};g=config.k8s.io;v=${version};as=${kind}`;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0, disableAdmissionPlugins: ['ServiceAccount'] });
  await cluster.client.create({ resource: { group: '', version: 'v1', resource: 'pods' }, namespace: 'default' }, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  } as KubeObject);
});
afterAll(async () => {
  await cluster.stop();
});

function ask(method: string, path: string, accept = ''): Promise<Response> {
  return fetch(`${String(cluster.insecureUrl)}${path}`, { method, headers: { accept } });
}

async function message(path: string, accept: string): Promise<string> {
  return ((await (await ask('GET', path, accept)).json()) as { message: string }).message;
}

/** Recorded from kube-apiserver v1.36.2. */
const answers: readonly [method: string, path: string, accept: string, status: number, type: string | null][] = [
  ['HEAD', '/', '', 200, 'application/json'],
  ['POST', '/', '', 200, 'application/json'],
  ['GET', '/', 'image/png', 200, 'application/json'],
  ['GET', '/index.html', '', 200, 'application/json'],
  ['HEAD', '/version', '', 405, 'application/json'],
  ['GET', '/version/', '', 200, 'application/json'],
  ['POST', '/version/', '', 405, 'application/json'],
  ['GET', '/version', 'image/png', 406, 'application/json'],
  ['GET', '/version', 'application/yaml', 406, 'application/yaml'],
  ['HEAD', '/openapi/v2', '', 200, 'application/json'],
  ['PUT', '/openapi/v3', '', 200, TEXT],
  ['POST', '/openapi/v3/api/v1', '', 200, 'application/json'],
  ['GET', '/openid/v1/jwks', 'image/png', 406, 'application/json'],
  ['GET', '/openid/v1/jwks', JWKS, 200, JWKS],
  ['POST', '/openid/v1/jwks', '', 405, 'application/json'],
  ['GET', '/openid/v1/jwks/', '', 200, JWKS],
  ['GET', '/.well-known/openid-configuration/', '', 200, 'application/json'],
  ['GET', '/openapi/v2/', '', 404, TEXT],
  ['HEAD', '/.well-known/openid-configuration', '', 405, 'application/json'],
  ['POST', '/metrics', 'image/png', 200, METRICS],
  ['DELETE', '/metrics', '', 200, TEXT],
  ['GET', '/metrics/slis', '', 200, METRICS],
  ['DELETE', '/metrics/slis', '', 200, TEXT],
  ['GET', '/statusz', '', 200, TEXT],
  ['POST', '/statusz', 'text/html, */*', 200, TEXT],
  ['GET', '/statusz', 'application/json', 406, 'application/json'],
  ['GET', '/statusz', structured('Flagz'), 406, 'application/json'],
  ['GET', '/statusz', structured('Statusz', 'v1'), 406, 'application/json'],
  ['GET', '/statusz', structured('Statusz'), 200, structured('Statusz')],
  ['GET', '/flagz', structured('Flagz', 'v1alpha1', 'yaml'), 200, structured('Flagz', 'v1alpha1', 'yaml')],
  ['GET', LOG, '', 204, null],
  ['GET', LOG, 'application/json, */*', 204, null],
  ['GET', LOG, 'application/yaml', 204, null],
  ['GET', LOG, 'text/plain', 406, 'application/json'],
  ['GET', LOG, 'text/html', 406, 'application/json'],
  ['HEAD', LOG, '', 405, 'application/json'],
];

describe('documents beside the API', () => {
  it.each(answers)('%s %s for %j answers %i', async (method, path, accept, status, type) => {
    const response = await ask(method, path, accept);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
    await response.body?.cancel();
  });

  it('say which forms there are', async () => {
    const types = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
    expect(await message(LOG, 'text/plain')).toBe(`only the following media types are accepted: ${types}`);
    expect(await message(LOG, 'image/png')).toBe(`406: Not Acceptable\n\nAvailable representations: text/plain, ${types}`);
    expect(await message('/version', 'image/png')).toBe('406: Not Acceptable\n\nAvailable representations: application/json');
    expect(await message('/flagz', 'image/png')).toBe(
      'only the following media types are accepted: application/json, application/yaml, text/plain',
    );
  });

  it('tell of the server and its flags', async () => {
    expect(await (await ask('GET', '/statusz')).text()).toMatch(
      /^\napiserver statusz\nWarning: .*\n\nStarted: \w{3} \w{3} [ \d]\d [\d:]{8} UTC \d{4}\nUp: 0 hr 00 min \d\d sec\nGo version: go1.*\nBinary version: 1\.36\.2\nEmulation version: 1\.36\nPaths: .*\n$/,
    );
    expect(await (await ask('GET', '/statusz', structured('Statusz'))).json()).toMatchObject({
      kind: 'Statusz',
      apiVersion: 'config.k8s.io/v1beta1',
      metadata: { name: 'apiserver' },
      binaryVersion: '1.36.2',
      emulationVersion: '1.36',
    });
    expect(await (await ask('GET', '/flagz', structured('Flagz'))).json()).toMatchObject({
      kind: 'Flagz',
      flags: { 'authorization-mode': '[Node,RBAC]', 'disable-admission-plugins': '[ServiceAccount]', 'secure-port': String(cluster.port) },
    });
  });

  it('tell how the health checks are', async () => {
    const text = await (await ask('GET', '/metrics/slis')).text();
    expect(text).toContain('kubernetes_healthcheck{name="etcd",type="livez"} 1\n');
    expect(text).toContain('kubernetes_healthchecks_total{name="ping",status="success",type="readyz"} 1\n');
  });
});
