import type { Duplex, Readable, Writable } from 'node:stream';
import type { Pod } from '../schema/generated/core-v1.js';

/**
 * How the API server reaches nodes, pods and services (Go: kubelet/client.ConnectionInfoGetter
 * and the proxies' transport); in process here. Without simulated nodes nobody answers.
 */
export interface NodeConnections {
  /** The kubelet of a node; undefined if none runs there: the connection is refused. */
  kubelet(nodeName: string): Kubelet | undefined;
  /** Whether an address is a simulated pod's or node's. */
  hasAddress(host: string): boolean;
  /** A connection within the cluster's network; undefined if it is refused. */
  dial(host: string, port: number): Promise<Duplex | undefined>;
}

/** What the API server asks of a kubelet. Rejections are KubeletErrors. */
export interface Kubelet {
  /** The bytes of a log; ends when the container does if `follow` is set. Destroying it stops it. */
  containerLogs(pod: Pod, container: string, options: LogOptions): Promise<Readable>;
  exec(pod: Pod, container: string, options: ExecOptions): Promise<ExecSession>;
  attach(pod: Pod, container: string, options: StreamOptions): Promise<ExecSession>;
  /** Whether the pod can be forwarded to at all. */
  checkPortForward(pod: Pod): Promise<void>;
  /** A connection to a port on the pod's loopback address; the text of an Error goes to the port's error stream. */
  portForward(pod: Pod, port: number): Promise<Duplex>;
}

/** A kubelet's refusal: plain text, as it answers over HTTP. */
export class KubeletError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** PodLogOptions, checked. */
export interface LogOptions {
  readonly follow: boolean;
  /** Of the attempt before the current one. */
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
}

/** Which streams are wanted. With a tty, stderr goes to stdout. */
export interface StreamOptions {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface ExecOptions extends StreamOptions {
  readonly command: readonly string[];
}

/** A program's streams, of those that were asked for. */
export interface ExecSession {
  /** Ending it is the end of file that the program reads. */
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  resize(columns: number, rows: number): void;
  /**
   * The exit code; resolves after the output has been written, not read. Rejects if the program couldn't be
   * started, with the text that goes to the error stream.
   */
  readonly exited: Promise<number>;
  /** The client has gone. */
  close(): void;
}
