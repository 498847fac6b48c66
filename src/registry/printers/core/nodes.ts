import type { Node } from '../../../schema/generated/core-v1.js';
import { nodeColumns } from '../columns/core.js';
import { ageOf } from '../format/age.js';
import { printer, type View } from '../printer.js';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const nodePrinter = printer<Node>({
  columns: nodeColumns,
  cells(node, now) {
    const info = node.status?.nodeInfo;
    const kernel = info?.kernelVersion || '<unknown>';
    return [
      node.metadata?.name ?? '',
      nodeStatus(node),
      roles(node).join(',') || '<none>',
      ageOf(node.metadata?.creationTimestamp, now),
      info?.kubeletVersion ?? '',
      address(node, 'InternalIP'),
      address(node, 'ExternalIP'),
      info?.osImage || '<unknown>',
      info?.architecture ? `${kernel} (${info.architecture})` : kernel,
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
});

function nodeStatus({ spec, status }: View<Node>): string {
  const ready = status?.conditions?.findLast((condition) => condition.type === 'Ready');
  const text = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${text},SchedulingDisabled` : text;
}

function roles(node: View<Node>): string[] {
  const labels = node.metadata?.labels ?? {};
  const found = new Set<string>();
  for (const key of Object.keys(labels)) {
    const role = key.startsWith(ROLE_PREFIX) ? key.slice(ROLE_PREFIX.length) : key === ROLE_LABEL ? labels[key] : '';
    if (role) found.add(role);
  }
  return [...found].sort();
}

function address(node: View<Node>, type: string): string {
  const found = node.status?.addresses?.find((candidate) => candidate.type === type);
  return found === undefined ? '<none>' : (found.address ?? '');
}
