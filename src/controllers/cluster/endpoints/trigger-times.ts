import { podCondition, type Pod } from '../../../component-helpers/pods.js';
import type { Service } from './services.js';

interface Seen {
  readonly service: string;
  /** By the pod's name, when its readiness last changed. */
  readonly pods: ReadonlyMap<string, string>;
}

/** On Endpoints and EndpointSlices: when the change happened that they show. */
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Finds the moment of the change that made a controller look at a service (Go:
 * endpointslice/util.TriggerTimeTracker). Moments are RFC 3339 in seconds and
 * UTC, which sort as text.
 */
export class TriggerTimes {
  private readonly seen = new Map<string, Seen>();

  /** The earliest change since the last call for this key; undefined if there was none that has a moment. */
  changeOf(key: string, { metadata: { creationTimestamp = '' } }: Service, pods: readonly Pod[]): string | undefined {
    const before = this.seen.get(key);
    const times = new Map<string, string>();
    let first: string | undefined;
    const consider = (time: string, known = ''): void => {
      if (time > known && (first === undefined || time < first)) first = time;
    };
    for (const pod of pods) {
      const time = podCondition(pod, 'Ready')?.lastTransitionTime;
      if (time == null) continue;
      const { name = '' } = pod.metadata;
      times.set(name, time);
      consider(time, before?.pods.get(name));
    }
    consider(creationTimestamp, before?.service);
    this.seen.set(key, { service: creationTimestamp, pods: times });
    return before === undefined ? creationTimestamp : first;
  }

  forget(key: string): void {
    this.seen.delete(key);
  }
}

/** Annotations that tell this moment, or none if there is none. */
export function withChange(annotations: Record<string, string> | undefined, time: string | undefined): Record<string, string> {
  const { [LAST_CHANGE]: _, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [LAST_CHANGE]: time };
}
