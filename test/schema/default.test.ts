import { describe, expect, it } from 'vitest';
import { decodeObject } from '../../src/schema/decode.js';
import { applyLiteralDefaults } from '../../src/schema/default.js';
import { TypeRegistry } from '../../src/schema/registry.js';
import type { JsonObject, StructType } from '../../src/schema/type.js';

const registry = new TypeRegistry();

function defaulted(kind: string, object: JsonObject): JsonObject {
  const type = registry.typeOf({ group: '', version: 'v1', kind }) as StructType;
  const result = decodeObject(type, object).object;
  applyLiteralDefaults(type, result);
  return result;
}

describe('literal defaults', () => {
  it('fill absent and empty fields in lists of structs', () => {
    const ports = [{ containerPort: 1 }, { containerPort: 2, protocol: 'UDP' }, { containerPort: 3, protocol: '' }];
    expect(defaulted('Pod', { spec: { containers: [{ name: 'c', ports }] } })['spec']).toEqual({
      containers: [
        {
          name: 'c',
          resources: {},
          ports: [
            { containerPort: 1, protocol: 'TCP' },
            { containerPort: 2, protocol: 'UDP' },
            { containerPort: 3, protocol: 'TCP' },
          ],
        },
      ],
    });
  });

  it('fill nil pointers with zero values, too, but leave zero values that are given', () => {
    const given = {
      spec: {
        containers: [
          { name: 'c', livenessProbe: { grpc: { port: 1 } }, env: [{ name: 'A', valueFrom: { fileKeyRef: { optional: true } } }] },
        ],
      },
    };
    const spec = defaulted('Pod', given)['spec'] as { containers: JsonObject[] };
    expect(spec.containers[0]?.['livenessProbe']).toEqual({ grpc: { port: 1, service: '' } });
    const controller = defaulted('ReplicationController', { spec: { replicas: 0 } });
    expect(controller['spec']).toEqual({ replicas: 0 });
    expect(defaulted('ReplicationController', {})['spec']).toEqual({ replicas: 1 });
  });

  it('leave an object without such fields alone', () => {
    expect(defaulted('ConfigMap', { data: { protocol: '' } })).toEqual({ metadata: {}, data: { protocol: '' } });
  });
});
