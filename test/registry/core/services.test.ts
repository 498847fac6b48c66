import { beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/registry/core/service/service.js';
import { Served, type Answer } from '../support/served.js';

const SERVICES = '/api/v1/namespaces/default/services';
const ADDRESSES = '/apis/networking.k8s.io/v1/ipaddresses';
/** Few addresses and ports: 14 of IPv4 and two ports. */
const SMALL = { serviceCidrs: ['10.0.0.0/28'], nodePorts: { from: 30000, to: 30001 } };

let served: Served;
async function begin(network?: ConstructorParameters<typeof Served>[1]): Promise<void> {
  served = new Served({}, network);
  await served.begin();
}
beforeEach(() => begin());

function service({ body }: Answer): Service {
  return body as Service;
}

function messageOf({ body }: Answer): string {
  return (body as { message?: string }).message ?? '';
}

function create(name: string, spec: object = {}, query = ''): Promise<Answer> {
  return served.ask(`POST ${SERVICES}${query}`, { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
}

async function taken(ip: string): Promise<boolean> {
  return (await served.ask(`GET ${ADDRESSES}/${ip}`)).code === 200;
}

describe('Cluster IPs', () => {
  it('are recorded as IPAddress objects that name their service', async () => {
    const { clusterIP = '', clusterIPs } = service(await create('web')).spec;
    expect(clusterIPs).toEqual([clusterIP]);
    const { body } = await served.ask(`GET ${ADDRESSES}/${clusterIP}`);
    expect(body).toMatchObject({
      metadata: {
        name: clusterIP,
        labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
      },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'web' } },
    });
  });

  it('chosen by chance leave the lower part of the range to services that choose', async () => {
    const ips = [];
    for (let i = 0; i < 20; i++) ips.push(service(await create(`web-${String(i)}`)).spec.clusterIP ?? '');
    expect(new Set(ips).size).toBe(20);
    for (const ip of ips) expect(Number(ip.split('.')[2]), ip).toBeGreaterThan(0);
  });

  it('go back when the service goes, at once or with its last finalizer', async () => {
    await create('plain', { clusterIP: '10.96.0.10' });
    await served.ask(`DELETE ${SERVICES}/plain`);
    expect(await taken('10.96.0.10')).toBe(false);

    await served.ask(`POST ${SERVICES}`, {
      metadata: { name: 'kept', finalizers: ['a.b/c'] },
      spec: { clusterIP: '10.96.0.10', ports: [{ port: 80 }] },
    });
    await served.ask(`DELETE ${SERVICES}/kept`);
    expect(await taken('10.96.0.10')).toBe(true);
    await served.ask(`PATCH ${SERVICES}/kept`, { metadata: { finalizers: null } });
    expect(await taken('10.96.0.10')).toBe(false);
  });

  it('go back when the service becomes an ExternalName and come when it was one', async () => {
    await create('web', { clusterIP: '10.96.0.10' });
    const named = await served.ask(`PATCH ${SERVICES}/web`, { spec: { type: 'ExternalName', externalName: 'example.com' } });
    expect(service(named).spec).not.toHaveProperty('clusterIP');
    expect(await taken('10.96.0.10')).toBe(false);
    const { spec } = service(await served.ask(`PATCH ${SERVICES}/web`, { spec: { type: 'ClusterIP', externalName: null } }));
    expect(await taken(spec.clusterIP ?? '')).toBe(true);
  });

  it('stay where they are when a replacement does not mention them', async () => {
    await create('web', { clusterIP: '10.96.0.10' });
    const { body } = await served.ask(`PUT ${SERVICES}/web`, { metadata: { name: 'web' }, spec: { ports: [{ port: 81 }] } });
    expect(body).toMatchObject({ spec: { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ports: [{ port: 81, targetPort: 81 }] } });
  });

  it('that a refused write took go back', async () => {
    await create('first', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    const refused = await create('second', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80, nodePort: 30080 }] });
    expect(messageOf(refused)).toBe(
      'Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    expect(await taken('10.96.0.10')).toBe(false);
    await create('third', { clusterIP: '10.96.0.11' });
    expect((await create('third', { clusterIP: '10.96.0.10' })).code).toBe(409);
    expect(await taken('10.96.0.10')).toBe(false);
  });

  it('are given once', async () => {
    await create('first', { clusterIP: '10.96.0.10' });
    expect(messageOf(await create('second', { clusterIP: '10.96.0.10' }))).toBe(
      'Service "second" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
    );
    expect(messageOf(await create('second', { clusterIP: '10.97.0.10' }))).toBe(
      'Service "second" is invalid: spec.clusterIPs: Invalid value: ["10.97.0.10"]: failed to allocate IP 10.97.0.10: the provided network does not match the current range',
    );
  });

  it('run out', async () => {
    await begin(SMALL);
    const answers = await Promise.all(Array.from({ length: 14 }, (_, i) => create(`web-${String(i)}`)));
    expect(new Set(answers.map((answer) => service(answer).spec.clusterIP)).size).toBe(14);
    const full = await create('one-more');
    expect(full.code).toBe(500);
    expect(messageOf(full)).toBe('Internal error occurred: failed to allocate a serviceIP for Service "one-more": range is full');
  });

  it('are not taken by dry runs', async () => {
    expect(service(await create('web', {}, '?dryRun=All')).spec.clusterIP).toBe('10.96.0.0');
    await create('web', { clusterIP: '10.96.0.10' }, '?dryRun=All');
    expect(await taken('10.96.0.10')).toBe(false);
  });

  it('come in two families where the server has both', async () => {
    await begin({ ...SMALL, serviceCidrs: ['10.0.0.0/24', 'fd00::/108'] });
    const { spec } = service(await create('web', { ipFamilyPolicy: 'PreferDualStack' }));
    expect(spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack' });
    const [first = '', second = ''] = spec.clusterIPs ?? [];
    expect(first).toMatch(/^10\.0\.0\./);
    expect(second).toMatch(/^fd00::/);
    expect(await taken(encodeURIComponent(second))).toBe(true);

    const single = await served.ask(`PATCH ${SERVICES}/web`, { spec: { ipFamilyPolicy: 'SingleStack' } });
    expect(service(single).spec).toMatchObject({ clusterIPs: [first], ipFamilies: ['IPv4'] });
    expect(await taken(encodeURIComponent(second))).toBe(false);
    const both = await served.ask(`PATCH ${SERVICES}/web`, { spec: { ipFamilyPolicy: 'RequireDualStack' } });
    expect(service(both).spec.clusterIPs?.[0]).toBe(first);
    expect(service(both).spec.clusterIPs).toHaveLength(2);

    const six = service(await create('six', { ipFamilies: ['IPv6'] }));
    expect(six.spec).toMatchObject({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' });
    expect(six.spec.clusterIP).toMatch(/^fd00::/);
  });
});

describe('Node ports', () => {
  const ports = (answer: Answer): (number | undefined)[] => (service(answer).spec.ports ?? []).map(({ nodePort }) => nodePort);

  it('are shared by TCP and UDP of one port', async () => {
    const [first, second, third] = ports(
      await create('dns', {
        type: 'NodePort',
        ports: [
          { name: 'tcp', port: 53, protocol: 'TCP' },
          { name: 'udp', port: 53, protocol: 'UDP' },
          { name: 'metrics', port: 9153 },
        ],
      }),
    );
    expect(first).toBe(second);
    expect(third).not.toBe(first);
  });

  it('run out, and come back with the type, the port or the service', async () => {
    await begin(SMALL);
    await create('a', {
      type: 'NodePort',
      ports: [
        { name: 'x', port: 1 },
        { name: 'y', port: 2 },
      ],
    });
    const full = await create('b', { type: 'NodePort' });
    expect(messageOf(full)).toBe('Internal error occurred: failed to allocate a nodePort: range is full');
    await served.ask(`PATCH ${SERVICES}/a`, { spec: { ports: [{ name: 'x', port: 1 }] } });
    expect((await create('b', { type: 'NodePort' })).code).toBe(201);
    expect((await create('c', { type: 'NodePort' })).code).toBe(500);
    await served.ask(`PATCH ${SERVICES}/a`, { spec: { type: 'ClusterIP' } });
    expect((await create('c', { type: 'NodePort' })).code).toBe(201);
    await served.ask(`DELETE ${SERVICES}/b`);
    expect((await create('d', { type: 'NodePort' })).code).toBe(201);
  });

  it('stay with the ports of their names when a replacement does not mention them', async () => {
    const wanted = {
      type: 'NodePort',
      ports: [
        { name: 'x', port: 1 },
        { name: 'y', port: 2 },
      ],
    };
    const [x, y] = ports(await create('a', wanted));
    const after = await served.ask(`PUT ${SERVICES}/a`, {
      metadata: { name: 'a' },
      spec: { type: 'NodePort', ports: [...wanted.ports].reverse() },
    });
    expect(ports(after)).toEqual([y, x]);
  });

  it('serve health checks of local traffic', async () => {
    await begin(SMALL);
    const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', allocateLoadBalancerNodePorts: false };
    const local = service(await create('a', { ...spec, healthCheckNodePort: 30001 }));
    expect(local.spec).toMatchObject({ healthCheckNodePort: 30001, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] });
    expect(messageOf(await create('b', { ...spec, healthCheckNodePort: 30001 }))).toBe(
      'Internal error occurred: failed to allocate requested HealthCheck NodePort 30001: provided port is already allocated',
    );
    expect(service(await create('b', spec)).spec.healthCheckNodePort).toBe(30000);
    expect(messageOf(await create('c', spec))).toBe('Internal error occurred: failed to allocate a HealthCheck NodePort 0: range is full');
    const cluster = await served.ask(`PATCH ${SERVICES}/a`, { spec: { externalTrafficPolicy: 'Cluster' } });
    expect(service(cluster).spec).not.toHaveProperty('healthCheckNodePort');
    expect((await create('c', spec)).code).toBe(201);
  });
});

describe('Services', () => {
  it('take the endpoints of their name along', async () => {
    const endpoints = '/api/v1/namespaces/default/endpoints';
    await create('web');
    await served.ask(`POST ${endpoints}`, { metadata: { name: 'web' } });
    await served.ask(`DELETE ${SERVICES}/web`);
    expect((await served.ask(`GET ${endpoints}/web`)).code).toBe(404);
  });
});
