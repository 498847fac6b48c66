import { describe, expect, it } from 'vitest';
import type { ResourceClaim } from '../../src/component-helpers/resource-claims.js';
import { allocate, type Supply } from '../../src/scheduler/plugins/devices/allocator.js';
import { devicesFor } from '../../src/scheduler/plugins/devices/pool.js';
import type { Typed } from '../../src/client/client.js';
import type { Device, DeviceClaim, ResourceSlice } from '../../src/schema/generated/resource-v1.js';
import { aNode } from './fixtures.js';

const node = aNode('a');
const device = (name: string, numa: number, more: Partial<Device> = {}): Device => ({ name, attributes: { numa: { int: numa } }, ...more });
const slice = (spec: Partial<ResourceSlice['spec']>, name = 'pool'): Typed<ResourceSlice> => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: { name },
  spec: { driver: 'd', pool: { name, generation: 1, resourceSliceCount: 1 }, nodeName: 'a', ...spec },
});
const devices = [device('d0', 0), device('d1', 1), device('d2', 1), device('d3', 0, { taints: [{ key: 'old', effect: 'NoSchedule' }] })];

function supply(more: Partial<Supply> = {}): Supply {
  return {
    devices: devicesFor(node, [slice({ devices })]),
    allocated: new Set(),
    classOf: (name) => ({ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name }, spec: {} }),
    matches: (expression, { device: { name } }) => expression.includes(name ?? ''),
    ...more,
  };
}

function chosen(claim: DeviceClaim, more: Partial<Supply> = {}): string[] | undefined {
  const object = { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'c' }, spec: { devices: claim }, status: {} };
  return allocate(node, [object as ResourceClaim], supply(more))?.[0]?.devices.results?.map(
    ({ request = '', device: name = '' }) => `${request}=${name}`,
  );
}

const exactly = (more: object = {}): object => ({ deviceClassName: 'any', ...more });
const select = (expression: string): object => ({ selectors: [{ cel: { expression } }] });

describe('allocate', () => {
  it.each([
    ['the first that will do', { requests: [{ name: 'r', exactly: exactly() }] }, ['r=d0']],
    ['as many as are asked for', { requests: [{ name: 'r', exactly: exactly({ count: 3 }) }] }, ['r=d0', 'r=d1', 'r=d2']],
    ['none if there are too few', { requests: [{ name: 'r', exactly: exactly({ count: 4 }) }] }, undefined],
    ['what selectors select', { requests: [{ name: 'r', exactly: exactly(select('d2')) }] }, ['r=d2']],
    [
      'all that are selected',
      { requests: [{ name: 'r', exactly: exactly({ allocationMode: 'All', ...select('d0 d2') }) }] },
      ['r=d0', 'r=d2'],
    ],
    [
      'what is tainted, if that is tolerated',
      { requests: [{ name: 'r', exactly: exactly({ ...select('d3'), tolerations: [{ key: 'old', operator: 'Exists' }] }) }] },
      ['r=d3'],
    ],
    [
      'the second choice, if there is no first',
      {
        requests: [
          {
            name: 'r',
            firstAvailable: [
              { name: 'best', ...exactly(select('d9')) },
              { name: 'good', ...exactly(select('d1')) },
            ],
          },
        ],
      },
      ['r/good=d1'],
    ],
    [
      'devices that agree, going back if need be',
      { requests: [{ name: 'r', exactly: exactly({ count: 2 }) }], constraints: [{ requests: ['r'], matchAttribute: 'd/numa' }] },
      ['r=d1', 'r=d2'],
    ],
    [
      'devices that differ',
      { requests: [{ name: 'r', exactly: exactly({ count: 2, ...select('d1 d2 d0') }) }], constraints: [{ distinctAttribute: 'd/numa' }] },
      ['r=d0', 'r=d1'],
    ],
  ])('takes %s', (_, claim, expected) => {
    expect(chosen(claim as DeviceClaim)).toEqual(expected);
  });

  it('leaves what others have, unless it only looks after it', () => {
    const allocated = new Set(['d/pool/d0']);
    expect(chosen({ requests: [{ name: 'r', exactly: exactly() }] }, { allocated })).toEqual(['r=d1']);
    expect(chosen({ requests: [{ name: 'r', exactly: exactly({ adminAccess: true }) }] }, { allocated })).toEqual(['r=d0']);
  });
});

describe('devicesFor', () => {
  const names = (...slices: Typed<ResourceSlice>[]): (string | undefined)[] => devicesFor(node, slices).map(({ device: { name } }) => name);
  const one = [device('d0', 0)];

  it.each([
    ['of the node', slice({ devices: one }), ['d0']],
    ['of another node', slice({ nodeName: 'b', devices: one }), []],
    ['of all nodes', slice({ nodeName: undefined, allNodes: true, devices: one }), ['d0']],
    ['of a pool that is not complete', slice({ pool: { name: 'pool', generation: 1, resourceSliceCount: 2 }, devices: one }), []],
    [
      'that say themselves where they are',
      slice({
        nodeName: undefined,
        perDeviceNodeSelection: true,
        devices: [device('d0', 0, { nodeName: 'a' }), device('d1', 0, { nodeName: 'b' })],
      }),
      ['d0'],
    ],
  ])('gives devices %s', (_, given, expected) => {
    expect(names(given)).toEqual(expected);
  });

  it('takes the latest generation of a pool', () => {
    const old = slice({ devices: [device('old', 0)] });
    const latest = slice({ pool: { name: 'pool', generation: 2, resourceSliceCount: 1 }, devices: [device('new', 0)] });
    expect(names(old, latest)).toEqual(['new']);
  });
});
