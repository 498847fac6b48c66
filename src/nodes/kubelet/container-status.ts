import { isSidecar } from '../../component-helpers/containers.js';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  ContainerUser,
  EphemeralContainer,
  PodSpec,
  VolumeMountStatus,
} from '../../schema/generated/core-v1.js';
import { exitOf, isRunning, type Attempt, type ContainerRecord } from './container-record.js';

/** One entry of containerStatuses (Go: kubelet.convertToAPIContainerStatuses and prober.UpdatePodStatus). */
export function containerStatus(container: Container | EphemeralContainer, record: ContainerRecord, spec: PodSpec): ContainerStatus {
  const { current } = record;
  return {
    name: record.name,
    ...states(record, (spec.initContainers?.length ?? 0) > 0),
    ready: isReady(container, record),
    restartCount: Math.max(0, record.attempts - 1),
    image: current?.image ?? container.image,
    imageID: current?.imageId ?? '',
    ...(current === undefined ? {} : { containerID: current.containerId }),
    ...(record.field === 'ephemeralContainers' ? {} : { started: isRunning(record) && record.started }),
    ...(current === undefined ? {} : attemptFields(container, current, spec)),
    ...volumeMounts(container),
  };
}

/** The states of a container now and before. What failed to start waits, and shows its end as the state before. */
function states({ current, previous, failure }: ContainerRecord, hasInit: boolean): { state: ContainerState; lastState: ContainerState } {
  const last = previous === undefined ? {} : { terminated: previous };
  if (current === undefined)
    return { state: { waiting: failure ?? { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } }, lastState: last };
  const { terminated, startedAt } = current;
  if (terminated === undefined) return { state: { running: { startedAt } }, lastState: last };
  return failure === undefined ? { state: { terminated }, lastState: last } : { state: { waiting: failure }, lastState: { terminated } };
}

/** Init containers are ready once they have done their work, the others while they can be used. */
function isReady(container: Container, record: ContainerRecord): boolean {
  if (record.field === 'ephemeralContainers') return false;
  if (record.field === 'initContainers' && !isSidecar(container)) return exitOf(record)?.exitCode === 0 && record.failure === undefined;
  return isRunning(record) && record.started && record.ready;
}

function attemptFields(container: Container, { resources, user }: Attempt, spec: PodSpec): Partial<ContainerStatus> {
  const { requests } = container.resources;
  const allocated = requests === undefined ? {} : { allocatedResources: requests };
  return { ...allocated, resources, user: user === undefined ? specUser(container, spec) : linuxUser(user.uid, user.gid, user.groups) };
}

/** Who a first process that never ran would have run as, as far as the spec says. */
function specUser({ securityContext }: Container, spec: PodSpec): ContainerUser {
  const uid = securityContext?.runAsUser ?? spec.securityContext?.runAsUser ?? 0;
  const gid = securityContext?.runAsGroup ?? spec.securityContext?.runAsGroup ?? 0;
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  return linuxUser(uid, gid, [...(fsGroup === undefined ? [] : [fsGroup]), ...supplementalGroups]);
}

function linuxUser(uid: number, gid: number, groups: readonly number[]): ContainerUser {
  return { linux: { uid, gid, supplementalGroups: [...new Set([gid, ...groups])] } };
}

function volumeMounts({ volumeMounts: mounts = [] }: Container): Pick<ContainerStatus, 'volumeMounts'> {
  if (mounts.length === 0) return {};
  return {
    volumeMounts: mounts.map(({ name, mountPath, readOnly, recursiveReadOnly }): VolumeMountStatus => {
      if (readOnly !== true) return { name, mountPath };
      const isRecursive = recursiveReadOnly === 'Enabled' || recursiveReadOnly === 'IfPossible';
      return { name, mountPath, readOnly, recursiveReadOnly: isRecursive ? 'Enabled' : 'Disabled' };
    }),
  };
}
