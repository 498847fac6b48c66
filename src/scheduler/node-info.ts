import type { Typed } from '../client/client.js';
import type { Node } from '../schema/generated/core-v1.js';
import { HostPorts } from './host-ports.js';
import type { PodInfo } from './pod-info.js';
import { addResources, copyResources, noResources, offeredResources, type ResourceAmounts } from './resource-amounts.js';

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

/** A node with the pods that are on it and the sums over them, kept up to date one pod at a time (Go: framework.NodeInfo). */
export class NodeInfo {
  node: Typed<Node>;
  /** False while pods name a node that doesn't exist. */
  exists = false;
  allocatable: ResourceAmounts = noResources();
  readonly pods = new Map<string, PodInfo>();
  /** Those of the pods that have terms about other pods. */
  readonly podsWithAffinity = new Set<PodInfo>();
  readonly podsWithRequiredAntiAffinity = new Set<PodInfo>();
  requested: ResourceAmounts = noResources();
  /** The sum that scores use. */
  scored: ResourceAmounts = noResources();
  private ports = new HostPorts();
  private imageSizes: ReadonlyMap<string, number> | undefined;

  constructor(readonly name: string) {
    this.node = { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {}, status: { daemonEndpoints: NO_ENDPOINTS, nodeInfo: {} } };
  }

  get labels(): Readonly<Record<string, string>> {
    return this.node.metadata.labels ?? NO_LABELS;
  }

  /** Region and zone, which nodes are taken turns by. */
  get zone(): string {
    const { [REGION]: region = '', [ZONE]: zone = '' } = this.labels;
    return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
  }

  get usedPorts(): HostPorts {
    return this.ports;
  }

  /** Sizes in bytes by image name, as the kubelet reports them. */
  get images(): ReadonlyMap<string, number> {
    if (this.imageSizes === undefined) {
      const sizes = new Map<string, number>();
      for (const { names, sizeBytes = 0 } of this.node.status.images ?? []) for (const name of names ?? []) sizes.set(name, sizeBytes);
      this.imageSizes = sizes;
    }
    return this.imageSizes;
  }

  setNode(node: Typed<Node>): void {
    if (!this.exists || node.status.allocatable !== this.node.status.allocatable)
      this.allocatable = offeredResources(node.status.allocatable);
    if (node.status.images !== this.node.status.images) this.imageSizes = undefined;
    this.node = node;
    this.exists = true;
  }

  addPod(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    if (pod.affinity.any) this.podsWithAffinity.add(pod);
    if (pod.affinity.requiredAnti.length > 0) this.podsWithRequiredAntiAffinity.add(pod);
    this.count(pod, 1);
    for (const port of pod.hostPorts) this.ports.add(port);
  }

  /** Takes away the pod that was added under the uid, whatever its version. */
  removePod(uid: string): void {
    const pod = this.pods.get(uid);
    if (pod === undefined) return;
    this.pods.delete(uid);
    this.podsWithAffinity.delete(pod);
    this.podsWithRequiredAntiAffinity.delete(pod);
    this.count(pod, -1);
    for (const port of pod.hostPorts) this.ports.remove(port);
  }

  private count(pod: PodInfo, sign: 1 | -1): void {
    addResources(this.requested, pod.requests, sign);
    addResources(this.scored, pod.scoredRequests, sign);
  }

  /** A copy to try things out on. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.name);
    copy.node = this.node;
    copy.exists = this.exists;
    copy.allocatable = this.allocatable;
    copy.imageSizes = this.imageSizes;
    for (const [uid, pod] of this.pods) {
      copy.pods.set(uid, pod);
      for (const port of pod.hostPorts) copy.ports.add(port);
    }
    for (const pod of this.podsWithAffinity) copy.podsWithAffinity.add(pod);
    for (const pod of this.podsWithRequiredAntiAffinity) copy.podsWithRequiredAntiAffinity.add(pod);
    copy.requested = copyResources(this.requested);
    copy.scored = copyResources(this.scored);
    return copy;
  }
}

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const NO_ENDPOINTS = { kubeletEndpoint: {} };
