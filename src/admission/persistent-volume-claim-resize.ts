import { parseQuantity, Quantity } from '../apimachinery/quantity.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject, type Typed } from '../registry/object.js';
import type { PersistentVolumeClaim } from '../schema/generated/core-v1.js';
import { storageClassOf } from '../component-helpers/storage-class.js';
import type { AdmissionPlugin } from './admission.js';
import { forbid } from './forbid.js';
import { isCore, on, StoredObjects } from './objects.js';

type Claim = Typed<PersistentVolumeClaim>;

interface StorageClass extends KubeObject {
  readonly allowVolumeExpansion?: boolean;
}

/** Only bound claims grow, and only where their class allows it (Go: plugin/pkg/admission/storage/persistentvolume/resize). */
export function persistentVolumeClaimResize(environment: BehaviourEnvironment): AdmissionPlugin {
  const classes = new StoredObjects<StorageClass>(environment, { group: 'storage.k8s.io', resource: 'storageclasses' });
  return {
    name: 'PersistentVolumeClaimResize',
    resources: ['/persistentvolumeclaims'],
    handles: on('UPDATE'),
    async validate(attributes) {
      const { object, oldObject } = attributes;
      if (!isCore(attributes, 'persistentvolumeclaims') || object === undefined || oldObject === undefined) return;
      const claim = typed<PersistentVolumeClaim>(object);
      const old = typed<PersistentVolumeClaim>(oldObject);
      if (sizeOf(claim).compare(sizeOf(old)) <= 0) return;
      if (old.status.phase !== 'Bound') throw forbid(attributes, 'Only bound persistent volume claims can be expanded');
      const name = storageClassOf(claim);
      const found = name === '' || name !== storageClassOf(old) ? undefined : await classes.get('', name);
      if (found?.allowVolumeExpansion === true) return;
      throw forbid(
        attributes,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    },
  };
}

function sizeOf({ spec }: Claim): Quantity {
  const size = spec.resources.requests?.['storage'];
  return size === undefined ? Quantity.ZERO : parseQuantity(size);
}
