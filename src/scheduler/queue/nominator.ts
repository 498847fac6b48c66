import type { PodInfo } from '../pod-info.js';

/** Pods that wait for room on a node which is being made for them (Go: scheduler/backend/queue nominator). */
export class Nominator {
  private readonly byNode = new Map<string, Map<string, PodInfo>>();
  private readonly nodes = new Map<string, string>();

  /** An empty node name takes the nomination back. */
  set(pod: PodInfo, nodeName: string): void {
    this.delete(pod.uid);
    if (nodeName === '') return;
    this.nodes.set(pod.uid, nodeName);
    let pods = this.byNode.get(nodeName);
    if (pods === undefined) this.byNode.set(nodeName, (pods = new Map()));
    pods.set(pod.uid, pod);
  }

  delete(uid: string): void {
    const nodeName = this.nodes.get(uid);
    if (nodeName === undefined) return;
    this.nodes.delete(uid);
    const pods = this.byNode.get(nodeName);
    pods?.delete(uid);
    if (pods?.size === 0) this.byNode.delete(nodeName);
  }

  nodeOf(uid: string): string | undefined {
    return this.nodes.get(uid);
  }

  on(nodeName: string): readonly PodInfo[] {
    const pods = this.byNode.get(nodeName);
    return pods === undefined ? NONE : [...pods.values()];
  }
}

const NONE: readonly PodInfo[] = [];
