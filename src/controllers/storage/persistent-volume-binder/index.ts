import { keyOf, splitKey } from '../../../client/informer.js';
import { type PersistentVolumeClaim, type StorageClass } from '../../../component-helpers/claims.js';
import { volumeClass, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { syncClaim } from './sync-claim.js';
import { syncVolume } from './sync-volume.js';
import { BY_UNBOUND_CLASS, VolumeStore } from './volume-store.js';

/** Milliseconds between two looks at what waits (Go: --pvclaimbinder-sync-period). */
const PERIOD = 15_000;

/** Brings claims and volumes together (Go: pkg/controller/volume/persistentvolume). */
export const persistentVolumeBinderController: ControllerDescriptor = {
  name: 'persistentvolume-binder-controller',
  alias: 'persistentvolume-binder',
  serviceAccount: 'persistent-volume-binder',
  start(context) {
    const store = new VolumeStore(context);
    const claims = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const claim = store.claims.get(namespace, name);
      if (claim !== undefined) await syncClaim(store, claim);
    });
    const addClaim = (claim: PersistentVolumeClaim): void => {
      claims.add(keyOf(claim));
    };
    const volumes = context.queue(async (name) => {
      const volume = store.volumes.get('', name);
      if (volume !== undefined) await syncVolume(store, volume, addClaim);
    });
    const addUnbound = (className: string): void => {
      for (const claim of store.claims.byIndex(BY_UNBOUND_CLASS, className)) addClaim(claim);
    };
    store.claims.addHandler({
      added: addClaim,
      updated: addClaim,
      deleted: ({ spec }) => {
        if (spec.volumeName) volumes.add(spec.volumeName);
      },
    });
    const addVolume = (volume: PersistentVolume): void => {
      volumes.add(volume.metadata.name ?? '');
      // The real one would find out at its next look; here, what waits hears of it at once.
      if (volume.status.phase === 'Available') addUnbound(volumeClass(volume));
    };
    store.volumes.addHandler({
      added: addVolume,
      updated: addVolume,
      deleted: ({ spec: { claimRef } }) => {
        if (claimRef !== undefined) claims.add(`${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`);
      },
    });
    const addClass = ({ metadata }: StorageClass): void => {
      for (const className of new Set([metadata.name ?? '', ''])) addUnbound(className);
    };
    store.classes.addHandler({ added: addClass, updated: addClass });
    // What waits says so again, perhaps for another reason than before.
    context.every(PERIOD, () => {
      for (const claim of store.claims.list()) if (claim.status.phase !== 'Bound') addClaim(claim);
    });
  },
};
