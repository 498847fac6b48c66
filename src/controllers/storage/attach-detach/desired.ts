import type { Typed } from '../../../client/client.js';
import type { Informer } from '../../../client/informer.js';
import { claimNamesOf, type PersistentVolumeClaim } from '../../../component-helpers/claims.js';
import type { PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import { attachmentName } from '../../../component-helpers/volume-attachments.js';
import { isPodTerminal } from '../../../component-helpers/pods.js';
import type { Pod } from '../../../schema/generated/core-v1.js';
import type { CSIDriver } from '../../../schema/generated/storage-v1.js';

/** The index of pods and of attachments by the node that they are for. */
export const BY_ATTACHED_NODE = 'attached-node';

/** A volume that a node is to have. */
export interface Desired {
  readonly volume: PersistentVolume;
  readonly driver: string;
  readonly handle: string;
  /** The pods there that use it, at least one. */
  readonly pods: readonly Typed<Pod>[];
}

/** Where it can be seen what pods use. */
export interface DesiredSources {
  readonly pods: Informer<Typed<Pod>>;
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  readonly drivers: Informer<Typed<CSIDriver>>;
}

/** What pods on the node use, by the name of its attachment (Go: desiredStateOfWorld). */
export function desiredOn({ pods, claims, volumes, drivers }: DesiredSources, nodeName: string): ReadonlyMap<string, Desired> {
  const found = new Map<string, Desired>();
  for (const pod of pods.byIndex(BY_ATTACHED_NODE, nodeName)) {
    if (isPodTerminal(pod)) continue;
    for (const claimName of claimNamesOf(pod)) {
      const claim = claims.get(pod.metadata.namespace ?? '', claimName);
      const volume = volumes.get('', claim?.spec.volumeName ?? '');
      const { driver = '', volumeHandle: handle = '' } = volume?.spec.csi ?? {};
      const needsAttaching = drivers.get('', driver)?.spec.attachRequired;
      if (volume === undefined || needsAttaching !== true) continue;
      const name = attachmentName(handle, driver, nodeName);
      found.set(name, { volume, driver, handle, pods: [...(found.get(name)?.pods ?? []), pod] });
    }
  }
  return found;
}

/** Whether only one node may have the volume (Go: IsMultiAttachAllowed, turned round). */
export function isExclusive({ spec: { accessModes = [] } }: PersistentVolume): boolean {
  return accessModes.length > 0 && !accessModes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany');
}

/** What a pod is told when others hold its volume; of other namespaces it learns only how many (Go: reportMultiAttachError). */
export function multiAttachMessage(volumeName: string, pod: Typed<Pod>, others: readonly Typed<Pod>[]): string {
  return `Multi-Attach error for volume "${volumeName}" ${holders(pod, others)}`;
}

function holders(pod: Typed<Pod>, others: readonly Typed<Pod>[]): string {
  if (others.length === 0) return "Volume is already exclusively attached to one node and can't be attached to another";
  const local = others.filter(({ metadata }) => metadata.namespace === pod.metadata.namespace);
  const elsewhere = `${others.length - local.length} pod(s) in different namespaces`;
  if (local.length === 0) return `Volume is already used by ${elsewhere}`;
  const names = local.map(({ metadata }) => metadata.name).join(', ');
  return `Volume is already used by pod(s) ${names}${local.length < others.length ? ` and ${elsewhere}` : ''}`;
}
