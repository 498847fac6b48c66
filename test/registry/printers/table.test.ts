import { describe, expect, it } from 'vitest';
import {
  crdPrinter,
  partialObjectMetadata,
  partialObjectMetadataList,
  printerFor,
  scalePrinter,
  tableOf,
  type TableRequest,
} from '../../../src/registry/printers/index.js';
import type { JsonObject } from '../../../src/schema/type.js';

const NOW = Date.parse('2026-11-21T03:00:00Z');

const one: JsonObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', resourceVersion: '7', creationTimestamp: '2026-11-21T02:59:00Z', labels: { a: 'b' } },
  data: { k: 'v' },
};

function table(request: Partial<TableRequest>): JsonObject {
  const printer = printerFor('', 'configmaps');
  return tableOf({
    printer,
    objects: [one],
    listMeta: { resourceVersion: '9' },
    includeObject: 'None',
    version: 'v1',
    now: NOW,
    ...request,
  });
}

const METADATA = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: one['metadata'] };

describe('tableOf', () => {
  it('writes the members in the order of the real server', () => {
    const printed = table({
      listMeta: { resourceVersion: '9', continue: 'token', remainingItemCount: 4 },
      printer: crdPrinter([{ name: 'K', type: 'string', jsonPath: '.data.k' }]),
    });
    expect(JSON.stringify({ ...printed, columnDefinitions: [] })).toBe(
      '{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"9","continue":"token","remainingItemCount":4},"columnDefinitions":[],"rows":[{"cells":["one","v"],"object":null}]}',
    );
    expect(JSON.stringify((printed['columnDefinitions'] as object[])[1])).toBe(
      '{"name":"K","type":"string","format":"","description":"Custom resource definition column (in JSONPath format): .data.k","priority":0}',
    );
  });

  it.each([
    ['None', null],
    ['Metadata', METADATA],
    ['Object', one],
  ] as const)('includes %s of the object', (includeObject, object) => {
    expect(table({ includeObject })['rows']).toEqual([{ cells: ['one', 1, '60s'], object }]);
  });

  it('shows metadata in the version of the table', () => {
    const printed = table({ includeObject: 'Metadata', version: 'v1beta1' });
    expect(printed['apiVersion']).toBe('meta.k8s.io/v1beta1');
    expect(printed['rows']).toEqual([{ cells: ['one', 1, '60s'], object: { ...METADATA, apiVersion: 'meta.k8s.io/v1beta1' } }]);
  });

  it('presents whole objects in the version that was asked for, whereas cells come from the stored one', () => {
    const present = (object: JsonObject): JsonObject => ({ ...object, apiVersion: 'v2', data: {} });
    expect(table({ includeObject: 'Object', present })['rows']).toEqual([
      { cells: ['one', 1, '60s'], object: { ...one, apiVersion: 'v2', data: {} } },
    ]);
  });

  it('leaves the columns out on request', () => {
    expect(table({ noHeaders: true })['columnDefinitions']).toBeNull();
  });

  it('always writes those of APIServices', () => {
    expect(table({ noHeaders: true, printer: printerFor('apiregistration.k8s.io', 'apiservices') })['columnDefinitions']).toHaveLength(4);
  });

  it.each([
    ['configmaps', []],
    ['limitranges', null],
  ])('has as rows of no %s %j', (resource, rows) => {
    expect(table({ objects: [], printer: printerFor('', resource) })['rows']).toEqual(rows);
  });

  it('orders flow schemas by precedence, then name, and leaves the given list as it is', () => {
    const schema = (name: string, matchingPrecedence: number): JsonObject => ({ metadata: { name }, spec: { matchingPrecedence } });
    const objects = [schema('a', 900), schema('c', 1), schema('b', 1)];
    const rows = table({ objects, printer: printerFor('flowcontrol.apiserver.k8s.io', 'flowschemas') })['rows'] as { cells: unknown[] }[];
    expect(rows.map(({ cells }) => cells[0])).toEqual(['b', 'c', 'a']);
    expect(objects.map(({ metadata }) => (metadata as { name: string }).name)).toEqual(['a', 'c', 'b']);
  });

  it('shows the bookmark after the initial events even without objects', () => {
    const bookmark: JsonObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { resourceVersion: '8', annotations: { 'k8s.io/initial-events-end': 'true' } },
    };
    const [row] = table({ objects: [bookmark], printer: printerFor('', 'pods') })['rows'] as JsonObject[];
    expect(row?.['object']).toEqual({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: bookmark['metadata'] });
  });

  it('marks the rows of pods that have ended', () => {
    const pods = ['Running', 'Succeeded', 'Failed'].map((phase) => ({ metadata: {}, status: { phase } }));
    const rows = table({ objects: pods, printer: printerFor('', 'pods') })['rows'] as JsonObject[];
    expect(rows.map((row) => row['conditions'])).toEqual([
      undefined,
      [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }],
      [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }],
    ]);
  });
});

