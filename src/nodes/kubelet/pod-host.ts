import type { Clock } from '../../apimachinery/clock.js';
import type { Logger } from '../../apimachinery/logger.js';
import type { Random } from '../../apimachinery/random.js';
import type { Activity } from '../../client/activity.js';
import type { Client } from '../../client/client.js';
import type { EventRecorder } from '../../client/event-recorder.js';
import type { Pod } from '../../component-helpers/pods.js';
import type { Behaviours } from '../behaviour/behaviours.js';
import type { Timeline } from '../behaviour/timeline.js';
import type { ContainerRuntime } from '../runtime/runtime.js';
import type { NodeImages } from './node-images.js';
import type { Verdict } from './pod-status.js';
import type { Turns } from './turns.js';

/** What a pod's worker has of its node. */
export interface PodHost {
  readonly nodeName: string;
  readonly hostIPs: readonly string[];
  /** Acts as `system:node:NAME`. */
  readonly client: Client;
  readonly events: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly images: NodeImages;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  readonly turns: Turns;
  readonly logger: Logger;
  /** The delays of a pod, at the speed of the cluster. */
  timeline(pod: Pod): Timeline;
  readonly behaviours: Behaviours;
  /** Why the node doesn't take the pod; undefined if it does. */
  admit(pod: Pod): Verdict | undefined;
  /** Gives an admitted pod what its spec asks for by now; returns why not if there is no room. */
  resize(pod: Pod): Verdict | undefined;
  /** Addresses for a pod, one a family. */
  takeAddresses(): readonly string[];
  releaseAddresses(addresses: readonly string[]): void;
  /** The pod is over: what it holds of the node is free. */
  ended(pod: Pod): void;
  /** Nothing is left of the pod. */
  forget(pod: Pod): void;
}
