import { isSidecar } from '../../component-helpers/containers.js';
import type { Container, LifecycleHandler, PodSpec } from '../../schema/generated/core-v1.js';
import type { EventSubject } from '../../client/event-recorder.js';
import type { RunningContainer } from '../runtime/runtime.js';
import type { ContainerRecord } from './container-record.js';
import type { PodHost } from './pod-host.js';

/** A kubelet gives every container at least this long to end, in milliseconds. */
const LEAST_GRACE = 2_000;

/** A container that is to be stopped. */
export interface Stopping {
  readonly container: Container;
  readonly record: ContainerRecord;
  readonly subject: EventSubject;
  /** What its event says; default: `Stopping container NAME`. */
  readonly message?: string | undefined;
}

export interface StopOptions {
  readonly host: PodHost;
  /** Milliseconds from now on. */
  readonly grace: number;
  /** Milliseconds before the signal, so that people see it coming. */
  readonly delay: number;
  /** Whether there are volumes and a network for hooks to run in. */
  readonly runsHooks: boolean;
}

/** Stops containers side by side, sidecars after all others and in reverse order; resolves when they have ended. */
export async function stopContainers(spec: PodSpec, stopping: readonly Stopping[], options: StopOptions): Promise<void> {
  for (const { record, subject, message } of stopping)
    options.host.events.normal(subject, 'Killing', message ?? `Stopping container ${record.name}`);
  const until = options.host.clock.now() + options.grace;
  const sidecars = (spec.initContainers ?? []).filter(isSidecar);
  const isLast = ({ container }: Stopping): boolean => sidecars.includes(container);
  await Promise.all(stopping.filter((one) => !isLast(one)).map((one) => stopOne(one, until, options)));
  for (const one of stopping.filter(isLast).reverse()) await stopOne(one, until, options);
}

async function stopOne({ container, record, subject }: Stopping, until: number, options: StopOptions): Promise<void> {
  const { host } = options;
  const { running } = record;
  if (running === undefined) return;
  await Promise.race([wait(host, options.delay), running.exit]);
  const hook = container.lifecycle?.preStop;
  const left = (): number => until - host.clock.now();
  if (hook !== undefined && options.runsHooks && options.grace > 0 && record.running === running) {
    const message = await runHook(host, running.container, hook, Math.max(left(), 0));
    if (message !== undefined) host.events.warning(subject, 'FailedPreStopHook', 'PreStopHook failed');
  }
  if (record.running !== running) return;
  stopWithin(host, running.container, Math.max(left(), LEAST_GRACE));
  await running.exit;
}

/** Nobody waits for a container that doesn't listen longer than the cluster's speed has it. */
export function stopWithin({ behaviours }: PodHost, container: RunningContainer, milliseconds: number): void {
  container.stop(milliseconds, behaviours.scaled(milliseconds));
}

/** Runs a lifecycle handler. Returns why it failed, or undefined. @param limit milliseconds */
export async function runHook(
  host: PodHost,
  running: RunningContainer,
  handler: LifecycleHandler,
  limit: number,
): Promise<string | undefined> {
  if (handler.sleep !== undefined) {
    await wait(host, Math.min(host.behaviours.scaled((handler.sleep.seconds ?? 0) * 1000), limit));
    return undefined;
  }
  const { ok, message } = await running.probe(handler, limit);
  return ok ? undefined : message;
}

/** A delay that a settled cluster has behind it. */
export function wait({ activity, clock }: PodHost, milliseconds: number): Promise<undefined> {
  if (milliseconds <= 0) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    activity.after(clock, milliseconds, () => {
      resolve(undefined);
    });
  });
}
