import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { claimClass, isDelayed, type StorageClass } from '../../../component-helpers/claims.js';
import type { PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import { on, onNode } from '../../cluster-event.js';
import type { FilterPlugin } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { notFound, onOwnClaim, type VolumeListers } from './volume-listers.js';

const NAME = 'VolumeZone';
const CONFLICT = Rejection.unresolvable(NAME, 'node(s) had no available volume zone');

/** Labels that say where a volume is, and what nodes are labelled with today. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]);

interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** Volumes with labels of a zone are used there. */
export function volumeZone({ claims, volumes, classes }: Pick<VolumeListers, 'claims' | 'volumes' | 'classes'>): FilterPlugin {
  const refuse = (reason: string): Rejection => Rejection.unresolvable(NAME, reason);
  const placesOf = (pod: PodInfo): readonly Place[] | Rejection => {
    const places: Place[] = [];
    for (const { persistentVolumeClaim } of pod.pod.spec.volumes ?? []) {
      if (persistentVolumeClaim === undefined) continue;
      const { claimName = '' } = persistentVolumeClaim;
      if (claimName === '') return refuse('PersistentVolumeClaim had no name');
      const claim = claims.get(pod.namespace, claimName);
      if (claim === undefined) return refuse(notFound('persistentvolumeclaim', claimName));
      const { volumeName = '' } = claim.spec;
      if (volumeName === '') {
        const className = claimClass(claim);
        if (className === '') return refuse('PersistentVolumeClaim had no pv name and storageClass name');
        const storageClass = classes.get('', className);
        if (storageClass === undefined) return refuse(notFound('storageclass.storage.k8s.io', className));
        if (isDelayed(storageClass)) continue;
        return refuse('PersistentVolume had no name');
      }
      const volume = volumes.get('', volumeName);
      if (volume === undefined) return refuse(notFound('persistentvolume', volumeName));
      places.push(...placesOfVolume(volume));
    }
    return places;
  };
  return {
    name: NAME,
    events: [
      on<StorageClass>('StorageClass', ['Add'], (_, now) => isDelayed(now)),
      onNode(['Add', 'UpdateNodeLabel']),
      onOwnClaim(['Add', 'Update']),
      on<PersistentVolume>('PersistentVolume', ['Add', 'Update'], (_, now, old) => {
        return old === undefined || now === undefined || !semanticEqual(placesOfVolume(now), placesOfVolume(old));
      }),
    ],
    prepare(pod) {
      const places = placesOf(pod);
      if (places instanceof Rejection) return places;
      if (places.length === 0) return undefined;
      return {
        filter: ({ labels }) => {
          if (![...LABELS.keys()].some((key) => labels[key] !== undefined)) return undefined;
          return places.every(({ key, values }) => values.includes(labels[key] ?? labels[LABELS.get(key) ?? ''] ?? ''))
            ? undefined
            : CONFLICT;
        },
      };
    },
  };
}

/** Several zones are joined by `__`. */
function placesOfVolume({ metadata: { labels = {} } }: PersistentVolume): readonly Place[] {
  return [...LABELS.keys()].flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, values: value.split('__').map((zone) => zone.trim()) }];
  });
}