describe('printerFor', () => {
  it.each([
    ['', 'limitranges'],
    ['rbac.authorization.k8s.io', 'roles'],
    ['rbac.authorization.k8s.io', 'clusterroles'],
    ['storage.k8s.io', 'csistoragecapacities'],
    ['apiextensions.k8s.io', 'customresourcedefinitions'],
    ['', 'constructor'],
    ['no.such.group', 'things'],
  ])('gives %s/%s the default table', (group, resource) => {
    const printer = printerFor(group, resource);
    expect(printer.columns.map(({ name }) => name)).toEqual(['Name', 'Created At']);
    expect(printer.cells({ metadata: { name: 'x', creationTimestamp: '2000-01-01T00:00:00Z' } }, NOW)).toEqual([
      'x',
      '2000-01-01T00:00:00Z',
    ]);
    expect(printer.cells({ metadata: { name: 'x' } }, NOW)).toEqual(['x', '0001-01-01T00:00:00Z']);
  });

  it('prints events of both groups alike', () => {
    expect(printerFor('events.k8s.io', 'events')).toBe(printerFor('', 'events'));
  });

  const service = (status: JsonObject, more: JsonObject = {}): JsonObject => ({
    metadata: { name: 'v1.x', creationTimestamp: '2000-01-01T00:00:00Z' },
    spec: more,
    status,
  });
  const condition = (status: string, reason?: string): JsonObject => ({
    conditions: [
      { type: 'Other', status: 'True' },
      { type: 'Available', status, ...(reason === undefined ? {} : { reason }) },
    ],
  });
  it.each([
    [service({}), 'Local', 'Unknown'],
    [service(condition('True', 'Passed'), { service: { namespace: 'ns', name: 'api' } }), 'ns/api', 'True'],
    [service(condition('False', 'MissingEndpoints'), { service: { namespace: 'ns', name: 'api' } }), 'ns/api', 'False (MissingEndpoints)'],
    [service(condition('False')), 'Local', 'False'],
  ])('shows where an APIService is served and whether it is there', (object, where, available) => {
    expect(printerFor('apiregistration.k8s.io', 'apiservices').cells(object, NOW)).toEqual(['v1.x', where, available, '26y']);
  });

  it('shows scales', () => {
    expect(
      scalePrinter.cells({ metadata: { name: 'x', creationTimestamp: '2000-01-01T00:00:00Z' }, spec: {}, status: { replicas: 2 } }, NOW),
    ).toEqual(['x', 0, 2, '26y']);
  });
});

const RESOURCES = [
  [
    '',
    'componentstatuses configmaps endpoints events namespaces nodes persistentvolumeclaims persistentvolumes pods podtemplates replicationcontrollers resourcequotas secrets serviceaccounts services',
  ],
  ['apps', 'controllerrevisions daemonsets deployments replicasets statefulsets'],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['batch', 'cronjobs jobs'],
  ['certificates.k8s.io', 'certificatesigningrequests'],
  ['networking.k8s.io', 'ingressclasses ingresses ipaddresses networkpolicies servicecidrs'],
  ['policy', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io', 'clusterrolebindings rolebindings'],
  ['storage.k8s.io', 'csidrivers csinodes storageclasses volumeattachments volumeattributesclasses'],
  [
    'admissionregistration.k8s.io',
    'mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations',
  ],
  ['apiregistration.k8s.io', 'apiservices'],
  ['scheduling.k8s.io', 'priorityclasses'],
  ['coordination.k8s.io', 'leases'],
  ['node.k8s.io', 'runtimeclasses'],
  ['discovery.k8s.io', 'endpointslices'],
  ['resource.k8s.io', 'deviceclasses resourceclaims resourceclaimtemplates resourceslices'],
  ['flowcontrol.apiserver.k8s.io', 'flowschemas prioritylevelconfigurations'],
].flatMap(([group = '', resources = '']) => resources.split(' ').map((resource) => [group, resource] as const));

describe('every printer', () => {
  it.each(RESOURCES)('of %s/%s makes one cell a column of a bookmark, which has nothing but a version', (group, resource) => {
    const printer = printerFor(group, resource);
    const cells = printer.cells({ metadata: { resourceVersion: '5' } }, NOW);
    // The real server has a cell too many for IPAddresses.
    expect(cells).toHaveLength(printer.columns.length + (resource === 'ipaddresses' ? 1 : 0));
    expect(cells).not.toContain(undefined);
    expect(printer.columns.some(({ name }) => name === 'Created At')).toBe(false);
  });
});

describe('metadata alone', () => {
  it('is that of the object', () => {
    expect(partialObjectMetadata(one, 'v1')).toEqual(METADATA);
  });

  it.each(['v1', 'v1beta1'] as const)('of a list has null for no items in %s', (version) => {
    const apiVersion = `meta.k8s.io/${version}`;
    const listMeta = { resourceVersion: '9' };
    expect(partialObjectMetadataList([], listMeta, version)).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion,
      metadata: listMeta,
      items: null,
    });
    expect(partialObjectMetadataList([one], listMeta, version)).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion,
      metadata: listMeta,
      items: [{ ...METADATA, apiVersion }],
    });
  });
});
