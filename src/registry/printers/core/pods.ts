import type { Pod, PodTemplate } from '../../../schema/generated/core-v1.js';
import { podColumns, podTemplateColumns } from '../columns/core.js';
import { ageOf, since } from '../format/age.js';
import { containerCells } from '../format/containers.js';
import { formatLabels } from '../format/labels.js';
import { printer, type TableRowCondition, type View } from '../printer.js';
import { summarize, type PodSummary } from './pod-summary.js';

const SUCCEEDED: readonly TableRowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
];
const FAILED: readonly TableRowCondition[] = [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];

export const podPrinter = printer<Pod>({
  columns: podColumns,
  cells(pod, now) {
    const summary = summarize(pod);
    const { metadata, spec, status } = pod;
    return [
      metadata?.name ?? '',
      `${String(summary.ready)}/${String(containerCount(pod))}`,
      summary.status,
      restartsText(summary, now),
      ageOf(metadata?.creationTimestamp, now),
      status?.podIP || status?.podIPs?.[0]?.ip || '<none>',
      spec?.nodeName || '<none>',
      status?.nominatedNodeName || '<none>',
      readinessGates(pod),
    ];
  },
  conditions(pod) {
    const phase = pod.status?.phase;
    return phase === 'Succeeded' ? SUCCEEDED : phase === 'Failed' ? FAILED : undefined;
  },
});

export const podTemplatePrinter = printer<PodTemplate>({
  columns: podTemplateColumns,
  cells: ({ metadata, template }) => [
    metadata?.name ?? '',
    ...containerCells(template?.spec?.containers),
    formatLabels(template?.metadata?.labels),
  ],
});

/** Containers that are to run at the same time, sidecars included. */
function containerCount(pod: View<Pod>): number {
  const sidecars = pod.spec?.initContainers?.filter((container) => container.restartPolicy === 'Always').length;
  return (pod.spec?.containers?.length ?? 0) + (sidecars ?? 0);
}

function restartsText({ restarts, lastRestart }: PodSummary, now: number): string {
  return restarts === 0 || lastRestart === undefined ? String(restarts) : `${String(restarts)} (${since(lastRestart, now)} ago)`;
}

/** How many of the pod's readiness gates are open. */
function readinessGates({ spec, status }: View<Pod>): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True');
  return `${String(open.length)}/${String(gates.length)}`;
}
