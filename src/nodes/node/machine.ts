import type { ContainerImage, NodeSystemInfo } from '../../schema/generated/core-v1.js';

/** What every simulated machine has. Amounts are quantities. */
export const CAPACITY = {
  cpu: '8',
  'ephemeral-storage': '101430960Ki',
  'hugepages-1Gi': '0',
  'hugepages-2Mi': '0',
  memory: '16393244Ki',
  pods: '110',
} as const;

/**
 * What pods may have of it: less what the kubelet's default eviction thresholds
 * keep back, 100 MiB of memory and a tenth of the file system.
 */
export const ALLOCATABLE = { ...CAPACITY, 'ephemeral-storage': '93478772582', memory: '16290844Ki' } as const;

/** nodeInfo without what differs from machine to machine. */
export const SYSTEM = {
  kernelVersion: '6.12.57+deb13-amd64',
  osImage: 'Debian GNU/Linux 13 (trixie)',
  containerRuntimeVersion: 'containerd://2.2.1',
  operatingSystem: 'linux',
  architecture: 'amd64',
} as const satisfies NodeSystemInfo;

/** Go: component-helpers/nodedeclaredfeatures, for the gates that are on by default in v1.36. */
export const DECLARED_FEATURES = [
  'ExtendWebSocketsToKubelet',
  'InPlacePodLevelResourcesVerticalScaling',
  'InPlacePodVerticalScalingInitContainers',
  'RestartAllContainersOnContainerExits',
] as const;

/** Handlers of containerd with runc. */
export const RUNTIME_HANDLERS = ['', 'runc'].map((name) => ({
  name,
  features: { recursiveReadOnlyMounts: true, userNamespaces: true },
}));

/** A kubelet lists at most this many images. */
export const MAX_IMAGES = 50;

/** Images of a node by size, as its status lists them. */
export function nodeImages(images: Iterable<ContainerImage>): ContainerImage[] {
  return [...images]
    .sort((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0) || ((a.names?.[0] ?? '') < (b.names?.[0] ?? '') ? -1 : 1))
    .slice(0, MAX_IMAGES);
}
