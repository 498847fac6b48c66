/** How long the steps in a pod's life take, in milliseconds. */
export interface Timeline {
  /** Volumes are mounted and the sandbox gets its network. */
  readonly sandbox: number;
  /** An image is pulled. */
  readonly pull: number;
  /** A container is created and started, once its image is there. */
  readonly start: number;
  /** Between the decision to stop a container and the signal. */
  readonly stop: number;
  /** How a container ended shows, before it waits to be started again. */
  readonly ended: number;
}

export const DEFAULT_TIMELINE: Timeline = { sandbox: 200, pull: 400, start: 150, stop: 300, ended: 1000 };

/** How fast simulated things go: a factor, or `instant` for no delays at all. */
export type Speed = number | 'instant';

/** A delay at a speed, in milliseconds. */
export function atSpeed(milliseconds: number, speed: Speed): number {
  return speed === 'instant' ? 0 : milliseconds / speed;
}
