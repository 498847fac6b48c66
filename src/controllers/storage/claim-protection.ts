import type { Typed } from '../../client/client.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { BY_CLAIM, claimIndex, ephemeralClaimName, type PersistentVolumeClaim } from '../../component-helpers/claims.js';
import { isControlledBy } from '../../component-helpers/controller-ref.js';
import { isPodTerminal } from '../../component-helpers/pods.js';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../component-helpers/resources.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { setFinalizer } from './finalizers.js';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** Keeps a claim that is deleted as long as pods on nodes use it (Go: pkg/controller/volume/pvcprotection). */
export const claimProtectionController: ControllerDescriptor = {
  name: 'persistentvolumeclaim-protection-controller',
  alias: 'pvc-protection',
  serviceAccount: 'pvc-protection-controller',
  start(context) {
    const claims = context.informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    const pods = context.informers.of<Typed<Pod>>(PODS).addIndex(BY_CLAIM, claimIndex);
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const claim = claims.get(namespace, name);
      if (claim === undefined) return;
      const isGoing = claim.metadata.deletionTimestamp !== undefined;
      if (isGoing && pods.byIndex(BY_CLAIM, key).some((pod) => uses(pod, claim))) return;
      await setFinalizer(context, { resource: PERSISTENT_VOLUME_CLAIMS }, claim, FINALIZER, !isGoing);
    });
    const addClaim = (claim: PersistentVolumeClaim): void => {
      const isGoing = claim.metadata.deletionTimestamp !== undefined;
      if (isGoing === (claim.metadata.finalizers?.includes(FINALIZER) === true)) queue.add(keyOf(claim));
    };
    claims.addHandler({ added: addClaim, updated: addClaim });
    const addClaimsOf = (pod: Typed<Pod>): void => {
      for (const key of claimIndex(pod)) queue.add(key);
    };
    pods.addHandler({
      updated: (pod) => {
        if (isPodTerminal(pod) || !pod.spec.nodeName) addClaimsOf(pod);
      },
      deleted: addClaimsOf,
    });
  },
};

/** Pods without a node don't count: no kubelet starts a pod whose claim is being deleted. */
function uses(pod: Typed<Pod>, claim: PersistentVolumeClaim): boolean {
  if (!pod.spec.nodeName) return false;
  const { name = '' } = claim.metadata;
  const isShutDown = pod.metadata.deletionTimestamp !== undefined && pod.metadata.deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return volume.persistentVolumeClaim.claimName === name;
    if (volume.ephemeral === undefined || isShutDown) return false;
    return ephemeralClaimName(pod, volume.name ?? '') === name && isControlledBy(claim, pod);
  });
}
