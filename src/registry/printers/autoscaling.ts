import type { Scale } from '../../schema/generated/autoscaling-v1.js';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../schema/generated/autoscaling-v2.js';
import { horizontalPodAutoscalerColumns, scaleColumns } from './columns/autoscaling.js';
import { ageOf } from './format/age.js';
import { withMore } from './format/list.js';
import { printer, type PrintersByResource, type View } from './printer.js';

/** How many metrics the cell of an autoscaler shows. */
const METRICS_SHOWN = 2;

const horizontalPodAutoscalers = printer<HorizontalPodAutoscaler>({
  columns: horizontalPodAutoscalerColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
    metricsText(spec?.metrics ?? [], status?.currentMetrics ?? []),
    spec?.minReplicas == null ? '<unset>' : String(spec.minReplicas),
    spec?.maxReplicas ?? 0,
    status?.currentReplicas ?? 0,
    ageOf(metadata?.creationTimestamp, now),
  ],
});

/** The `scale` subresource of built-in workloads. */
export const scalePrinter = printer<Scale>({
  columns: scaleColumns,
  cells: ({ metadata, spec, status }, now) => [
    metadata?.name ?? '',
    spec?.replicas ?? 0,
    status?.replicas ?? 0,
    ageOf(metadata?.creationTimestamp, now),
  ],
});

type Target = View<MetricTarget>;
/** What was measured; undefined if the status has no metric of that source at the place. */
type Current = View<MetricValueStatus> | null | undefined;

function metricsText(specs: readonly View<MetricSpec>[], statuses: readonly View<MetricStatus>[]): string {
  if (specs.length === 0) return '<none>';
  const text = specs
    .slice(0, METRICS_SHOWN)
    .map((spec, index) => metricText(spec, statuses[index] ?? {}))
    .join(', ');
  return specs.length > METRICS_SHOWN ? withMore(text, specs.length - METRICS_SHOWN) : text;
}

function metricText(spec: View<MetricSpec>, status: View<MetricStatus>): string {
  switch (spec.type) {
    case 'External':
      return valueText(spec.external?.target ?? {}, currentOf(status.external));
    case 'Object':
      return valueText(spec.object?.target ?? {}, currentOf(status.object));
    case 'Pods':
      return `${quantityOf(currentOf(status.pods), 'averageValue')}/${quantityText(spec.pods?.target?.averageValue)}`;
    case 'Resource':
      return `${spec.resource?.name ?? ''}: ${resourceText(spec.resource?.target ?? {}, currentOf(status.resource))}`;
    case 'ContainerResource':
      return `${spec.containerResource?.name ?? ''}: ${resourceText(spec.containerResource?.target ?? {}, currentOf(status.containerResource))}`;
    default:
      return '<unknown type>';
  }
}

function currentOf(source: View<{ current?: MetricValueStatus }> | null | undefined): Current {
  return source == null ? undefined : (source.current ?? {});
}

/** Metrics of objects and from outside the cluster: a total, or an average per pod. */
function valueText(target: Target, current: Current): string {
  if (target.averageValue != null) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${quantityOf(current, 'value')}/${quantityText(target.value)}`;
}

/** Usage of the pods' requests: an amount per pod, or a share. */
function resourceText(target: Target, current: Current): string {
  if (target.averageValue != null) return `${quantityOf(current, 'averageValue')}/${target.averageValue}`;
  const aim = target.averageUtilization == null ? '<auto>' : `${String(target.averageUtilization)}%`;
  return `${current?.averageUtilization == null ? '<unknown>' : `${String(current.averageUtilization)}%`}/${aim}`;
}

function quantityOf(current: Current, member: 'averageValue' | 'value'): string {
  return current == null ? '<unknown>' : quantityText(current[member]);
}

/** How Go prints a pointer to a quantity. */
function quantityText(quantity: string | null | undefined): string {
  return quantity ?? '<nil>';
}

export const autoscalingPrinters: PrintersByResource = { horizontalpodautoscalers: horizontalPodAutoscalers };
