import { BETA_STORAGE_CLASS } from '../component-helpers/storage-class.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed, type KubeObject } from '../registry/object.js';
import type { PersistentVolumeClaim } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { isCore, newest, on, StoredObjects } from './objects.js';

const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Claims that name no class get the default one (Go: plugin/pkg/admission/storage/storageclass/setdefault). */
export function defaultStorageClass(environment: BehaviourEnvironment): AdmissionPlugin {
  const classes = new StoredObjects(environment, { group: 'storage.k8s.io', resource: 'storageclasses' });
  return {
    name: 'DefaultStorageClass',
    resources: ['/persistentvolumeclaims'],
    handles: on('CREATE'),
    async admit(attributes) {
      if (!isCore(attributes, 'persistentvolumeclaims') || attributes.object === undefined) return;
      const { metadata, spec } = typed<PersistentVolumeClaim>(attributes.object);
      if (spec.storageClassName !== undefined || metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined) return;
      const found = newest((await classes.list('')).filter(isDefault));
      if (found !== undefined) spec.storageClassName = found.metadata.name;
    },
  };
}

function isDefault({ metadata }: KubeObject): boolean {
  return IS_DEFAULT.some((key) => metadata.annotations?.[key] === 'true');
}
