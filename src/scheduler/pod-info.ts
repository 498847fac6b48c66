import type { Typed } from '../client/client.js';
import { RequiredNodeAffinity } from '../component-helpers/node-affinity.js';
import { effectiveRequests, scoredRequests } from '../component-helpers/pod-resources.js';
import type { ContainerPort, Pod } from '../schema/generated/core-v1.js';
import { affinityTerms, weightedAffinityTerms, type AffinityTerm, type WeightedAffinityTerm } from './affinity-term.js';
import { hostPortsOf } from './host-ports.js';
import { requestedResources, type ResourceAmounts } from './resource-amounts.js';

/** One version of a pod with what the scheduler computes from it, each at most once (Go: framework.PodInfo). */
export class PodInfo {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly priority: number;
  readonly hostPorts: readonly ContainerPort[];
  private amounts: ResourceAmounts | undefined;
  private scoredAmounts: ResourceAmounts | undefined;
  private nodeAffinity: RequiredNodeAffinity | undefined;
  private terms: PodAffinityTerms | undefined;

  constructor(readonly pod: Typed<Pod>) {
    const { uid = '', namespace = '', name = '' } = pod.metadata;
    this.uid = uid;
    this.namespace = namespace;
    this.name = name;
    this.priority = pod.spec.priority ?? 0;
    this.hostPorts = hostPortsOf(pod.spec);
  }

  /** What the pod requests. */
  get requests(): ResourceAmounts {
    return (this.amounts ??= requestedResources(effectiveRequests(this.pod)));
  }

  /** The same for scores, where a container that requests nothing counts for a little. */
  get scoredRequests(): ResourceAmounts {
    return (this.scoredAmounts ??= requestedResources(scoredRequests(this.pod)));
  }

  get requiredNodeAffinity(): RequiredNodeAffinity {
    return (this.nodeAffinity ??= new RequiredNodeAffinity(this.pod.spec));
  }

  /** Terms about other pods. */
  get affinity(): PodAffinityTerms {
    return (this.terms ??= termsOf(this.pod));
  }
}

export interface PodAffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly WeightedAffinityTerm[];
  readonly preferredAnti: readonly WeightedAffinityTerm[];
  /** True if there is any of them. */
  readonly any: boolean;
}

const NO_TERMS: PodAffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [], any: false };

function termsOf({ metadata: { namespace = '' }, spec: { affinity } }: Typed<Pod>): PodAffinityTerms {
  const { podAffinity, podAntiAffinity } = affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NO_TERMS;
  return {
    required: affinityTerms(namespace, podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    requiredAnti: affinityTerms(namespace, podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferred: weightedAffinityTerms(namespace, podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAnti: weightedAffinityTerms(namespace, podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    any: true,
  };
}
