import { keyOf, splitKey } from '../../../client/informer.js';
import { type PersistentVolumeClaim, type StorageClass } from '../../../component-helpers/claims.js';
import { volumeClass, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import type { ControllerDescriptor } from '../../descriptor.js';
import { syncClaim } from './sync-claim.js';
import { syncVolume } from './sync-volume.js';
import { BY_UNBOUND_CLASS, VolumeStore } from './volume-store.js';

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
      // The real one looks at all claims again every quarter of a minute; here, what waits hears of it at once.
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
  },
};
