import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import type { KubeObject, ServedResource, Typed } from '../../../client/client.js';
import { isPodTerminal, type Pod } from '../../../component-helpers/pods.js';
import type { PersistentVolumeClaim } from '../../../schema/generated/core-v1.js';
import type { Service } from '../endpoints/services.js';

/** Whether an update can give something back to a quota; creation is charged by admission (Go: quotainstall.DefaultUpdateFilter). */
export function mayReplenish({ group, resource }: ServedResource, object: KubeObject, old: KubeObject): boolean {
  if (group !== '') return false;
  switch (resource) {
    case 'pods':
      return hasPodChanged(object as Pod, old as Pod);
    case 'services':
      return (object as Service).spec.type !== (old as Service).spec.type;
    case 'persistentvolumeclaims':
      return hasClaimChanged(object as Typed<PersistentVolumeClaim>, old as Typed<PersistentVolumeClaim>);
    default:
      return false;
  }
}

function hasPodChanged(pod: Pod, old: Pod): boolean {
  if (isPodTerminal(pod) !== isPodTerminal(old)) return true;
  if (pod.spec.activeDeadlineSeconds !== old.spec.activeDeadlineSeconds) return true;
  const resourcesOf = ({ status }: Pod): unknown =>
    [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].map(({ name, resources }) => [name, resources]);
  return !semanticEqual(resourcesOf(pod), resourcesOf(old));
}

function hasClaimChanged(claim: Typed<PersistentVolumeClaim>, old: Typed<PersistentVolumeClaim>): boolean {
  return (
    !semanticEqual(claim.status.allocatedResources, old.status.allocatedResources) ||
    claim.spec.volumeAttributesClassName !== old.spec.volumeAttributesClassName ||
    claim.status.currentVolumeAttributesClassName !== old.status.currentVolumeAttributesClassName ||
    !semanticEqual(claim.status.modifyVolumeStatus, old.status.modifyVolumeStatus)
  );
}
