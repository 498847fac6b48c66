import type { AdmissionPlugin } from './admission.js';
import { on } from './objects.js';

/** The finalizers that hold what is in use, by `<group>/<resource>`. */
const FINALIZERS: ReadonlyMap<string, string> = new Map([
  ['/persistentvolumes', 'kubernetes.io/pv-protection'],
  ['/persistentvolumeclaims', 'kubernetes.io/pvc-protection'],
  ['storage.k8s.io/volumeattributesclasses', 'kubernetes.io/vac-protection'],
]);

/** Volumes in use stay until they are not (Go: plugin/pkg/admission/storage/storageobjectinuseprotection). */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: 'StorageObjectInUseProtection',
    resources: [...FINALIZERS.keys()],
    handles: on('CREATE'),
    admit({ object, resource, subresource }) {
      if (subresource !== '' || object === undefined) return;
      const finalizer = FINALIZERS.get(`${resource.group}/${resource.resource}`);
      if (finalizer === undefined) return;
      const present = object.metadata.finalizers ?? [];
      if (!present.includes(finalizer)) object.metadata.finalizers = [...present, finalizer];
    },
  };
}
