import type { Pod } from '../../component-helpers/pods.js';
import { RuntimeError, type Sandbox } from '../runtime/runtime.js';
import type { PodHost } from './pod-host.js';
import type { PodState } from './pod-state.js';

/** Milliseconds before a failed mount is tried again; doubles up to the longest (Go: exponentialbackoff of volumes). */
const FIRST_RETRY = 500;
const LONGEST_RETRY = 122_000;

/** Milliseconds within which a kubelet finds out what its pods use (Go: kubelet.evictionMonitoringPeriod). */
const LOOK_INTERVAL = 10_000;

/** A pod's addresses, network and volumes. */
export class PodSandbox {
  private sandbox: Sandbox | undefined;
  private retry = FIRST_RETRY;

  constructor(
    private readonly host: PodHost,
    private readonly state: PodState,
    /** Ends the pod, which uses more of its node than it may. */
    private readonly evict: (message: string) => void,
  ) {}

  update(pod: Pod): void {
    this.sandbox?.update(pod);
  }

  /** The sandbox once its volumes are mounted; else the moment to try again, in milliseconds since the epoch. */
  async prepare(): Promise<Sandbox | number> {
    const sandbox = (this.sandbox ??= this.create());
    if (this.state.hasSandbox) return sandbox;
    try {
      await sandbox.mountVolumes();
      return sandbox;
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      this.host.events.warning(this.state.pod, error.reason, error.message);
      const again = this.host.clock.now() + this.retry;
      this.retry = Math.min(2 * this.retry, LONGEST_RETRY);
      return again;
    }
  }

  /** The pod has ended: its network is gone, its logs stay. */
  stop(): void {
    this.state.hasSandbox = false;
    this.host.releaseAddresses(this.state.podIPs);
  }

  /** The pod is gone, and all that is left of it. */
  remove(): void {
    this.sandbox?.remove();
    this.sandbox = undefined;
  }

  /** Has a look at what the pod uses before long. */
  private look(): void {
    const { host } = this;
    host.activity.after(host.clock, host.behaviours.scaled(LOOK_INTERVAL), () => {
      const message = this.sandbox?.overuse();
      if (message !== undefined) this.evict(message);
    });
  }

  private create(): Sandbox {
    const { host, state } = this;
    const { nodeName, hostIPs } = host;
    const isOnHost = state.pod.spec.hostNetwork === true;
    if (!isOnHost) state.podIPs = host.takeAddresses();
    const podIPs = isOnHost ? hostIPs : state.podIPs;
    return host.runtime.createSandbox({ pod: state.pod, nodeName, podIPs, hostIPs, grew: () => this.look() });
  }
}
