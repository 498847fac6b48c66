import type { Container, PodSpec, PodStatus, PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import { visitContainers } from '../../../component-helpers/containers.js';

/**
 * Fields of features that are off in v1.36: they are cleared unless the stored
 * object has them already, which a fresh server's never does. So they always are.
 */

/** Clears fields of a template (Go: DropDisabledTemplateFields). In place. */
export function dropDisabledTemplateFields(template: PodTemplateSpec): void {
  dropDisabledSpecFields(template.spec);
}

/** ClusterTrustBundleProjection, PodCertificateRequest, GenericWorkload and ContainerStopSignals (Go: dropDisabledFields). In place. */
export function dropDisabledSpecFields(spec: PodSpec): void {
  for (const { projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
  }
  delete spec.schedulingGroup;
  visitContainers(spec, dropStopSignal);
}

function dropStopSignal(container: Container): void {
  const { lifecycle } = container;
  if (lifecycle?.stopSignal === undefined) return;
  delete lifecycle.stopSignal;
  if (lifecycle.postStart === undefined && lifecycle.preStop === undefined) delete container.lifecycle;
}

/** ImageVolumeWithDigest and DRANodeAllocatableResources (Go: dropDisabledPodStatusFields). In place. */
export function dropDisabledStatusFields(status: PodStatus): void {
  for (const list of [status.containerStatuses, status.initContainerStatuses, status.ephemeralContainerStatuses]) {
    for (const { volumeMounts } of list ?? []) for (const mount of volumeMounts ?? []) delete mount.volumeStatus;
  }
  delete status.nodeAllocatableResourceClaimStatuses;
}
