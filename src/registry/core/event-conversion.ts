import { decodeObject } from '../../schema/decode.js';
import type { Event as CoreEvent } from '../../schema/generated/core-v1.js';
import type { Event } from '../../schema/generated/events-v1.js';
import type { JsonObject, StructType } from '../../schema/type.js';
import { typeRegistry } from '../../schema/types.js';
import { asObject, type KubeObject } from '../object.js';
import type { VersionConversion } from '../resource.js';

function typeOf(group: string): StructType {
  const type = typeRegistry().typeOf({ group, version: 'v1', kind: 'Event' });
  if (type === undefined) throw new Error(`the facts lack Event of ${group}`);
  return type;
}

/** Reads plain fields as a decoder would, so that they get Go's order and its zero values. */
function normalised(group: string, fields: object): KubeObject {
  return asObject(decodeObject(typeOf(group), fields as JsonObject).object);
}

/** events.k8s.io/v1 from and to the form of core/v1, which is stored (Go: pkg/apis/events/v1 conversions). */
export const eventConversion: VersionConversion = {
  name: 'events.k8s.io/v1',
  toStorage(object) {
    const event = object as unknown as Event;
    const { metadata, eventTime, series, action, reason, related, type, reportingInstance } = event;
    return normalised('', {
      kind: 'Event',
      apiVersion: 'v1',
      metadata,
      involvedObject: event.regarding,
      reason,
      message: event.note,
      source: event.deprecatedSource,
      firstTimestamp: event.deprecatedFirstTimestamp,
      lastTimestamp: event.deprecatedLastTimestamp,
      count: event.deprecatedCount,
      type,
      eventTime,
      series,
      action,
      related,
      reportingComponent: event.reportingController,
      reportingInstance,
    });
  },
  fromStorage(object) {
    const event = object as unknown as CoreEvent;
    const { metadata, eventTime, series, action, reason, related, type, reportingInstance } = event;
    return normalised('events.k8s.io', {
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata,
      eventTime,
      series,
      reportingController: event.reportingComponent,
      reportingInstance,
      action,
      reason,
      regarding: event.involvedObject,
      related,
      note: event.message,
      type,
      deprecatedSource: event.source,
      deprecatedFirstTimestamp: event.firstTimestamp,
      deprecatedLastTimestamp: event.lastTimestamp,
      deprecatedCount: event.count,
    });
  },
};
