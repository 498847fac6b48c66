import { formatTime, parseTime } from '../../apimachinery/time.js';
import { isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { isPodTerminal } from '../../component-helpers/pods.js';
import { resourceClaimNames, type ResourceClaim } from '../../component-helpers/resource-claims.js';
import { PODS, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../component-helpers/resources.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import type { DeviceTaint, DeviceToleration, ResourceSlice } from '../../schema/generated/resource-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

/** Deletes pods whose devices are tainted NoExecute (KEP-5055; Go: pkg/controller/devicetainteviction). */
export const deviceTaintEvictionController: ControllerDescriptor = {
  name: 'device-taint-eviction-controller',
  start(context) {
    const pods = context.informers.of<Typed<Pod>>(PODS);
    const claims = context.informers.of<ResourceClaim>(RESOURCE_CLAIMS);
    const slices = context.informers.of<Typed<ResourceSlice>>(RESOURCE_SLICES);
    const recorder = context.recorder('device-taint-eviction-controller');

    /** When the pod must go, in milliseconds; undefined if it may stay. */
    const evictionTime = (pod: Typed<Pod>): number | undefined => {
      const times: number[] = [];
      for (const name of resourceClaimNames(pod)) {
        const claim = claims.get(pod.metadata.namespace ?? '', name);
        for (const { driver, pool, device, tolerations = [] } of claim?.status.allocation?.devices.results ?? [])
          for (const taint of taintsOf(slices.list(), { driver, pool, device })) {
            const delay = toleratedFor(taint, tolerations);
            if (delay !== undefined)
              times.push(taint.timeAdded === undefined ? context.clock.now() : parseTime(taint.timeAdded) + delay * 1000);
          }
      }
      return times.length === 0 ? undefined : Math.min(...times);
    };
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const pod = pods.get(namespace, name);
      if (pod === undefined || !pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return;
      const at = evictionTime(pod);
      if (at === undefined) return;
      const wait = at - context.clock.now();
      if (wait > 0) {
        queue.addAfter(key, wait);
        return;
      }
      recorder.normal(pod, 'DeviceTaintManagerEviction', 'Marking for deletion');
      await evict(context, pod);
    });
    const addPod = (pod: Typed<Pod>): void => {
      if (pod.spec.nodeName && (pod.spec.resourceClaims ?? []).length > 0) queue.add(keyOf(pod));
    };
    const addUsers = ({ metadata, status }: ResourceClaim): void => {
      for (const { resource, name = '' } of status.reservedFor ?? [])
        if (resource === 'pods') queue.add(`${metadata.namespace ?? ''}/${name}`);
    };
    pods.addHandler({ added: addPod, updated: addPod });
    claims.addHandler({ added: addUsers, updated: addUsers });
    const addAll = ({ spec }: Typed<ResourceSlice>): void => {
      if (spec.devices?.some(({ taints }) => taints !== undefined) === true) for (const claim of claims.list()) addUsers(claim);
    };
    slices.addHandler({ added: addAll, updated: addAll });
  },
};

interface DeviceName {
  readonly driver: string | undefined;
  readonly pool: string | undefined;
  readonly device: string | undefined;
}

function taintsOf(slices: readonly Typed<ResourceSlice>[], { driver, pool, device }: DeviceName): readonly DeviceTaint[] {
  return slices
    .filter(({ spec }) => spec.driver === driver && spec.pool.name === pool)
    .flatMap(({ spec }) => spec.devices ?? [])
    .filter(({ name }) => name === device)
    .flatMap(({ taints = [] }) => taints)
    .filter(({ effect }) => effect === 'NoExecute');
}

/** For how many seconds the taint is tolerated; undefined if it is for ever. */
function toleratedFor(taint: DeviceTaint, tolerations: readonly DeviceToleration[]): number | undefined {
  const matching = tolerations.filter(({ key = '', operator = 'Equal', value = '', effect = '' }) => {
    if ((effect !== '' && effect !== taint.effect) || (key !== '' && key !== taint.key)) return false;
    return operator === 'Exists' || value === (taint.value ?? '');
  });
  if (matching.length === 0) return 0;
  const bounds = matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return bounds.length === 0 ? undefined : Math.max(0, Math.min(...bounds));
}

async function evict({ client, clock }: ComponentContext, { metadata }: Typed<Pod>): Promise<void> {
  const { namespace, name = '', uid = '', generation } = metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    observedGeneration: generation,
    reason: 'DeletionByDeviceTaintManager',
    message: 'Device Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: formatTime(clock.now()),
  };
  try {
    await client.patch({ resource: PODS, namespace, subresource: 'status' }, name, 'strategic', { status: { conditions: [condition] } });
    await client.delete({ resource: PODS, namespace }, name, { preconditions: { uid } });
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
