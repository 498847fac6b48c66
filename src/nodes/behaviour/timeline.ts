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

export const STEPS = ['sandbox', 'pull', 'start', 'stop', 'ended'] as const satisfies readonly (keyof Timeline)[];

/** No delays at all. */
export const INSTANT: Timeline = { sandbox: 0, pull: 0, start: 0, stop: 0, ended: 0 };

/** How fast simulated things go: a factor, or `instant` for no delays at all. */
export type Speed = number | 'instant';

/** A delay at a speed, in milliseconds. */
export function atSpeed(milliseconds: number, speed: Speed): number {
  return speed === 'instant' ? 0 : milliseconds / speed;
}
