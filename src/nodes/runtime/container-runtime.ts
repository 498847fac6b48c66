import { VirtualClock } from '../../apimachinery/clock.js';
import type { ComponentEnvironment } from '../../client/component-context.js';
import { CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, SECRETS, SERVICES } from '../../component-helpers/resources.js';
import type { KubeObject, Typed } from '../../client/client.js';
import type { ConfigMap, PersistentVolume, PersistentVolumeClaim, Secret, Service } from '../../schema/generated/core-v1.js';
import { ImageStore } from '../images/image-store.js';
import type { Image } from '../images/image.js';
import { ClusterNames } from '../network/names.js';
import { ClusterNetwork, Stack } from '../network/network.js';
import { SimulatedConnections } from './connections.js';
import { kubeletServer } from './kubelet-server.js';
import { PodSandbox, type SandboxEnvironment } from './pod-sandbox.js';
import { CountedCpu, TimedCpu } from './process/cpu.js';
import type { ContainerRuntime, PulledImage, PullError, RuntimeNode, SandboxOptions } from './runtime.js';
import { NodeFiles } from './volumes/node-files.js';

export interface SimulatedRuntimeOptions {
  readonly environment: ComponentEnvironment;
  /** Where the API server listens on the loopback interface. */
  readonly apiServer: () => { readonly host: string; readonly port: number };
  /** The server that the kubelets tell pods to ask for names (`clusterDNS` of their configuration). */
  readonly clusterDns: string;
  /** The user's own images. */
  readonly images?: readonly Image[] | undefined;
}

/** Runs containers with an inside: a shell, files, programs and a network, none of them the host's. */
export class SimulatedRuntime implements ContainerRuntime {
  readonly connections: SimulatedConnections;
  private readonly sandboxes = new Map<string, PodSandbox>();
  private readonly nodes = new Map<string, { readonly addresses: readonly string[]; readonly leave: () => void }>();
  private readonly files = new NodeFiles((name) => this.nodes.get(name)?.addresses ?? []);
  private readonly shared: SandboxEnvironment;
  private readonly stops: (() => void)[] = [];

  constructor(options: SimulatedRuntimeOptions) {
    const { informers, clock, random, client, activity, facts } = options.environment;
    const network = new ClusterNetwork({ informers, random, clock, apiServer: options.apiServer });
    const configMaps = informers.of<Typed<ConfigMap>>(CONFIG_MAPS);
    const secrets = informers.of<Typed<Secret>>(SECRETS);
    const persistentVolumes = informers.of<Typed<PersistentVolume>>(PERSISTENT_VOLUMES);
    this.shared = {
      clock,
      random,
      cpu: clock instanceof VirtualClock ? new CountedCpu() : new TimedCpu(),
      images: new ImageStore(options.images),
      network,
      names: new ClusterNames(network),
      clusterDns: options.clusterDns,
      sources: {
        services: informers.of<Typed<Service>>(SERVICES),
        configMaps,
        secrets,
        claims: informers.of<Typed<PersistentVolumeClaim>>(PERSISTENT_VOLUME_CLAIMS),
        persistentVolumes,
        files: this.files,
        caPem: facts.caPem,
        client,
        clock,
      },
      working: () => activity.begin(),
    };
    const refresh = (object: KubeObject): void => {
      this.refresh(object.metadata.namespace ?? '');
    };
    for (const informer of [configMaps, secrets])
      this.stops.push(informer.addHandler({ updated: refresh, added: refresh, deleted: refresh }));
    this.stops.push(
      persistentVolumes.addHandler({
        deleted: ({ metadata }) => {
          this.files.removeVolume(metadata.name ?? '');
        },
      }),
    );
    this.connections = new SimulatedConnections({
      network,
      hasNode: (name) => this.nodes.has(name),
      sandbox: (uid) => this.sandboxes.get(uid),
    });
  }

  /** Lets the pods of a namespace see what has changed, as far as they have looked. */
  private refresh(namespace: string): void {
    for (const sandbox of this.sandboxes.values()) if (sandbox.place.pod.metadata.namespace === namespace) sandbox.volumes.refreshAll();
  }

  pullImage(reference: string): PulledImage | PullError {
    return this.shared.images.pull(reference);
  }

  createSandbox(options: SandboxOptions): PodSandbox {
    const uid = options.pod.metadata.uid ?? '';
    const sandbox = new PodSandbox(this.shared, options, () => this.sandboxes.delete(uid));
    this.sandboxes.set(uid, sandbox);
    return sandbox;
  }

  sandbox(podUid: string): PodSandbox | undefined {
    return this.sandboxes.get(podUid);
  }

  addNode(node: RuntimeNode): void {
    // The API server reaches a kubelet by its node's name.
    const stack = new Stack([...node.addresses, node.name]);
    this.nodes.set(node.name, { addresses: node.addresses, leave: this.shared.network.add(stack) });
    kubeletServer(stack, node, (uid) => this.sandboxes.get(uid));
  }

  removeNode(name: string): void {
    this.nodes.get(name)?.leave();
    this.nodes.delete(name);
    this.files.removeNode(name);
  }

  close(): void {
    for (const stop of this.stops) stop();
    for (const sandbox of [...this.sandboxes.values()]) sandbox.remove();
  }
}
