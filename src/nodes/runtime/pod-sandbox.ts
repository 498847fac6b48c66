import type { Clock } from '../../apimachinery/clock.js';
import type { Random } from '../../apimachinery/random.js';
import type { Pod } from '../../schema/generated/core-v1.js';
import type { ImageStore } from '../images/image-store.js';
import type { ClusterNames } from '../network/names.js';
import { Stack, type ClusterNetwork } from '../network/network.js';
import { PodNetwork } from '../network/pod-network.js';
import { filesOfImage } from './container-inside.js';
import { SimulatedContainer } from './container.js';
import type { EnvironmentSources } from './environment.js';
import type { PodPlace } from './field-ref.js';
import { hostNames, hostnameOf, resolverOf } from './pod-files.js';
import { PodStorage } from './pod-storage.js';
import type { Cpu } from './process/cpu.js';
import { ProcessTable } from './process/process-table.js';
import type { RunningContainer, Sandbox, SandboxOptions, StartOptions } from './runtime.js';
import { PodVolumes, type VolumeSources } from './volumes/pod-volumes.js';

/** What all sandboxes of a cluster share. */
export interface SandboxEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly cpu: Cpu;
  readonly images: ImageStore;
  readonly network: ClusterNetwork;
  readonly names: ClusterNames;
  /** The address of the cluster's DNS; undefined if pods are told of none. */
  readonly clusterDns: string | undefined;
  readonly sources: EnvironmentSources & VolumeSources;
  readonly working: (() => () => void) | undefined;
}

/** A pod on a simulated node: addresses, volumes and containers. */
export class PodSandbox implements Sandbox {
  readonly podUid: string;
  readonly podIPs: readonly string[];
  readonly network: PodNetwork;
  readonly volumes: PodVolumes;
  /** What the containers share of their processes; undefined if each has its own. */
  readonly processes: ProcessTable | undefined;
  private current: PodPlace;
  private ownStorage: PodStorage | undefined;
  private readonly grew: () => void;
  /** All attempts of each container, as far as their logs are kept: the last two. */
  private readonly attempts = new Map<string, SimulatedContainer[]>();
  private readonly leave: () => void;

  constructor(
    readonly environment: SandboxEnvironment,
    options: SandboxOptions,
    private readonly removed: () => void,
  ) {
    const { pod, nodeName, podIPs, hostIPs, grew = () => undefined } = options;
    this.grew = grew;
    this.current = { pod, nodeName, podIPs, hostIPs };
    this.podUid = pod.metadata.uid ?? '';
    this.processes = pod.spec.shareProcessNamespace === true ? new ProcessTable(true) : undefined;
    this.podIPs = podIPs;
    const { network, names } = environment;
    const shared = pod.spec.hostNetwork === true ? network.stack(hostIPs[0] ?? '') : undefined;
    const stack = shared ?? new Stack(podIPs);
    this.leave = shared === undefined ? this.join(stack) : () => undefined;
    this.network = new PodNetwork(network, names, stack, this.resolver, () => hostNames(this.place.pod, nodeName, podIPs));
    this.volumes = new PodVolumes(
      () => this.current,
      environment.sources,
      (reference) => filesOfImage(environment.images.find(reference).image),
      (volume) => this.storage.emptyDir(volume),
    );
  }

  /** Makes the pod reachable, by its addresses and by ports of its node; returns how to undo it. */
  private join(stack: Stack): () => void {
    const { pod, hostIPs, podIPs } = this.current;
    const node = this.environment.network.stack(hostIPs[0] ?? '');
    const leave = [this.environment.network.add(stack)];
    for (const { ports } of [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])])
      for (const { hostPort, hostIP = '', containerPort = 0, protocol = 'TCP' } of ports ?? []) {
        const to = { address: podIPs[0] ?? '', port: containerPort };
        if (hostPort && node !== undefined) leave.push(node.forward(protocol, hostIP === '0.0.0.0' ? '' : hostIP, hostPort, to));
      }
    return () => {
      for (const each of leave) each();
    };
  }

  get place(): PodPlace {
    return this.current;
  }

  /** Comes into being with the pod's first files. */
  get storage(): PodStorage {
    return (this.ownStorage ??= new PodStorage(this.current.pod, this.grew));
  }

  overuse(): string | undefined {
    return this.ownStorage?.overuse();
  }

  get podName(): string {
    return this.current.pod.metadata.name ?? '';
  }

  get hostname(): string {
    return hostnameOf(this.current.pod, this.current.nodeName).hostname;
  }

  get resolver(): ReturnType<typeof resolverOf> {
    return resolverOf(this.current.pod, this.environment.clusterDns);
  }

  isReadOnlyVolume(name: string): boolean {
    const volume = (this.current.pod.spec.volumes ?? []).find((each) => each.name === name);
    const { configMap, secret, projected, downwardAPI, image, persistentVolumeClaim } = volume ?? {};
    if ([configMap, secret, projected, downwardAPI, image].some((source) => source !== undefined)) return true;
    return persistentVolumeClaim?.readOnly === true;
  }

  update(pod: Pod): void {
    this.current = { ...this.current, pod };
    this.volumes.refreshAll();
  }

  mountVolumes(): Promise<void> {
    try {
      this.volumes.check();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async startContainer(options: StartOptions): Promise<RunningContainer> {
    const container = await SimulatedContainer.start(this, options);
    const earlier = this.attempts.get(container.name) ?? [];
    this.attempts.set(container.name, [...earlier.slice(-1), container]);
    return container;
  }

  container(name: string): SimulatedContainer | undefined {
    return this.attempts.get(name)?.at(-1);
  }

  /** The attempt before the last. */
  previous(name: string): SimulatedContainer | undefined {
    const attempts = this.attempts.get(name) ?? [];
    return attempts.length < 2 ? undefined : attempts[0];
  }

  remove(): void {
    for (const attempts of this.attempts.values()) for (const container of attempts) container.destroy();
    this.leave();
    this.removed();
  }
}
