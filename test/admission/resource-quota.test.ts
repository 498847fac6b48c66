import { describe, expect, it } from 'vitest';
import { admissionPlugins } from '../../src/admission/plugins.js';
import { resourceClaimEvaluator } from '../../src/component-helpers/quota/resource-claims.js';
import { parseQuantity } from '../../src/apimachinery/quantity.js';
import type { KubeObject } from '../../src/registry/object.js';
import type { DeviceClass } from '../../src/schema/generated/resource-v1.js';
import { Served } from '../registry/support/served.js';

const QUOTAS = '/api/v1/namespaces/ns/resourcequotas';

async function namespaceWith(hard: Record<string, string>): Promise<Served> {
  const served = new Served({}, undefined, (environment) => admissionPlugins({ environment, enable: [], disable: ['ServiceAccount'] }));
  await served.begin();
  await served.ask('POST /api/v1/namespaces', { metadata: { name: 'ns' } });
  await served.ask(`POST ${QUOTAS}`, { metadata: { name: 'q' }, spec: { hard } });
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  await served.ask(`PATCH ${QUOTAS}/q/status`, { status: { hard, used } });
  return served;
}

async function used(served: Served): Promise<Record<string, string>> {
  const { body } = await served.ask(`GET ${QUOTAS}/q`);
  return (body as { status: { used: Record<string, string> } }).status.used;
}

const configMaps = '/api/v1/namespaces/ns/configmaps';

describe('A quota', () => {
  it('is charged once for each object, however many come at once', async () => {
    const served = await namespaceWith({ 'count/configmaps': '7' });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => served.ask(`POST ${configMaps}`, { metadata: { name: `c${String(i)}` } })),
    );
    expect(answers.filter(({ code }) => code === 201)).toHaveLength(7);
    expect(answers.filter(({ code }) => code === 403)).toHaveLength(13);
    expect(await used(served)).toEqual({ 'count/configmaps': '7' });
  });

  it('gets back what was charged for an object that was there already', async () => {
    const served = await namespaceWith({ 'count/configmaps': '7' });
    await served.ask(`POST ${configMaps}`, { metadata: { name: 'twice' } });
    expect((await served.ask(`POST ${configMaps}`, { metadata: { name: 'twice' } })).code).toBe(409);
    expect(await used(served)).toEqual({ 'count/configmaps': '1' });
  });

  it('is not charged by a dry run, nor for what another plug-in refuses', async () => {
    const served = await namespaceWith({ services: '7', 'services.nodeports': '1' });
    const service = (ports: number): object => ({
      metadata: { name: 's' },
      spec: { type: 'NodePort', ports: Array.from({ length: ports }, (_, i) => ({ name: `p${String(i)}`, port: i + 1 })) },
    });
    expect((await served.ask('POST /api/v1/namespaces/ns/services?dryRun=All', service(1))).code).toBe(201);
    expect((await served.ask('POST /api/v1/namespaces/ns/services', service(2))).code).toBe(403);
    expect(await used(served)).toEqual({ services: '0', 'services.nodeports': '0' });
  });

  it('tells by managedFields that the server wrote its usage', async () => {
    const served = await namespaceWith({ 'count/configmaps': '7' });
    await served.ask(`POST ${configMaps}`, { metadata: { name: 'one' } });
    const { body } = await served.ask(`GET ${QUOTAS}/q`);
    const { managedFields = [] } = (body as KubeObject).metadata;
    expect(managedFields.map(({ manager, subresource }) => [manager, subresource])).toContainEqual(['kube-apiserver', 'status']);
  });
});

describe('Claims for devices', () => {
  const classes = [
    { apiVersion: '', kind: '', metadata: { name: 'fast' }, spec: { extendedResourceName: 'example.com/gpu' } },
  ] as unknown as (KubeObject & DeviceClass)[];
  const claim = (requests: object[]): KubeObject => ({ apiVersion: '', kind: '', metadata: {}, spec: { devices: { requests } } });
  const usage = (requests: object[], podUsage?: Record<string, string>): Record<string, string> => {
    const pod = podUsage && new Map(Object.entries(podUsage).map(([name, text]) => [name, parseQuantity(text)]));
    const found = resourceClaimEvaluator(classes, () => pod).usage(claim(requests));
    return Object.fromEntries(Array.from(found, ([name, amount]) => [name, amount.toString()]));
  };
  const COUNT = 'count/resourceclaims.resource.k8s.io';
  const devices = (name: string): string => `${name}.deviceclass.resource.k8s.io/devices`;
  const implicit = (name: string): string => `requests.deviceclass.resource.kubernetes.io/${name}`;
  const exactly = (deviceClassName: string, more: object): object => ({ name: 'r', exactly: { deviceClassName, ...more } });

  it.each<[string, object[], Record<string, string>]>([
    ['by number', [exactly('slow', { allocationMode: 'ExactCount', count: 2 })], { [devices('slow')]: '2', [implicit('slow')]: '2' }],
    [
      'all there are, as many as can be',
      [exactly('slow', { allocationMode: 'All' })],
      { [devices('slow')]: '32', [implicit('slow')]: '32' },
    ],
    [
      'by the resource that a class stands for',
      [exactly('fast', { allocationMode: 'ExactCount', count: 1 }), exactly('fast', { allocationMode: 'ExactCount', count: 2 })],
      { [devices('fast')]: '3', [implicit('fast')]: '3', 'requests.example.com/gpu': '3' },
    ],
    [
      'the worst of alternatives',
      [
        {
          name: 'r',
          firstAvailable: [
            { deviceClassName: 'slow', allocationMode: 'ExactCount', count: 1 },
            { deviceClassName: 'slow', allocationMode: 'ExactCount', count: 4 },
          ],
        },
      ],
      { [devices('slow')]: '4', [implicit('slow')]: '4' },
    ],
  ])('cost %s', (_, requests, expected) => {
    expect(usage(requests)).toEqual({ [COUNT]: '1', ...expected });
  });

  it('cost no more of what their pod paid for', () => {
    const requests = [exactly('fast', { allocationMode: 'ExactCount', count: 3 })];
    expect(usage(requests, { 'requests.example.com/gpu': '3', [implicit('fast')]: '1' })).toEqual({
      [COUNT]: '1',
      [devices('fast')]: '3',
      [implicit('fast')]: '2',
    });
  });

  it('are measured by the names that have to do with devices', () => {
    const { matching } = resourceClaimEvaluator(classes, () => undefined);
    const names = [
      COUNT,
      devices('x'),
      implicit('fast'),
      implicit('slow'),
      'requests.example.com/gpu',
      'requests.example.com/other',
      'requests.cpu',
      'pods',
    ];
    expect(matching(names)).toEqual([COUNT, devices('x'), implicit('fast'), 'requests.example.com/gpu']);
  });
});
