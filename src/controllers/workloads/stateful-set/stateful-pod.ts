import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import type { Pod } from '../../../component-helpers/pods.js';
import { podFromTemplate } from '../common/pod-control.js';
import { REVISION_HASH } from '../common/revisions.js';
import { claimName } from './claims.js';
import { ordinalOf, parentAndOrdinal, podName, STATEFUL_SET_KIND, startOrdinal, type StatefulSet } from './types.js';

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

/** A set as two of its revisions have it, with the revisions' names. */
export interface Versions {
  readonly current: StatefulSet;
  readonly currentName: string;
  readonly update: StatefulSet;
  readonly updateName: string;
}

/** The revision that a pod is of. */
export function revisionOf({ metadata: { labels } }: Pod): string {
  return labels?.[REVISION_HASH] ?? '';
}

/** The pod of an ordinal, of the revision that it should be of (Go: newVersionedStatefulSetPod). */
export function versionedPod({ current, currentName, update, updateName }: Versions, ordinal: number): Pod {
  const { type, rollingUpdate } = current.spec.updateStrategy;
  const place = ordinal - startOrdinal(current);
  const isCurrent =
    rollingUpdate === undefined
      ? type === 'RollingUpdate' && place < (current.status.currentReplicas ?? 0)
      : place < (rollingUpdate.partition ?? 0);
  return isCurrent ? statefulPod(current, currentName, ordinal) : statefulPod(update, updateName, ordinal);
}

function statefulPod(set: StatefulSet, revision: string, ordinal: number): Pod {
  const pod = podFromTemplate(set.spec.template, set, newControllerRef(set, STATEFUL_SET_KIND));
  const name = podName(set, ordinal);
  // generateName stays beside the name, as the real controller leaves it.
  const metadata = { ...pod.metadata, name, namespace: set.metadata.namespace };
  const labels = { ...pod.metadata.labels, [REVISION_HASH]: revision };
  const spec = { ...pod.spec, hostname: name, subdomain: set.spec.serviceName };
  return withStorage(set, withIdentity(set, { ...pod, metadata: { ...metadata, labels }, spec }));
}

/** Whether the pod is named and labelled as one of the set's. */
export function hasIdentity(set: StatefulSet, { metadata }: Pod): boolean {
  const { parent, ordinal } = parentAndOrdinal({ metadata } as Pod);
  const { name, namespace, labels } = metadata;
  return ordinal >= 0 && parent === set.metadata.name && namespace === set.metadata.namespace && labels?.[POD_NAME_LABEL] === name;
}

export function withIdentity(set: StatefulSet, pod: Pod): Pod {
  const ordinal = ordinalOf(pod);
  const name = podName(set, ordinal);
  const labels = { ...pod.metadata.labels, [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(ordinal) };
  return { ...pod, metadata: { ...pod.metadata, name, namespace: set.metadata.namespace, labels } };
}

/** Whether the pod uses its own claims. */
export function hasStorage(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  return (
    ordinal >= 0 &&
    (set.spec.volumeClaimTemplates ?? []).every(({ metadata }) => {
      const volume = pod.spec.volumes?.find(({ name }) => name === metadata.name);
      return volume?.persistentVolumeClaim?.claimName === claimName(set, metadata.name ?? '', ordinal);
    })
  );
}

export function withStorage(set: StatefulSet, pod: Pod): Pod {
  const names = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name ?? '');
  if (names.length === 0) return pod;
  const own = names.map((name) => ({ name, persistentVolumeClaim: { claimName: claimName(set, name, ordinalOf(pod)) } }));
  const others = (pod.spec.volumes ?? []).filter(({ name }) => !names.includes(name ?? ''));
  return { ...pod, spec: { ...pod.spec, volumes: [...own, ...others] } };
}
