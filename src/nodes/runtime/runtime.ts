import type { Clock } from '../../apimachinery/clock.js';
import type { Random } from '../../apimachinery/random.js';
import type { Client } from '../../client/client.js';
import type { ExecOptions, ExecSession, NodeConnections, StreamOptions } from '../../registry/kubelet.js';
import type { Container, EphemeralContainer, Pod, ResourceRequirements } from '../../schema/generated/core-v1.js';

/**
 * What a kubelet asks of the simulated container runtime (Go: the CRI, and what
 * the kubelet itself does around it: environment, volumes, probes). A kubelet
 * decides when something is to run; the runtime knows how it goes.
 *
 * An idle container costs a small record and no timer: its shell and its files
 * come into being when somebody looks inside.
 */
export interface ContainerRuntime {
  /**
   * Looks an image up as a registry would. At once: how long a pull takes is the kubelet's affair.
   * `reference` is as in the pod's spec (`nginx`, `nginx:1.21`, `registry.example/a@sha256:…`).
   */
  pullImage(reference: string): PulledImage | PullError;
  /** Makes a pod's network identity and its empty volumes. A pod has one sandbox on its node at a time. */
  createSandbox(options: SandboxOptions): Sandbox;
  /** The sandbox of a pod, by the pod's uid; undefined once it is removed. */
  sandbox(podUid: string): Sandbox | undefined;
  /** Lets a node answer under its addresses and its files (hostPath) be kept until `removeNode`. */
  addNode(node: RuntimeNode): void;
  removeNode(name: string): void;
  /** The way of the API server to the nodes that were added: logs, exec, attach, port-forward, proxies. */
  readonly connections: NodeConnections;
  /** Kills everything and closes all streams. */
  close(): void;
}

/** What the runtime is made with. */
export interface RuntimeOptions {
  /** The cluster's admin: reads services, config maps and secrets, asks for tokens (as the node would). */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  /** PEM of the cluster's CA. */
  readonly caPem: string;
  /** The API server's TLS port on the loopback interface: the one thing of the host that pods may reach. */
  readonly apiServerPort: () => number;
  /** Called when a container's program begins to work; calls back when it waits (for time, input, a peer) or has ended. */
  readonly working?: (() => () => void) | undefined;
  /** Faults of the simulation, not of what runs in it. */
  readonly report: (what: string, error: unknown) => void;
}

/** A node that has a kubelet here. */
export interface RuntimeNode {
  readonly name: string;
  /** InternalIP first. */
  readonly addresses: readonly string[];
  /** What `GET /pods` of the kubelet lists; as last seen. */
  readonly pods: () => readonly Pod[];
}

export interface PulledImage {
  /** `docker.io/library/nginx:1.21`: what containerStatuses[].image shows. */
  readonly image: string;
  /** `docker.io/library/nginx@sha256:…`: what containerStatuses[].imageID shows. Stable for a reference. */
  readonly imageId: string;
  readonly sizeBytes: number;
}

/** Why an image can't be had: what the container's waiting state and the events say. */
export interface PullError {
  readonly reason: 'ErrImagePull' | 'InvalidImageName' | 'RegistryUnavailable';
  /** containerd's words: `failed to pull and unpack image "docker.io/library/webserver:404": …: not found` */
  readonly message: string;
}

export interface SandboxOptions {
  readonly pod: Pod;
  readonly nodeName: string;
  /** IPv4 first in dual stack; the node's own for host network pods. */
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** Called when the pod passes a limit of what it may keep on its node's disk. */
  readonly grew?: (() => void) | undefined;
}

/** A pod's place on its node. */
export interface Sandbox {
  readonly podUid: string;
  readonly podIPs: readonly string[];
  /** The pod as last given: containers see new labels and annotations in their downward API volumes. */
  update(pod: Pod): void;
  /**
   * Makes the pod's volumes ready. Rejects with RuntimeError `FailedMount`, whose message is the event's
   * (`MountVolume.SetUp failed for volume "x" : configmap "x" not found`); the kubelet tries again.
   */
  mountVolumes(): Promise<void>;
  /**
   * Starts a container. Rejects with RuntimeError `CreateContainerConfigError` (a missing key of a config map),
   * `CreateContainerError` or `StartError` (no such program: the container ended with code 128 without running).
   */
  startContainer(options: StartOptions): Promise<RunningContainer>;
  /** The last attempt of a container, running or not. */
  container(name: string): RunningContainer | undefined;
  /** Why the pod is to be evicted, if it uses more of its node's disk than it may now. */
  overuse(): string | undefined;
  /** Kills what runs, frees the addresses; volumes and logs are gone. */
  remove(): void;
}

export interface StartOptions {
  readonly container: Container | EphemeralContainer;
  /** 0 for the first, then one more with each restart. */
  readonly attempt: number;
  /** Called once, never before `startContainer` has resolved. */
  readonly onExit: (exit: ContainerExit) => void;
}

/** How a container ended. */
export interface ContainerExit {
  /** 0 to 255; 128 + signal if it was killed. */
  readonly exitCode: number;
  readonly signal?: number | undefined;
  readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'ContainerCannotRun' | 'DeadlineExceeded';
  /** From terminationMessagePath, or the end of the log if the policy says so; at most 4,096 bytes. */
  readonly message: string;
}

/** Something that the runtime refuses, with the reason that a container status or an event shows. */
export class RuntimeError extends Error {
  constructor(
    readonly reason: 'FailedMount' | 'CreateContainerConfigError' | 'CreateContainerError' | 'StartError' | 'NotRunning',
    message: string,
  ) {
    super(message);
  }
}

export interface RunningContainer {
  /** `containerd://` and 64 hexadecimal digits. */
  readonly containerId: string;
  readonly name: string;
  readonly attempt: number;
  /** Who its first process runs as. */
  readonly user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly running: boolean;
  /**
   * SIGTERM, and SIGKILL after `graceMs` if it still runs. `onExit` tells when it is over.
   * @param unheardMs how long until SIGKILL if its first process ignores the signal; default: `graceMs`
   */
  stop(graceMs: number, unheardMs?: number): void;
  /** Gives it other limits while it runs. */
  resize(resources: ResourceRequirements): void;
  /** Ends at once with 137 and this reason: for a simulated lack of memory. */
  kill(reason: 'Error' | 'OOMKilled'): void;
  /** Runs a program inside. Rejects with RuntimeError `NotRunning`; the session's `exited` does if there is no such program. */
  exec(options: ExecOptions): Promise<ExecSession>;
  /** The streams of the main program. */
  attach(options: StreamOptions): Promise<ExecSession>;
  /** One try of a probe or of a lifecycle handler; never rejects. */
  probe(handler: ProbeHandler, timeoutMs: number): Promise<ProbeResult>;
}

/** The part of a Probe or a LifecycleHandler that says what to do. */
export type ProbeHandler = Pick<NonNullable<Container['livenessProbe']>, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'>;

export interface ProbeResult {
  readonly ok: boolean;
  /** What the event says after `Readiness probe failed: `. */
  readonly message: string;
}
