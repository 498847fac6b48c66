import type { ComponentContext } from '../../client/component-context.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import { formatTime } from '../../apimachinery/time.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { PROVISIONED_BY, type PersistentVolumeClaim } from '../../component-helpers/claims.js';
import { storageOf, type PersistentVolume } from '../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { HOSTPATH_PROVISIONER } from './hostpath-provisioner.js';

/**
 * Tells that a claim waits to be expanded (Go: pkg/controller/volume/expand), and expands the volumes of
 * our own provisioner, as the external resizer and the kubelet would.
 */
export const volumeExpanderController: ControllerDescriptor = {
  name: 'persistentvolume-expander-controller',
  alias: 'persistentvolume-expander',
  serviceAccount: 'expand-controller',
  start(context) {
    const claims = context.informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    const volumes = context.informers.of<PersistentVolume>(PERSISTENT_VOLUMES);
    const recorder = context.recorder('volume_expand');
    const resizer = context.recorder(`external-resizer ${HOSTPATH_PROVISIONER}`);
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const claim = claims.get(namespace, name);
      const volume = claim && volumes.get('', claim.spec.volumeName ?? '');
      if (claim === undefined || volume === undefined || volume.spec.claimRef?.uid !== claim.metadata.uid || !isTooSmall(claim)) return;
      recorder.normal(claim, 'ExternalExpanding', 'waiting for an external controller to expand this PVC');
      if (volume.metadata.annotations?.[PROVISIONED_BY] === HOSTPATH_PROVISIONER) await expand(context, resizer, claim, volume);
    });
    claims.addHandler({
      updated: (claim, old) => {
        const isRaised = storageOf(claim.spec.resources.requests).compare(storageOf(old.spec.resources.requests)) > 0;
        if (isRaised && claim.status.phase === 'Bound') queue.add(keyOf(claim));
      },
    });
  },
};

function isTooSmall({ spec, status }: PersistentVolumeClaim): boolean {
  return storageOf(spec.resources.requests).compare(storageOf(status.capacity)) > 0;
}

/** First the volume, then what the claim says it has; meanwhile the claim is Resizing. */
async function expand(
  { client, clock }: ComponentContext,
  recorder: EventRecorder,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Promise<void> {
  const size = claim.spec.resources.requests?.['storage'] ?? '0';
  const target = { resource: PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace, subresource: 'status' };
  const now = formatTime(clock.now());
  recorder.normal(claim, 'Resizing', `External resizer is resizing volume ${volume.metadata.name ?? ''}`);
  const resizing = await client.update<PersistentVolumeClaim>(target, {
    ...claim,
    status: {
      ...claim.status,
      allocatedResources: { storage: size },
      allocatedResourceStatuses: { storage: 'ControllerResizeInProgress' },
      conditions: [{ type: 'Resizing', status: 'True', lastTransitionTime: now }],
    },
  });
  await client.update<PersistentVolume>(
    { resource: PERSISTENT_VOLUMES },
    { ...volume, spec: { ...volume.spec, capacity: { storage: size } } },
  );
  const status = { ...resizing.status, capacity: { ...resizing.status.capacity, storage: size } };
  delete status.conditions;
  delete status.allocatedResourceStatuses;
  await client.update<PersistentVolumeClaim>(target, { ...resizing, status });
  recorder.normal(claim, 'VolumeResizeSuccessful', 'Resize volume succeeded');
}
