import { formatDuration } from '../../apimachinery/duration.js';
import type { BackOff } from './back-off.js';
import { exitOf, type ContainerRecord, type StartFailure } from './container-record.js';
import type { PodHost } from './pod-host.js';
import type { PodState } from './pod-state.js';

/** That a container must wait, until when, and what it shows meanwhile if that is new. */
export interface HeldBack {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly failure?: StartFailure | undefined;
}

/** Makes containers that end again and again wait longer each time (Go: kuberuntime.doBackOff). */
export class RestartBackOff {
  constructor(
    private readonly host: PodHost,
    private readonly state: PodState,
    private readonly backOff: BackOff,
  ) {}

  /** Undefined if the container may be started now; then the next time is reckoned from this one. */
  check(record: ContainerRecord): HeldBack | undefined {
    const { host, backOff, state } = this;
    const { name, current } = record;
    const end = current?.endedAt;
    if (exitOf(record) === undefined || end === undefined) return undefined;
    const now = host.clock.now();
    const until = backOff.blockedUntil(name, now, end);
    if (until === undefined) {
      backOff.next(name, now, end);
      return undefined;
    }
    // How it ended shows first.
    const shown = end + host.timeline(state.pod).ended;
    if (now < shown) return { until: shown };
    return record.failure?.reason === 'CrashLoopBackOff' ? { until } : { until, failure: this.crashLoop(record) };
  }

  private crashLoop(record: ContainerRecord): StartFailure {
    const { name = '', namespace = '', uid = '' } = this.state.pod.metadata;
    const pod = `${name}_${namespace}(${uid})`;
    const subject = this.state.subjectOf(record);
    this.host.events.warning(subject, 'BackOff', `Back-off restarting failed container ${record.name} in pod ${pod}`);
    const delay = formatDuration(this.backOff.delayOf(record.name) * 1_000_000);
    return { reason: 'CrashLoopBackOff', message: `back-off ${delay} restarting failed container=${record.name} pod=${pod}` };
  }
}
