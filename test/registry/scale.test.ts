import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/registry/object.js';
import { scaleProjection } from '../../src/registry/scale.js';

const projection = scaleProjection({ group: 'apps', version: 'v1', resource: 'deployments' }, { selector: () => 'app=x' });

function deployment(): KubeObject {
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      name: 'd',
      namespace: 'n',
      uid: 'u',
      resourceVersion: '7',
      labels: { own: 'y' },
      managedFields: [
        {
          manager: 'owner',
          operation: 'Apply',
          apiVersion: 'apps/v1',
          time: '2024-01-01T00:00:00Z',
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': { 'f:replicas': {} } },
        },
      ],
    },
    spec: { replicas: 2, paused: true },
    status: { replicas: 1 },
  };
}

describe('The Scale of a deployment', () => {
  it('shows numbers, the selector and a little metadata', () => {
    expect(projection.read(deployment())).toEqual({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'd', namespace: 'n', uid: 'u', resourceVersion: '7' },
      spec: { replicas: 2 },
      status: { replicas: 1, selector: 'app=x' },
    });
  });

  it('leaves zero replicas out', () => {
    expect(projection.read({ ...deployment(), spec: {} }).spec).toEqual({});
  });

  it('has managedFields only for who is about to write', () => {
    expect(projection.read(deployment()).metadata.managedFields).toBeUndefined();
    expect(projection.readForWrite?.(deployment()).metadata.managedFields).toMatchObject([
      { manager: 'owner', apiVersion: 'autoscaling/v1' },
    ]);
  });

  it('changes replicas, the version to compare and owners, and nothing it was made from', () => {
    const object = deployment();
    const scale = projection.readForWrite?.(object) as KubeObject;
    scale.spec = { replicas: 5 };
    scale.metadata.resourceVersion = '6';
    scale.metadata.labels = { ignored: 'yes' };
    scale.metadata.managedFields = [
      {
        manager: 'scaler',
        operation: 'Update',
        apiVersion: 'autoscaling/v1',
        subresource: 'scale',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ];
    const written = projection.write(scale, object);
    expect(written).toMatchObject({
      spec: { replicas: 5, paused: true },
      metadata: { resourceVersion: '6', labels: { own: 'y' } },
      status: { replicas: 1 },
    });
    expect(written.metadata.managedFields).toMatchObject([{ manager: 'scaler', apiVersion: 'apps/v1', subresource: 'scale' }]);
    expect(object).toEqual(deployment());
  });

  it.each([
    [{ spec: { replicas: -1 } }, 'Scale.autoscaling "d" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
    [
      { metadata: { name: 'd', namespace: 'n', uid: 'other' } },
      'Operation cannot be fulfilled on deployments/scale.apps "d": Precondition failed: UID in precondition: other, UID in object meta: u',
    ],
  ])('refuses %j', (change, message) => {
    const scale = { ...projection.read(deployment()), ...change };
    expect(() => projection.write(scale, deployment())).toThrow(message);
  });
});
