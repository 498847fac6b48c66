import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/client/client.js';
import { VALIDATING_ADMISSION_POLICIES } from '../../../src/component-helpers/resources.js';
import { startCluster } from '../../../src/index.js';

describe('validatingadmissionpolicy-status-controller', () => {
  it('notes which generation of a policy it has looked at', async () => {
    await using cluster = await startCluster({ nodes: 0, controllers: ['validatingadmissionpolicy-status-controller'], clock: 'virtual' });
    const target = { resource: VALIDATING_ADMISSION_POLICIES };
    await cluster.client.create(target, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        validations: [{ expression: 'true' }],
      },
    } as KubeObject);
    await cluster.settled();
    expect((await cluster.client.get(target, 'p')).status).toMatchObject({ observedGeneration: 1, typeChecking: {} });
  });
});
