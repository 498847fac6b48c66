import type { Typed } from '../../client/client.js';
import type { PersistentVolumeClaim } from '../../component-helpers/claims.js';
import type { PersistentVolume } from '../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, VOLUME_ATTRIBUTES_CLASSES } from '../../component-helpers/resources.js';
import type { VolumeAttributesClass } from '../../schema/generated/storage-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';
import { setFinalizer } from './finalizers.js';

const FINALIZER = 'kubernetes.io/vac-protection';
const BY_ATTRIBUTES_CLASS = 'attributes-class';

/** Keeps a class that is deleted as long as claims or volumes name it (Go: pkg/controller/volume/vacprotection). */
export const attributesClassProtectionController: ControllerDescriptor = {
  name: 'volumeattributesclass-protection-controller',
  start(context) {
    const { informers } = context;
    const classes = informers.of<Typed<VolumeAttributesClass>>(VOLUME_ATTRIBUTES_CLASSES);
    const claims = informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS).addIndex(BY_ATTRIBUTES_CLASS, namedByClaim);
    const volumes = informers.of<PersistentVolume>(PERSISTENT_VOLUMES).addIndex(BY_ATTRIBUTES_CLASS, namedByVolume);
    const queue = context.queue(async (name) => {
      const found = classes.get('', name);
      if (found === undefined) return;
      const isGoing = found.metadata.deletionTimestamp !== undefined;
      const users = claims.byIndex(BY_ATTRIBUTES_CLASS, name).length + volumes.byIndex(BY_ATTRIBUTES_CLASS, name).length;
      if (!isGoing || users === 0) await setFinalizer(context, { resource: VOLUME_ATTRIBUTES_CLASSES }, found, FINALIZER, !isGoing);
    });
    const add = ({ metadata }: Typed<VolumeAttributesClass>): void => {
      queue.add(metadata.name ?? '');
    };
    classes.addHandler({ added: add, updated: add });
    const addAll = (names: readonly string[]): void => {
      for (const name of names) queue.add(name);
    };
    claims.addHandler({
      updated: (_, old) => {
        addAll(namedByClaim(old));
      },
      deleted: (claim) => {
        addAll(namedByClaim(claim));
      },
    });
    volumes.addHandler({
      updated: (_, old) => {
        addAll(namedByVolume(old));
      },
      deleted: (volume) => {
        addAll(namedByVolume(volume));
      },
    });
  },
};

function namedByClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const names = [
    spec.volumeAttributesClassName,
    status.currentVolumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[];
}

function namedByVolume({ spec: { volumeAttributesClassName: name } }: PersistentVolume): readonly string[] {
  return name ? [name] : [];
}
