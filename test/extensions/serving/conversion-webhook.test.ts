import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster, type ServedWebhook } from '../../../src/index.js';
import type { ConversionAnswer } from '../../../src/index.js';
import type { KubeObject } from '../../../src/registry/object.js';
import type { WatchItem } from '../../../src/registry/watch.js';
import { refusal } from '../../support/refusal.js';

const GROUP = 'conversion.example.com';
const DEFINITIONS = { resource: { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' } };
const at = (version: string) => ({ resource: { group: GROUP, version, resource: 'boxes' }, namespace: 'default' });

interface Box extends KubeObject {
  /** `2x3` in v1. */
  size?: string;
  /** In v2. */
  width?: number;
  height?: number;
}

const schema = (properties: object): object => ({ openAPIV3Schema: { type: 'object', properties } });
const definition = (clientConfig: object): KubeObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `boxes.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural: 'boxes', kind: 'Box' },
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } },
      versions: [
        { name: 'v1', served: true, storage: true, schema: schema({ size: { type: 'string' } }) },
        {
          name: 'v2',
          served: true,
          storage: false,
          schema: schema({ width: { type: 'integer' }, height: { type: 'integer' } }),
          selectableFields: [{ jsonPath: '.width' }],
        },
      ],
    },
  }) as unknown as KubeObject;

function convert(box: Box, apiVersion: string): Box {
  const { size = '', width, height, ...rest } = box;
  if (apiVersion.endsWith('v1')) return { ...rest, apiVersion, size: `${String(width)}x${String(height)}` };
  const [w, h] = size.split('x').map(Number);
  return { ...rest, apiVersion, width: w ?? 0, height: h ?? 0 };
}

describe('A conversion webhook', () => {
  let cluster: Cluster;
  let webhook: ServedWebhook;
  let answer: ((objects: readonly Box[], apiVersion: string) => ConversionAnswer) | undefined;
  let asked: string[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ nodes: 0, controllers: ['-*'], insecurePort: 0 });
    webhook = await cluster.webhook(({ objects, desiredAPIVersion = '' }) => {
      const boxes = (objects ?? []) as unknown as Box[];
      asked.push(...boxes.map((box) => `${box.metadata.name ?? ''} to ${desiredAPIVersion}`));
      return answer?.(boxes, desiredAPIVersion) ?? { convertedObjects: boxes.map((box) => convert(box, desiredAPIVersion)) };
    });
    await cluster.client.create(DEFINITIONS, definition(webhook.clientConfig));
  });
  afterAll(async () => {
    await cluster.stop();
  });
  const box = (name: string, fields: object, version = 'v2'): Box =>
    ({ apiVersion: `${GROUP}/${version}`, kind: 'Box', metadata: { name }, ...fields }) as Box;
  const read = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${cluster.insecureUrl ?? ''}/apis/${GROUP}/${path}`)).json()) as Record<string, unknown>;

  it('is asked on create, read, list, update and patch, once for each version of an object', async () => {
    await cluster.client.create(at('v2'), box('a', { width: 2, height: 3 }));
    expect(await read('v1/namespaces/default/boxes/a')).toMatchObject({ apiVersion: `${GROUP}/v1`, size: '2x3' });
    expect(await read('v2/namespaces/default/boxes/a')).toMatchObject({ apiVersion: `${GROUP}/v2`, width: 2, height: 3 });
    await cluster.client.patch(at('v2'), 'a', 'merge', { height: 4 });
    expect(await read('v1/namespaces/default/boxes/a')).toMatchObject({ size: '2x4' });
    await cluster.client.create(at('v1'), box('b', { size: '5x6' }, 'v1'));
    asked = [];
    expect(await read('v2/namespaces/default/boxes')).toMatchObject({
      items: [
        { width: 2, height: 4 },
        { width: 5, height: 6 },
      ],
    });
    expect(await read('v2/namespaces/default/boxes?fieldSelector=width%3D5')).toMatchObject({ items: [{ width: 5 }] });
    expect(asked).toEqual([`b to ${GROUP}/v2`]);
  });

  it('is counted', async () => {
    await cluster.client.create(at('v2'), box('counted', { width: 1, height: 1 }));
    answer = () => ({ convertedObjects: [] });
    await refusal(cluster.client.create(at('v2'), box('lost', { width: 1, height: 1 })));
    answer = undefined;
    const numbers = await (await fetch(`${cluster.insecureUrl ?? ''}/metrics`)).text();
    expect(numbers).toMatch(/apiserver_conversion_webhook_request_total\{result="success",failure_type=""\} [1-9]/);
    expect(numbers).toContain(
      'apiserver_conversion_webhook_request_total{result="failure",failure_type="conversion_webhook_partial_response_failure"} 1',
    );
    const labels = `crd_name="boxes.${GROUP}",from_version="v2",to_version="v1",succeeded="false"`;
    expect(numbers).toContain(`apiserver_crd_conversion_webhook_duration_seconds_count{${labels}} 1`);
    await cluster.client.delete(at('v2'), 'counted');
  });

  it('lets server-side apply own fields of several versions', async () => {
    await cluster.client.patch(at('v1'), 'c', 'apply', box('c', { size: '1x1' }, 'v1'), { fieldManager: 'first' });
    const conflict = cluster.client.patch(at('v2'), 'c', 'apply', box('c', { width: 9 }), { fieldManager: 'second' });
    expect(await refusal(conflict)).toMatchObject({ code: 409, details: { causes: [{ field: '.size' }] } });
    await cluster.client.patch(at('v2'), 'c', 'apply', box('c', { width: 9 }), { fieldManager: 'second', force: true });
    expect(await read('v1/namespaces/default/boxes/c')).toMatchObject({ size: '9x1' });
  });

  it('converts what a watch sends, in order', async () => {
    const items: WatchItem[] = [];
    let arrived: () => void = () => undefined;
    const watch = await cluster.client.watch(at('v2'), { allowWatchBookmarks: true } as object, (more) => {
      items.push(...more);
      arrived();
    });
    const response = await fetch(`${cluster.insecureUrl ?? ''}/apis/${GROUP}/v2/namespaces/default/boxes?watch=1&fieldSelector=width%3D7`);
    const lines = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const all = new Promise<void>((resolve) => {
      arrived = () => {
        if (items.filter(({ type }) => type === 'DELETED').length > 0) resolve();
      };
    });
    await cluster.client.create(at('v1'), box('w', { size: '7x1' }, 'v1'));
    await cluster.client.update(at('v1'), { ...(await cluster.client.get<Box>(at('v1'), 'w')), size: '8x1' });
    await cluster.client.delete(at('v1'), 'w');
    await all;
    watch.close();
    let text = '';
    while (!text.includes('DELETED')) text += (await lines?.read())?.value ?? '';
    await lines?.cancel();
    const seen = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: Box });
    expect(seen.map(({ type, object }) => [type, object.apiVersion, object.width])).toEqual([
      ['ADDED', `${GROUP}/v2`, 7],
      ['DELETED', `${GROUP}/v2`, 7],
    ]);
    const own = items.filter(({ type }) => type !== 'BOOKMARK').map(({ type }) => type);
    expect(own.slice(-3)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  const HEAD = `conversion webhook for ${GROUP}/v2, Kind=Box`;
  const odd: readonly (readonly [string, typeof answer, string])[] = [
    ['fails with a message', () => ({ result: { status: 'Failure', message: 'no' } }), `${HEAD} failed: no`],
    [
      'fails without a word',
      () => ({ result: { status: 'Failure' } }),
      `${HEAD} failed: response.result.status was 'Failure', not 'Success'`,
    ],
    ['returns too little', () => ({ convertedObjects: [] }), `${HEAD} returned 0 objects, expected 1`],
    [
      'returns another version',
      (boxes) => ({ convertedObjects: boxes }),
      `${HEAD} returned invalid object at index 0: invalid groupVersion (expected ${GROUP}/v1, received ${GROUP}/v2)`,
    ],
    [
      'returns another kind',
      (boxes, version) => ({ convertedObjects: boxes.map((one) => ({ ...convert(one, version), kind: 'Bag' })) }),
      `${HEAD} returned invalid object at index 0: invalid kind (expected Box, received Bag)`,
    ],
    [
      'changes the name',
      (boxes, version) => ({ convertedObjects: boxes.map((one) => ({ ...convert(one, version), metadata: { name: 'x' } })) }),
      `${HEAD} returned invalid object: must have the same name: odd != x`,
    ],
    [
      'loses the metadata',
      (boxes, version) => ({ convertedObjects: boxes.map((one) => ({ ...convert(one, version), metadata: [] })) }),
      `${HEAD} returned invalid object: must have the same name: odd != `,
    ],
    [
      'makes bad labels',
      (boxes, version) => ({
        convertedObjects: boxes.map((one) => ({ ...convert(one, version), metadata: { ...one.metadata, labels: { a: 1 } } })),
      }),
      `${HEAD} returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
    ],
  ];
  it.each(odd)('that %s fails the request', async (_what, misbehave, message) => {
    answer = misbehave;
    try {
      const status = await refusal(cluster.client.create(at('v2'), box('odd', { width: 1, height: 1 })));
      expect(status).toMatchObject({ code: 500, reason: '', message });
    } finally {
      answer = undefined;
    }
  });
});
