import { labelSelectorOf } from '../../../apimachinery/label-selector.js';
import { parseQuantityJson, type Quantity } from '../../../apimachinery/quantity.js';
import type { Typed } from '../../../client/client.js';
import {
  claimClass,
  NO_PROVISIONER,
  SELECTED_NODE,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../../component-helpers/claims.js';
import { findMatch, isReachableFrom, storageOf, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import type { Node } from '../../../schema/generated/core-v1.js';
import type { CSIStorageCapacity } from '../../../schema/generated/storage-v1.js';
import type { Assumed } from './assumed.js';
import { notFound, type VolumeListers } from './volume-listers.js';

export const BY_CLASS = 'class';

/** A pod's claims by what is to be done for them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** To be bound once a node is chosen. */
  readonly delayed: readonly PersistentVolumeClaim[];
}

/** What is to be bound and made if the pod goes to one node. */
export interface PodVolumes {
  readonly bindings: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  readonly provisions: readonly PersistentVolumeClaim[];
}

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const BIND_CONFLICT = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** Finds the volumes that a pod would use on a node (Go: volumebinding.FindPodVolumes). */
export class VolumeFinder {
  constructor(
    private readonly volumes: Assumed<PersistentVolume>,
    private readonly listers: Pick<VolumeListers, 'classes' | 'drivers' | 'capacities'>,
  ) {}

  /** The volumes, or the reasons why the pod can't have them there. */
  find({ bound, delayed }: PodClaims, node: Typed<Node>): PodVolumes | readonly string[] {
    const reasons = this.checkBound(bound, node);
    const chosen = this.choose(delayed, node);
    if (reasons.length === 0) return chosen;
    return isVolumes(chosen) ? reasons : [...reasons, ...chosen];
  }

  private checkBound(claims: readonly PersistentVolumeClaim[], node: Typed<Node>): readonly string[] {
    for (const { spec } of claims) {
      const volume = this.volumes.get('', spec.volumeName ?? '');
      if (volume === undefined) return [NO_VOLUME];
      if (!isReachableFrom(volume, node)) return [NODE_CONFLICT];
    }
    return [];
  }

  private choose(claims: readonly PersistentVolumeClaim[], node: Typed<Node>): PodVolumes | readonly string[] {
    const toProvision: PersistentVolumeClaim[] = [];
    const toMatch: PersistentVolumeClaim[] = [];
    for (const claim of claims) {
      const selected = claim.metadata.annotations?.[SELECTED_NODE];
      if (selected === undefined) toMatch.push(claim);
      else if (selected === node.metadata.name) toProvision.push(claim);
      else return [BIND_CONFLICT];
    }
    // The smallest first, so that it doesn't take the volume that only a larger one needs.
    const bySize = toMatch.sort((a, b) => storageOf(a.spec.resources.requests).compare(storageOf(b.spec.resources.requests)));
    const taken = new Set<string>();
    const bindings: PodVolumes['bindings'][number][] = [];
    for (const claim of bySize) {
      const volume = findMatch(claim, this.volumes.byIndex(BY_CLASS, claimClass(claim)), { node, taken, isDelayed: true });
      if (volume === undefined) toProvision.push(claim);
      else {
        taken.add(volume.metadata.name ?? '');
        bindings.push({ volume, claim });
      }
    }
    const reason = this.cannotProvision(toProvision, node);
    return reason === undefined ? { bindings, provisions: toProvision } : [reason];
  }

  private cannotProvision(claims: readonly PersistentVolumeClaim[], node: Typed<Node>): string | undefined {
    for (const claim of claims) {
      const className = claimClass(claim);
      const storageClass = this.listers.classes.get('', className);
      if (storageClass === undefined)
        throw new Error(`failed to find storage class: ${notFound('storageclass.storage.k8s.io', className)}`);
      const { provisioner = '' } = storageClass;
      if (provisioner === '' || provisioner === NO_PROVISIONER || !isAllowed(storageClass, node)) return BIND_CONFLICT;
      if (!this.hasCapacity(claim, storageClass, node)) return NO_SPACE;
    }
    return undefined;
  }

  /** Drivers that tell how much they have where (KEP-1472). */
  private hasCapacity(claim: PersistentVolumeClaim, { metadata, provisioner = '' }: StorageClass, node: Typed<Node>): boolean {
    if (this.listers.drivers.get('', provisioner)?.spec.storageCapacity !== true) return true;
    const wanted = storageOf(claim.spec.resources.requests);
    return this.listers.capacities.list().some((capacity) => {
      if (capacity.storageClassName !== metadata.name || capacity.nodeTopology === undefined) return false;
      const limit = volumeLimit(capacity);
      return limit !== undefined && limit.compare(wanted) >= 0 && labelSelectorOf(capacity.nodeTopology).matches(node.metadata.labels);
    });
  }
}

export function isVolumes(found: PodVolumes | readonly string[]): found is PodVolumes {
  return 'bindings' in found;
}

/** The size of the largest volume that can be made. */
export function volumeLimit({ maximumVolumeSize, capacity }: Typed<CSIStorageCapacity>): Quantity | undefined {
  const text = maximumVolumeSize ?? capacity;
  return text === undefined ? undefined : parseQuantityJson(text);
}

/** Go: v1helper.MatchTopologySelectorTerms: one term, all of its labels. No terms allow every node. */
function isAllowed({ allowedTopologies = [] }: StorageClass, { metadata: { labels = {} } }: Typed<Node>): boolean {
  return (
    allowedTopologies.length === 0 ||
    allowedTopologies.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key = '', values }) => labels[key] !== undefined && (values ?? []).includes(labels[key])),
    )
  );
}
