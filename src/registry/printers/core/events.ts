import type { Event } from '../../../schema/generated/core-v1.js';
import { eventColumns } from '../columns/core.js';
import { ageOf, since, timeOf } from '../format/age.js';
import { printer, type View } from '../printer.js';

/** Events of both API groups, which are stored as core/v1. */
export const eventPrinter = printer<Event>({
  columns: eventColumns,
  cells(event, now) {
    const first = since(timeOf(event.firstTimestamp) ?? timeOf(event.eventTime), now);
    return [
      lastSeen(event, first, now),
      event.type ?? '',
      event.reason ?? '',
      objectText(event),
      event.involvedObject?.fieldPath ?? '',
      sourceText(event),
      (event.message ?? '').trim(),
      first,
      // Events of the newer kind that happened once have no count.
      event.series != null ? (event.series.count ?? 0) : event.count || 1,
      event.metadata?.name ?? '',
    ];
  },
});

function lastSeen({ series, lastTimestamp }: View<Event>, first: string, now: number): string {
  if (series != null) return ageOf(series.lastObservedTime, now);
  const last = timeOf(lastTimestamp);
  return last === undefined ? first : since(last, now);
}

function objectText({ involvedObject }: View<Event>): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

function sourceText({ source, reportingComponent, reportingInstance }: View<Event>): string {
  const component = source?.component || (reportingComponent ?? '');
  const instance = source?.host || reportingInstance;
  return instance ? `${component}, ${instance}` : component;
}
