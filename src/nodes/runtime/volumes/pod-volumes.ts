import type { Clock } from '../../../apimachinery/clock.js';
import type { Client, Typed } from '../../../client/client.js';
import type { Lister } from '../../../client/informer.js';
import { SERVICE_ACCOUNTS } from '../../../component-helpers/resources.js';
import type { TokenRequest } from '../../../schema/generated/authentication-v1.js';
import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Secret,
  Volume,
  VolumeProjection,
} from '../../../schema/generated/core-v1.js';
import type { PodPlace } from '../field-ref.js';
import { directory, type DirectoryNode, type FileNode, type Quota } from '../fs/nodes.js';
import { RuntimeError } from '../runtime.js';
import { writeAtomically, type ProjectedFile } from './atomic-directory.js';
import type { NodeFiles } from './node-files.js';
import { configMapFiles, downwardFiles, ProjectionError, secretFiles } from './projection.js';

/** What volumes are made from. */
export interface VolumeSources {
  readonly configMaps: Lister<Typed<ConfigMap>>;
  readonly secrets: Lister<Typed<Secret>>;
  readonly claims: Lister<Typed<PersistentVolumeClaim>>;
  readonly persistentVolumes: Lister<Typed<PersistentVolume>>;
  readonly files: NodeFiles;
  readonly caPem: string;
  readonly client: Client;
  readonly clock: Clock;
}

/** Seconds that a token lasts if the volume doesn't say; and the part of it after which it is renewed. */
const TOKEN_SECONDS = 3600;
const RENEW_AFTER = 0.8;

interface Token {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly renewAt: number;
}

/** A pod's volumes. They are checked at once and filled when somebody looks into them. */
export class PodVolumes {
  private readonly trees = new Map<string, DirectoryNode | FileNode>();
  private readonly tokens = new Map<string, Token>();

  constructor(
    private readonly place: () => PodPlace,
    private readonly sources: VolumeSources,
    /** The files of an image volume. */
    private readonly imageFiles: (reference: string) => DirectoryNode,
    private readonly quotaOf: (emptyDir: Volume) => Quota,
  ) {}

  private get volumes(): readonly Volume[] {
    return this.place().pod.spec.volumes ?? [];
  }

  private get namespace(): string {
    return this.place().pod.metadata.namespace ?? '';
  }

  /** Throws RuntimeError FailedMount for the first volume that can't be mounted. */
  check(): void {
    for (const volume of this.volumes) {
      try {
        if (this.isProjected(volume)) this.projectedFiles(volume, '');
        else if (volume.emptyDir === undefined && volume.image === undefined) this.plainTree(volume);
      } catch (error) {
        if (!(error instanceof ProjectionError)) throw error;
        throw new RuntimeError('FailedMount', `MountVolume.SetUp failed for volume "${volume.name ?? ''}" : ${error.message}`);
      }
    }
  }

  /** Makes what can only be had by asking: tokens. To be awaited before anybody looks at the files. */
  async prepare(): Promise<void> {
    for (const volume of this.volumes) {
      for (const source of volume.projected?.sources ?? [])
        if (source.serviceAccountToken !== undefined) await this.renew(volume, source.serviceAccountToken);
    }
  }

