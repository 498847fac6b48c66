import type { PersistentVolume } from '../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUMES } from '../../component-helpers/resources.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { setFinalizer } from './finalizers.js';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Keeps a volume that is deleted as long as it is bound (Go: pkg/controller/volume/pvprotection). */
export const volumeProtectionController: ControllerDescriptor = {
  name: 'persistentvolume-protection-controller',
  alias: 'pv-protection',
  serviceAccount: 'pv-protection-controller',
  start(context) {
    const volumes = context.informers.of<PersistentVolume>(PERSISTENT_VOLUMES);
    const queue = context.queue(async (name) => {
      const volume = volumes.get('', name);
      if (volume === undefined) return;
      const isGoing = volume.metadata.deletionTimestamp !== undefined;
      if (isGoing && volume.status.phase === 'Bound') return;
      await setFinalizer(context, { resource: PERSISTENT_VOLUMES }, volume, FINALIZER, !isGoing);
    });
    const add = ({ metadata }: PersistentVolume): void => {
      const isGoing = metadata.deletionTimestamp !== undefined;
      if (isGoing === (metadata.finalizers?.includes(FINALIZER) === true)) queue.add(metadata.name ?? '');
    };
    volumes.addHandler({ added: add, updated: add });
  },
};
