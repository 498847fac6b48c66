import type { Duplex, Readable } from 'node:stream';
import {
  KubeletError,
  type ExecOptions,
  type ExecSession,
  type Kubelet,
  type LogOptions,
  type NodeConnections,
  type StreamOptions,
} from '../../registry/kubelet.js';
import type { ContainerStatus, Pod } from '../../schema/generated/core-v1.js';
import { NetworkError, type ClusterNetwork } from '../network/network.js';
import type { SimulatedContainer } from './container.js';
import type { PodSandbox } from './pod-sandbox.js';
import { RuntimeError } from './runtime.js';

export interface ConnectionsOptions {
  readonly network: ClusterNetwork;
  readonly hasNode: (name: string) => boolean;
  readonly sandbox: (podUid: string) => PodSandbox | undefined;
}

/** The address that the API server has in the cluster's network. */
const API_SERVER = '10.244.0.1';

/** How the API server reaches simulated nodes and what runs on them. */
export class SimulatedConnections implements NodeConnections {
  private readonly kubelets: SimulatedKubelet;

  constructor(private readonly options: ConnectionsOptions) {
    this.kubelets = new SimulatedKubelet(options.sandbox);
  }

  kubelet(nodeName: string): Kubelet | undefined {
    return this.options.hasNode(nodeName) ? this.kubelets : undefined;
  }

  hasAddress(host: string): boolean {
    return this.options.network.stack(host) !== undefined;
  }

  async dial(host: string, port: number): Promise<Duplex | undefined> {
    try {
      return await this.options.network.connect(host, port, API_SERVER);
    } catch (error) {
      if (error instanceof NetworkError) return undefined;
      throw error;
    }
  }
}

class SimulatedKubelet implements Kubelet {
  constructor(private readonly sandbox: ConnectionsOptions['sandbox']) {}

  containerLogs(pod: Pod, name: string, options: LogOptions): Promise<Readable> {
    try {
      return Promise.resolve(this.attemptOf(pod, name, options.previous).log.read(options));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** The attempt whose log is meant; throws the kubelet's words (Go: validateContainerLogStatus). */
  private attemptOf(pod: Pod, name: string, previous: boolean): SimulatedContainer {
    const podName = pod.metadata.name ?? '';
    const sandbox = this.sandbox(pod.metadata.uid ?? '');
    if (previous) {
      const found = sandbox?.previous(name) ?? (sandbox?.container(name)?.running === false ? undefined : undefined);
      if (found === undefined) throw new KubeletError(400, `previous terminated container "${name}" in pod "${podName}" not found`);
      return found;
    }
    const found = sandbox?.container(name);
    if (found !== undefined) return found;
    const status = statusOf(pod, name);
    if (status === undefined) throw new KubeletError(400, `container "${name}" in pod "${podName}" is not available`);
    const { waiting, terminated } = status.state ?? {};
    if (terminated !== undefined) throw new KubeletError(400, `container "${name}" in pod "${podName}" is terminated`);
    const reason = waiting?.reason ?? 'ContainerCreating';
    const why = WAITING[reason] ?? reason;
    throw new KubeletError(400, `container "${name}" in pod "${podName}" is waiting to start: ${why}`);
  }

  async exec(pod: Pod, name: string, options: ExecOptions): Promise<ExecSession> {
    return await this.session(pod, name, (container) => container.exec(options));
  }

  async attach(pod: Pod, name: string, options: StreamOptions): Promise<ExecSession> {
    return await this.session(pod, name, (container) => container.attach(options));
  }

  private async session(pod: Pod, name: string, open: (container: SimulatedContainer) => Promise<ExecSession>): Promise<ExecSession> {
    const container = this.sandbox(pod.metadata.uid ?? '')?.container(name);
    if (container === undefined) throw new KubeletError(500, `container not found ("${name}")`);
    try {
      return await open(container);
    } catch (error) {
      if (error instanceof RuntimeError) throw new KubeletError(500, error.message);
      throw error;
    }
  }

  checkPortForward(pod: Pod): Promise<void> {
    if (this.sandbox(pod.metadata.uid ?? '') !== undefined) return Promise.resolve();
    return Promise.reject(new KubeletError(500, `pod ${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''} not found`));
  }

  async portForward(pod: Pod, port: number): Promise<Duplex> {
    const sandbox = this.sandbox(pod.metadata.uid ?? '');
    try {
      if (sandbox === undefined) throw new Error('sandbox not found');
      return await sandbox.network.connect('127.0.0.1', port);
    } catch {
      const where = `failed to execute portforward in network namespace "/var/run/netns/cni-${(pod.metadata.uid ?? '').slice(0, 8)}"`;
      throw new Error(
        `${where}: failed to connect to localhost:${String(port)} inside namespace: dial tcp4 127.0.0.1:${String(port)}: connect: connection refused`,
      );
    }
  }
}

const WAITING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])];
  return all.find((each) => each.name === name);
}
