import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../schema/generated/apps-v1.js';
import { parseApiVersion } from '../../apimachinery/group-version.js';
import { controllerRevisionColumns, daemonSetColumns, deploymentColumns, replicaSetColumns, statefulSetColumns } from './columns/apps.js';
import { ageOf } from './format/age.js';
import { containerCells } from './format/containers.js';
import { formatLabels, formatLabelSelector, selectorText } from './format/labels.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const deployments = printer<Deployment>({
  columns: deploymentColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    `${String(status?.readyReplicas ?? 0)}/${String(spec?.replicas ?? 0)}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    ageOf(metadata?.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    selectorText(spec?.selector) ?? '<invalid>',
  ],
});

const replicaSets = printer<ReplicaSet>({
  columns: replicaSetColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    ageOf(metadata?.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabelSelector(spec?.selector),
  ],
});

const daemonSets = printer<DaemonSet>({
  columns: daemonSetColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    status?.desiredNumberScheduled ?? 0,
    status?.currentNumberScheduled ?? 0,
    status?.numberReady ?? 0,
    status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0,
    formatLabels(spec?.template?.spec?.nodeSelector),
    ageOf(metadata?.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
    formatLabelSelector(spec?.selector),
  ],
});

const statefulSets = printer<StatefulSet>({
  columns: statefulSetColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    `${String(status?.readyReplicas ?? 0)}/${String(spec?.replicas ?? 0)}`,
    ageOf(metadata?.creationTimestamp, now),
    ...containerCells(spec?.template?.spec?.containers),
  ],
});

const controllerRevisions = printer<ControllerRevision>({
  columns: controllerRevisionColumns,
  cells: (revision, now) => [
    revision.metadata?.name ?? '',
    controllerText(revision),
    revision.revision ?? 0,
    ageOf(revision.metadata?.creationTimestamp, now),
  ],
});

/** `statefulset.apps/web`. */
function controllerText({ metadata }: View<ControllerRevision>): string {
  const owner = metadata?.ownerReferences?.find((reference) => reference.controller === true);
  if (owner === undefined) return '<none>';
  const kind = owner.kind ?? '';
  const name = owner.name ?? '';
  const group = parseApiVersion(owner.apiVersion ?? '')?.group ?? '';
  if (kind === '' && group === '') return name;
  return `${(group === '' ? kind : `${kind}.${group}`).toLowerCase()}/${name}`;
}

export const appsPrinters: PrintersByResource = {
  controllerrevisions: controllerRevisions,
  daemonsets: daemonSets,
  deployments,
  replicasets: replicaSets,
  statefulsets: statefulSets,
};
