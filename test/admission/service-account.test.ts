import { describe, expect, it } from 'vitest';
import type { AdmissionPlugin, Attributes } from '../../src/admission/admission.js';
import { serviceAccount } from '../../src/admission/service-account.js';
import { VirtualClock } from '../../src/apimachinery/clock.js';
import { SeededRandom } from '../../src/apimachinery/random.js';
import { userInfo } from '../../src/auth/identities.js';
import type { BehaviourEnvironment } from '../../src/registry/behaviour.js';
import type { KubeObject } from '../../src/registry/object.js';
import { createMemoryStorage } from '../../src/storage/memory.js';

const account: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } };

function setUp(controllers: boolean): { plugin: AdmissionPlugin; clock: VirtualClock; make: () => Promise<unknown> } {
  const clock = new VirtualClock();
  const storage = createMemoryStorage<KubeObject>({ stamp: (object) => object });
  const environment = { storage, clock, random: new SeededRandom(1), runs: () => controllers } as unknown as BehaviourEnvironment;
  const make = (): Promise<unknown> => storage.create({ bucket: '/serviceaccounts', namespace: 'ns', name: 'default' }, account);
  return { plugin: serviceAccount(environment), clock, make };
}

function newPod(): Attributes {
  return {
    operation: 'CREATE',
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [{ name: 'c', resources: {} }] } },
    oldObject: undefined,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    subresource: '',
    namespace: 'ns',
    name: 'p',
    user: userInfo({ name: 'admin' }),
    dryRun: false,
    options: {},
    warn: () => undefined,
    annotate: () => undefined,
  };
}

const MISSING = 'pods "p" is forbidden: error looking up service account ns/default: serviceaccount "default" not found';

describe("A namespace's default service account", () => {
  it('is waited for where a controller is about to make it', async () => {
    const { plugin, make } = setUp(true);
    const attributes = newPod();
    const admitted = plugin.admit?.(attributes);
    await make();
    await admitted;
    expect(attributes.object?.spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
  });

  it('is not waited for forever', async () => {
    const { plugin, clock } = setUp(true);
    const admitted = plugin.admit?.(newPod());
    const refused = expect(admitted).rejects.toThrow(MISSING);
    await new Promise(setImmediate);
    clock.advance(2000);
    await refused;
  });

  it('is missed at once where nothing makes it', async () => {
    const { plugin } = setUp(false);
    await expect(plugin.admit?.(newPod())).rejects.toThrow(MISSING);
  });
});
