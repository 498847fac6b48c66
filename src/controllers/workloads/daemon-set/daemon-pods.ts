import type { OwnerReference } from '../../../client/client.js';
import { RequiredNodeAffinity } from '../../../component-helpers/node-affinity.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { findUntoleratedTaint } from '../../../component-helpers/tolerations.js';
import type { Affinity, PodSpec, Toleration } from '../../../schema/generated/core-v1.js';
import { podFromTemplate } from '../common/pod-control.js';
import { REVISION_HASH } from '../common/revisions.js';
import { TEMPLATE_GENERATION, templateGeneration, type DaemonSet, type Node } from './types.js';

/** What daemons put up with, whatever their template says (Go: util.AddOrUpdateDaemonPodTolerations). */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const NETWORK_TOLERATION: Toleration = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' };

/** The tolerations of a daemon pod: those of the template, and those of all daemons. */
export function daemonTolerations({ tolerations, hostNetwork }: PodSpec): Toleration[] {
  let all = [...(tolerations ?? [])];
  for (const added of hostNetwork === true ? [...DAEMON_TOLERATIONS, NETWORK_TOLERATION] : DAEMON_TOLERATIONS) {
    const isSame = (other: Toleration): boolean =>
      other.key === added.key && other.operator === added.operator && other.effect === added.effect && (other.value ?? '') === '';
    // One that is there is replaced where it stands: it may have a time limit.
    all = all.some(isSame) ? all.map((other) => (isSame(other) ? added : other)) : [...all, added];
  }
  return all;
}

/** A daemon pod for one node. @param hash of the revision; '' for none */
export function daemonPod(daemonSet: DaemonSet, reference: OwnerReference, node: string, hash: string): Pod {
  const pod = podFromTemplate(daemonSet.spec.template, daemonSet, reference);
  const generation = templateGeneration(daemonSet);
  pod.metadata.labels = {
    ...pod.metadata.labels,
    ...(generation === undefined ? {} : { [TEMPLATE_GENERATION]: generation }),
    [REVISION_HASH]: hash,
  };
  return {
    ...pod,
    spec: { ...pod.spec, tolerations: daemonTolerations(pod.spec), affinity: affinityTo(node, pod.spec.affinity) },
  };
}

/** The affinity with this node as the only one that will do (Go: util.ReplaceDaemonSetPodNodeNameNodeAffinity). */
function affinityTo(node: string, affinity: Affinity | undefined): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
  return {
    ...affinity,
    nodeAffinity: { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
  };
}

/** Which nodes a daemon set's pods may be on, found out once a look. */
export class Placement {
  private readonly affinity: RequiredNodeAffinity;
  private readonly tolerations: readonly Toleration[];
  private readonly nodeName: string;

  constructor({ spec: { template } }: DaemonSet) {
    this.affinity = new RequiredNodeAffinity(template.spec);
    this.tolerations = daemonTolerations(template.spec);
    this.nodeName = template.spec.nodeName ?? '';
  }

  /** Whether a pod should be made there, and whether one that is there may stay (Go: NodeShouldRunDaemonPod). */
  on(node: Node): { readonly shouldRun: boolean; readonly mayStay: boolean } {
    const isNamed = this.nodeName === '' || this.nodeName === node.metadata.name;
    if (!isNamed || !this.affinity.matches(node)) return { shouldRun: false, mayStay: false };
    const { taints } = node.spec;
    if (findUntoleratedTaint(taints, this.tolerations) === undefined) return { shouldRun: true, mayStay: true };
    return { shouldRun: false, mayStay: findUntoleratedTaint(taints, this.tolerations, ['NoExecute']) === undefined };
  }
}
