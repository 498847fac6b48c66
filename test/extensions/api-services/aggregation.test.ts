import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../../src/auth/certificates.js';
import { startCluster, type Cluster } from '../../../src/index.js';
import type { KubeObject } from '../../../src/registry/object.js';
import type { APIServiceStatus } from '../../../src/schema/generated/apiregistration-v1.js';

const GROUP = 'wardle.example.com';
const API_SERVICES = { resource: { group: 'apiregistration.k8s.io', version: 'v1', resource: 'apiservices' } };
const NAMESPACED = (group: string, version: string, resource: string) => ({ resource: { group, version, resource }, namespace: 'default' });
const LIST = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: `${GROUP}/v1`,
  resources: [
    { name: 'fischers', singularName: 'fischer', namespaced: false, kind: 'Fischer', verbs: ['get', 'list', 'watch'] },
    { name: 'fischers/status', singularName: '', namespaced: false, kind: 'Fischer', verbs: ['get'] },
  ],
};
const SCHEMA = {
  [`com.example.wardle.v1.Fischer`]: {
    type: 'object',
    'x-kubernetes-group-version-kind': [{ group: GROUP, version: 'v1', kind: 'Fischer' }],
  },
};

describe('An aggregated API', () => {
  let cluster: Cluster;
  let server: Server;
  const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let release: () => void = () => undefined;

  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const url = request.url ?? '';
    const send = (value: object, status = 200): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url === `/apis/${GROUP}/v1`) send(LIST);
    else if (url === '/openapi/v3')
      send({ paths: { [`apis/${GROUP}/v1`]: { serverRelativeURL: `/openapi/v3/apis/${GROUP}/v1?hash=ABC` } } });
    else if (url.startsWith(`/openapi/v3/apis/${GROUP}/v1`)) send({ openapi: '3.0.0', info: {}, components: { schemas: SCHEMA } });
    else if (url === '/openapi/v2') send({ swagger: '2.0', paths: { [`/apis/${GROUP}/v1/fischers`]: {} }, definitions: SCHEMA });
    else if (url.includes('away=')) response.writeHead(307, { location: 'https://elsewhere.example/' }).end();
    else if (url.includes('quiet=')) response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    else if (url.includes('watch=')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"type":"ADDED"}\n');
      release = () => response.end('{"type":"DELETED"}\n');
    } else {
      seen.push({ url, headers: request.headers, body });
      send({ kind: 'FischerList', items: [] }, url.includes('teapot') ? 418 : 200);
    }
  };

  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
    const trust = await cluster.client.get<KubeObject & { data: Record<string, string> }>(
      { resource: { group: '', version: 'v1', resource: 'configmaps' }, namespace: 'kube-system' },
      'extension-apiserver-authentication',
    );
    const ca = CertificateAuthority.create();
    const { certificatePem, privateKeyPem } = ca.issueServing(['wardle.default.svc']);
    server = createServer(
      {
        cert: certificatePem,
        key: privateKeyPem,
        requestCert: true,
        rejectUnauthorized: true,
        ca: trust.data['requestheader-client-ca-file'],
      },
      (request, response) => {
        let body = '';
        request.on('data', (part: Buffer) => (body += part.toString()));
        request.on('end', () => {
          answer(request, response, body);
        });
      },
    );
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      seen.push({ url: request.url ?? '', headers: request.headers, body: '' });
      if (request.headers.upgrade !== 'echo') return void socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 3\r\n\r\nno\n');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Own: yes\r\n\r\n');
      socket.write(head);
      socket.on('data', (bytes: Buffer) => socket.write(bytes));
      socket.on('end', () => socket.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await cluster.client.create(API_SERVICES, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1.${GROUP}` },
      spec: {
        group: GROUP,
        version: 'v1',
        groupPriorityMinimum: 2000,
        versionPriority: 10,
        service: { namespace: 'default', name: 'wardle', port: 443 },
        caBundle: Buffer.from(ca.certificatePem).toString('base64'),
      },
    } as unknown as KubeObject);
    expect((await get(`/apis/${GROUP}/v1`)).status).toBe(503);
    await cluster.client.create(NAMESPACED('', 'v1', 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'wardle' },
      spec: { ports: [{ name: 'https', port: 443 }] },
    } as KubeObject);
    await cluster.client.create(NAMESPACED('discovery.k8s.io', 'v1', 'endpointslices'), {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'wardle', labels: { 'kubernetes.io/service-name': 'wardle' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.2'] }],
      ports: [{ name: 'https', port }],
    } as unknown as KubeObject);
    await available('True');
  });
  afterAll(async () => {
    await cluster.stop();
    server.closeAllConnections();
    server.close();
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${cluster.insecureUrl ?? ''}${path}`, { headers });
  /** Asks for a protocol, says hello in it, and returns all that came. */
  const talk = (path: string, protocol: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(cluster.insecureUrl ?? '');
      const socket = connect(Number(port), hostname);
      let text = '';
      socket.on('error', reject);
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.endsWith('hello')) socket.end();
      });
      socket.on('close', () => {
        resolve(text);
      });
      socket.write(`GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\nhello`);
    });
  const available = async (status: string): Promise<APIServiceStatus> => {
    let found: APIServiceStatus | undefined;
    await new Promise<void>((resolve) => {
      void cluster.client.watch(API_SERVICES, {}, (items) => {
        for (const item of items) {
          if (!('stored' in item) || item.stored.key.name !== `v1.${GROUP}`) continue;
          found = item.stored.value.status as APIServiceStatus;
          if (found.conditions?.[0]?.status === status) resolve();
        }
      });
    });
    return found ?? {};
  };

  it('is available once its discovery document is there', async () => {
    expect((await available('True')).conditions).toMatchObject([{ type: 'Available', reason: 'Passed', message: 'all checks passed' }]);
  });

  it('is passed requests on, with who makes them', async () => {
    const response = await fetch(`${cluster.insecureUrl ?? ''}/apis/${GROUP}/v1/fischers?teapot=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-remote-user': 'liar', authorization: 'Bearer x' },
      body: '{"kind":"Fischer"}',
    });
    expect(response.status).toBe(418);
    expect(await response.json()).toEqual({ kind: 'FischerList', items: [] });
    expect(seen.at(-1)).toMatchObject({
      url: `/apis/${GROUP}/v1/fischers?teapot=1`,
      headers: {
        'x-remote-user': 'kubernetes-admin',
        'x-remote-group': 'system:masters, system:authenticated',
        'content-type': 'application/json',
      },
      body: '{"kind":"Fischer"}',
    });
    expect(seen.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('is not told of impersonation, which is settled, and is shown names in UTF-8', async () => {
    await get(`/apis/${GROUP}/v1/fischers`, {
      'impersonate-user': Buffer.from('évé').toString('latin1'),
      'impersonate-group': 'system:masters',
    });
    const headers: IncomingMessage['headers'] = seen.at(-1)?.headers ?? {};
    expect(Object.keys(headers).filter((name) => name.startsWith('impersonate'))).toEqual([]);
    expect(Buffer.from(String(headers['x-remote-user']), 'latin1').toString()).toBe('évé');
  });

  it('can’t send clients elsewhere', async () => {
    const response = await fetch(`${cluster.insecureUrl ?? ''}/apis/${GROUP}/v1/fischers?away=1`, { redirect: 'manual' });
    expect(response.status).toBe(502);
    expect(response.headers.get('location')).toBeNull();
    expect(await response.text()).toBe('the backend attempted to redirect this request, which is not permitted');
  });

  it('streams watches', async () => {
    const reader = (await get(`/apis/${GROUP}/v1/fischers?watch=1`)).body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('{"type":"ADDED"}\n');
    release();
    expect((await reader?.read())?.value).toBe('{"type":"DELETED"}\n');
    expect((await reader?.read())?.done).toBe(true);
  });

  it('sends the head of a watch before there is anything to tell', async () => {
    const response = await get(`/apis/${GROUP}/v1/fischers?quiet=true`);
    expect(response.headers.get('content-type')).toBe('application/json');
    await response.body?.cancel();
  });

  it('may speak another protocol', async () => {
    const upgrade = (protocol: string): Promise<string> => talk(`/apis/${GROUP}/v1/fischers/a/proxy?x=1`, protocol);
    expect(await upgrade('echo')).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n(?:.*\r\n)*X-Own: yes\r\n\r\nhello$/);
    expect(seen.at(-1)).toMatchObject({
      url: `/apis/${GROUP}/v1/fischers/a/proxy?x=1`,
      headers: { 'x-remote-group': 'system:masters, system:authenticated' },
    });
    expect(await upgrade('other')).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*\r\nno\n/);
  });

  it('is discovered', async () => {
    expect(await (await get(`/apis/${GROUP}`)).json()).toMatchObject({ versions: [{ groupVersion: `${GROUP}/v1` }] });
    expect(await (await get(`/apis/${GROUP}/v1`)).json()).toEqual(LIST);
    const all = (await (await get('/apis', { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' })).json()) as {
      items: { metadata: { name: string }; versions: object[] }[];
    };
    expect(all.items.find(({ metadata }) => metadata.name === GROUP)?.versions).toMatchObject([
      {
        version: 'v1',
        freshness: 'Current',
        resources: [
          {
            resource: 'fischers',
            responseKind: { group: GROUP, version: 'v1', kind: 'Fischer' },
            scope: 'Cluster',
            subresources: [{ subresource: 'status', verbs: ['get'] }],
          },
        ],
      },
    ]);
  });

  it('is part of the OpenAPI documents', async () => {
    const index = (await (await get('/openapi/v3')).json()) as { paths: Record<string, unknown> };
    expect(index.paths[`apis/${GROUP}/v1`]).toEqual({ serverRelativeURL: `/openapi/v3/apis/${GROUP}/v1?hash=ABC` });
    expect(await (await get(`/openapi/v3/apis/${GROUP}/v1`)).json()).toMatchObject({ components: { schemas: SCHEMA } });
    const v2 = (await (await get('/openapi/v2')).json()) as { paths: object; definitions: Record<string, unknown> };
    expect(Object.keys(v2.paths)).toContain(`/apis/${GROUP}/v1/fischers`);
    expect(v2.definitions['com.example.wardle.v1.Fischer']).toBeDefined();
    expect(v2.definitions['io.k8s.api.core.v1.Pod']).toBeDefined();
  });

  it('is gone when its server is', async () => {
    await cluster.client.delete(NAMESPACED('', 'v1', 'services'), 'wardle');
    const { conditions } = await available('False');
    expect(conditions).toMatchObject([{ reason: 'ServiceNotFound', message: 'service/wardle in "default" is not present' }]);
    const response = await get(`/apis/${GROUP}/v1/fischers`);
    expect([response.status, await response.text()]).toEqual([503, 'service unavailable\n']);
  });
});
