/** A node that is to be simulated. */
export interface PlannedNode {
  readonly name: string;
  /** The first node carries the control plane, as after `kubeadm init`. */
  readonly isControlPlane: boolean;
  /** Whether it keeps ordinary pods away, which kubeadm does if there are workers. */
  readonly isTainted: boolean;
  /** InternalIP. */
  readonly address: string;
  /** Where its pods live while nobody gives it a podCIDR. */
  readonly ownPodCidr: string;
}

/** Nodes of a cluster if nobody says how many. */
export const DEFAULT_NODES = 4;

/**
 * The nodes of a cluster of that size: one is a control plane that takes pods;
 * of more, the first is `kube-master` and the others are `kube-worker1` and so on.
 */
export function planNodes(count: number): PlannedNode[] {
  return Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'kube-master' : `kube-worker${String(index)}`,
    isControlPlane: index === 0,
    isTainted: index === 0 && count > 1,
    address: hostAddress(index),
    ownPodCidr: ownPodCidr(index),
  }));
}

/** 172.18.0.2, 172.18.0.3, …: the first address of the network is its gateway's. */
function hostAddress(index: number): string {
  const host = index + 2;
  return `172.${String(18 + (host >> 16))}.${String((host >> 8) & 255)}.${String(host & 255)}`;
}

/** Ranges of 256 addresses apart from those that node-ipam gives out (10.244.0.0/16). */
function ownPodCidr(index: number): string {
  return `10.${String(100 + (index >> 8))}.${String(index & 255)}.0/24`;
}
