import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { keyOf, splitKey } from '../../client/informer.js';
import { BY_CLAIM, claimIndex, ephemeralClaimName, notForPod, type PersistentVolumeClaim } from '../../component-helpers/claims.js';
import { isControlledBy, newControllerRef } from '../../component-helpers/controller-ref.js';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../component-helpers/resources.js';
import type { Pod, Volume } from '../../schema/generated/core-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const POD = { group: '', version: 'v1', kind: 'Pod' } as const;

/** Makes the claims of pods' generic ephemeral volumes (KEP-1698; Go: pkg/controller/volume/ephemeral). */
export const ephemeralVolumeController: ControllerDescriptor = {
  name: 'ephemeral-volume-controller',
  alias: 'ephemeral-volume',
  start(context) {
    const claims = context.informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
    const pods = context.informers.of<Typed<Pod>>(PODS).addIndex(BY_CLAIM, claimIndex);
    const recorder = context.recorder('ephemeral_volume');
    const queue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const pod = pods.get(namespace, name);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      for (const volume of pod.spec.volumes ?? []) {
        if (volume.ephemeral === undefined) continue;
        const found = claims.get(namespace, ephemeralClaimName(pod, volume.name ?? ''));
        try {
          await provide(context, pod, volume, found);
        } catch (error) {
          const message = `ephemeral volume ${volume.name ?? ''}: ${error instanceof Error ? error.message : String(error)}`;
          recorder.warning(pod, 'FailedBinding', message);
          throw new Error(`pod ${key}, ${message}`, { cause: error });
        }
      }
    });
    const add = (pod: Typed<Pod>): void => {
      if (pod.metadata.deletionTimestamp === undefined && pod.spec.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true)
        queue.add(keyOf(pod));
    };
    pods.addHandler({ added: add });
    claims.addHandler({
      deleted: (claim) => {
        for (const pod of pods.byIndex(BY_CLAIM, keyOf(claim))) add(pod);
      },
    });
  },
};

async function provide(
  { client }: ComponentContext,
  pod: Typed<Pod>,
  volume: Volume,
  found: PersistentVolumeClaim | undefined,
): Promise<void> {
  if (found !== undefined) {
    if (!isControlledBy(found, pod)) throw new Error(notForPod(found, pod));
    return;
  }
  const name = ephemeralClaimName(pod, volume.name ?? '');
  const template = volume.ephemeral?.volumeClaimTemplate;
  const { namespace } = pod.metadata;
  const claim: PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name,
      namespace,
      annotations: template?.metadata.annotations,
      labels: template?.metadata.labels,
      ownerReferences: [newControllerRef(pod, POD)],
    },
    spec: template?.spec ?? { resources: {} },
    status: {},
  };
  try {
    await client.create({ resource: PERSISTENT_VOLUME_CLAIMS, namespace }, claim);
  } catch (error) {
    throw new Error(`create PVC ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