  private async renew(
    volume: Volume,
    { audience, expirationSeconds = TOKEN_SECONDS, path = '' }: NonNullable<VolumeProjection['serviceAccountToken']>,
  ): Promise<void> {
    const key = `${volume.name ?? ''}/${path}`;
    const { clock } = this.sources;
    const now = clock.now();
    if ((this.tokens.get(key)?.renewAt ?? 0) > now) return;
    const { pod, nodeName } = this.place();
    const target = { resource: SERVICE_ACCOUNTS, namespace: this.namespace, subresource: 'token' };
    const { name = '', uid = '' } = pod.metadata;
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: {
        ...(audience === undefined || audience === '' ? {} : { audiences: [audience] }),
        expirationSeconds,
        boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
      },
    };
    const kubelet = this.sources.client.as(`system:node:${nodeName}`, ['system:nodes', 'system:authenticated'], 'kubelet');
    const answer = await kubelet.create<Typed<TokenRequest>>(target, request as never, {}, pod.spec.serviceAccountName ?? 'default');
    this.tokens.set(key, { text: answer.status.token ?? '', renewAt: now + expirationSeconds * 1000 * RENEW_AFTER });
    this.refresh(volume.name ?? '');
  }

  /** The root of a volume. */
  tree(name: string): DirectoryNode | FileNode | undefined {
    const existing = this.trees.get(name);
    if (existing !== undefined) return existing;
    const volume = this.volumes.find((each) => each.name === name);
    if (volume === undefined) return undefined;
    // All but a config map's are kept in memory, away from the node's disk.
    const tree = this.isProjected(volume) ? emptyDirectory(volume.configMap === undefined) : this.plainTree(volume);
    if (tree.kind === 'directory') this.setGroup(tree);
    this.trees.set(name, tree);
    this.refresh(name);
    return tree;
  }

  /** Something that projected volumes show may have changed. */
  refreshAll(): void {
    for (const name of this.trees.keys()) this.refresh(name);
  }

  private refresh(name: string): void {
    const tree = this.trees.get(name);
    const volume = this.volumes.find((each) => each.name === name);
    if (tree?.kind !== 'directory' || volume === undefined || !this.isProjected(volume)) return;
    let files: ProjectedFile[];
    try {
      files = this.projectedFiles(volume, name);
    } catch (error) {
      // A source that went away leaves the files as they were.
      if (error instanceof ProjectionError) return;
      throw error;
    }
    writeAtomically(tree, files, this.sources.clock.now(), this.group());
  }

  private group(): number | undefined {
    return this.place().pod.spec.securityContext?.fsGroup;
  }

  private setGroup(tree: DirectoryNode): void {
    const gid = this.group();
    if (gid === undefined) return;
    tree.gid = gid;
    tree.mode |= 0o2070;
  }

  private isProjected({ configMap, secret, projected, downwardAPI }: Volume): boolean {
    return configMap !== undefined || secret !== undefined || projected !== undefined || downwardAPI !== undefined;
  }

  /** @param name the volume whose tokens are wanted; '' to check only */
  private projectedFiles(volume: Volume, name: string): ProjectedFile[] {
    const { sources, namespace } = this;
    const { configMap, secret, downwardAPI, projected } = volume;
    if (configMap !== undefined) return configMapFiles(sources, namespace, configMap.name ?? '', configMap, configMap.defaultMode ?? 0o644);
    if (secret !== undefined) return secretFiles(sources, namespace, secret.secretName ?? '', secret, secret.defaultMode ?? 0o644);
    if (downwardAPI !== undefined) return downwardFiles(downwardAPI.items ?? [], this.place(), downwardAPI.defaultMode ?? 0o644);
    const mode = projected?.defaultMode ?? 0o644;
    return (projected?.sources ?? []).flatMap((source) => {
      if (source.configMap !== undefined) return configMapFiles(sources, namespace, source.configMap.name ?? '', source.configMap, mode);
      if (source.secret !== undefined) return secretFiles(sources, namespace, source.secret.name ?? '', source.secret, mode);
      if (source.downwardAPI !== undefined) return downwardFiles(source.downwardAPI.items ?? [], this.place(), mode);
      const path = source.serviceAccountToken?.path;
      if (path === undefined || name === '') return [];
      // Tokens are for their owner alone, unless a group shares the volume.
      const readable = this.group() === undefined && this.place().pod.spec.securityContext?.runAsUser === undefined ? mode : 0o644;
      return [{ path, content: Buffer.from(this.tokens.get(`${name}/${path}`)?.text ?? ''), mode: readable }];
    });
  }

  private plainTree(volume: Volume): DirectoryNode | FileNode {
    const { emptyDir, hostPath, persistentVolumeClaim, ephemeral, image } = volume;
    if (emptyDir !== undefined) return emptyDirectory(emptyDir.medium === 'Memory', this.quotaOf(volume));
    if (hostPath !== undefined) {
      const found = this.sources.files.hostPath(this.place().nodeName, hostPath.path ?? '', hostPath.type ?? '');
      if (typeof found === 'string') throw new ProjectionError(found);
      return found;
    }
    if (image !== undefined) return this.imageFiles(image.reference ?? '');
    if (persistentVolumeClaim !== undefined) return this.claimed(persistentVolumeClaim.claimName ?? '');
    if (ephemeral !== undefined) return this.claimed(`${this.place().pod.metadata.name ?? ''}-${volume.name ?? ''}`);
    return directory(0o777, { quota: this.quotaOf(volume) });
  }

  private claimed(claimName: string): DirectoryNode | FileNode {
    const claim = this.sources.claims.get(this.namespace, claimName);
    if (claim === undefined) throw new ProjectionError(`persistentvolumeclaim "${claimName}" not found`);
    const volumeName = claim.spec.volumeName ?? '';
    if (volumeName === '' || claim.status.phase !== 'Bound') throw new ProjectionError(`PVC ${this.namespace}/${claimName} is not bound`);
    const { hostPath, local } = this.sources.persistentVolumes.get('', volumeName)?.spec ?? {};
    const path = hostPath?.path ?? local?.path;
    if (path === undefined) return this.sources.files.volume(volumeName);
    const found = this.sources.files.hostPath(this.place().nodeName, path, hostPath?.type ?? '');
    if (typeof found === 'string') throw new ProjectionError(found);
    return found;
  }
}

/** What everybody may write to; the root of a tmpfs keeps others' files from being removed (Go: emptydir.setupDir). */
function emptyDirectory(isInMemory: boolean, quota?: Quota): DirectoryNode {
  return directory(isInMemory ? 0o1777 : 0o777, { quota, type: isInMemory ? 'tmpfs' : 'ext4' });
}
