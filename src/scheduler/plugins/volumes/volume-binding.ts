import type { ComponentContext } from '../../../client/component-context.js';
import type { Informer } from '../../../client/informer.js';
import type { KubeObject, Typed } from '../../../client/client.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import {
  claimClass,
  claimNameOf,
  isDelayed,
  isFullyBound,
  notForPod,
  SELECTED_NODE,
  type PersistentVolumeClaim,
  type StorageClass,
} from '../../../component-helpers/claims.js';
import { isControlledBy } from '../../../component-helpers/controller-ref.js';
import { boundTo, isReachableFrom, volumeClass, type PersistentVolume } from '../../../component-helpers/persistent-volumes.js';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES } from '../../../component-helpers/resources.js';
import type { CSIDriver, CSIStorageCapacity } from '../../../schema/generated/storage-v1.js';
import { on, onNode, type EventOfInterest } from '../../cluster-event.js';
import type { NodeInfo } from '../../node-info.js';
import type { Filtering, FilterPlugin, WhileIdle } from '../../plugin.js';
import type { PodInfo } from '../../pod-info.js';
import { Rejection } from '../../rejection.js';
import { Assumed } from './assumed.js';
import { untilTrue } from './binding-watch.js';
import { BY_CLASS, isVolumes, VolumeFinder, volumeLimit, type PodClaims, type PodVolumes } from './volume-finder.js';
import { notFound, onOwnClaim, type VolumeListers } from './volume-listers.js';

const NAME = 'VolumeBinding';
const UNBOUND = Rejection.unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');

/** Pods go where their volumes are, or can be made; what waits for its first consumer is bound before the pod (KEP-490). */
export function volumeBinding(context: ComponentContext, listers: VolumeListers): FilterPlugin {
  const { informers } = context;
  const volumes = informers.of<PersistentVolume>(PERSISTENT_VOLUMES).addIndex(BY_CLASS, (volume) => [volumeClass(volume)]);
  const claims = informers.of<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS);
  const binder: Binder = {
    context,
    volumes: new Assumed(volumes),
    claims: new Assumed(claims),
    followed: [volumes, claims] as unknown as readonly Informer[],
  };
  const finder = new VolumeFinder(binder.volumes, listers);
  return {
    name: NAME,
    events: EVENTS,
    prepare(pod) {
      const found = claimsOf(pod, binder, listers);
      return found === undefined || found instanceof Rejection ? found : new BindingFiltering(binder, finder, pod, found);
    },
  };
}

interface Binder {
  readonly context: ComponentContext;
  readonly volumes: Assumed<PersistentVolume>;
  readonly claims: Assumed<PersistentVolumeClaim>;
  readonly followed: readonly Informer[];
}

const EVENTS: readonly EventOfInterest[] = [
  on<StorageClass>('StorageClass', ['Add', 'Update'], (_, now, old) => {
    return old === undefined || !semanticEqual(now?.allowedTopologies, old.allowedTopologies);
  }),
  onOwnClaim(['Add', 'Update']),
  on('PersistentVolume', ['Add', 'Update']),
  onNode(['Add', 'UpdateNodeLabel']),
  on<KubeObject>('CSINode', ['Add']),
  on<Typed<CSIDriver>>('CSIDriver', ['Update'], (_, now, old) => old?.spec.storageCapacity === true && now?.spec.storageCapacity !== true),
  on<Typed<CSIStorageCapacity>>('CSIStorageCapacity', ['Add', 'Update'], (_, now, old) => {
    if (old === undefined || now === undefined) return true;
    const [before, after] = [volumeLimit(old), volumeLimit(now)];
    return after !== undefined && (before === undefined || after.compare(before) > 0);
  }),
];

/** The pod's claims; undefined if it has none. */
function claimsOf(pod: PodInfo, { claims }: Binder, { classes }: VolumeListers): PodClaims | Rejection | undefined {
  const found: PersistentVolumeClaim[] = [];
  for (const volume of pod.pod.spec.volumes ?? []) {
    const name = claimNameOf(pod.pod, volume);
    if (name === undefined) continue;
    const claim = claims.get(pod.namespace, name);
    const fault = faultOf(pod, name, claim, volume.ephemeral !== undefined);
    if (fault !== undefined) return Rejection.unresolvable(NAME, fault);
    if (claim !== undefined) found.push(claim);
  }
  if (found.length === 0) return undefined;
  const bound = found.filter(isFullyBound);
  const delayed = found.filter((claim) => !isFullyBound(claim) && !claim.spec.volumeName && isDelayed(classes.get('', claimClass(claim))));
  return bound.length + delayed.length < found.length ? UNBOUND : { bound, delayed };
}

function faultOf({ pod }: PodInfo, name: string, claim: PersistentVolumeClaim | undefined, isEphemeral: boolean): string | undefined {
  if (claim === undefined)
    return isEphemeral
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : notFound('persistentvolumeclaim', name);
  const { status, spec, metadata } = claim;
  if (status.phase === 'Lost') return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${spec.volumeName ?? ''}"`;
  if (metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  return isEphemeral && !isControlledBy(claim, pod) ? notForPod(claim, pod) : undefined;
}

class BindingFiltering implements Filtering {
  private readonly byNode = new Map<string, PodVolumes>();

  constructor(
    private readonly binder: Binder,
    private readonly finder: VolumeFinder,
    private readonly pod: PodInfo,
    private readonly podClaims: PodClaims,
  ) {}

  filter({ node, name }: NodeInfo): Rejection | undefined {
    const found = this.finder.find(this.podClaims, node);
    if (!isVolumes(found)) return Rejection.unresolvable(NAME, ...found);
    this.byNode.set(name, found);
    return undefined;
  }

  reserve({ name }: NodeInfo): undefined {
    const found = this.byNode.get(name);
    if (found === undefined) return;
    const bindings = found.bindings.map(({ volume, claim }) => ({ volume: boundTo(volume, claim), claim }));
    const provisions = found.provisions.map((claim) => withSelectedNode(claim, name));
    for (const { volume } of bindings) this.binder.volumes.assume(volume);
    for (const claim of provisions) this.binder.claims.assume(claim);
    this.byNode.set(name, { bindings, provisions });
  }

  unreserve({ name }: NodeInfo): void {
    const found = this.byNode.get(name);
    for (const { volume } of found?.bindings ?? []) this.binder.volumes.forget(volume);
    for (const claim of found?.provisions ?? []) this.binder.claims.forget(claim);
  }

  needsPreBind(): boolean {
    return this.podClaims.delayed.length > 0;
  }

  async preBind(node: NodeInfo, whileIdle: WhileIdle): Promise<void> {
    const { context, followed } = this.binder;
    const { bindings, provisions } = this.byNode.get(node.name) ?? { bindings: [], provisions: [] };
    for (const { volume } of bindings) await context.client.update({ resource: PERSISTENT_VOLUMES }, volume);
    for (const claim of provisions)
      await context.client.update({ resource: PERSISTENT_VOLUME_CLAIMS, namespace: claim.metadata.namespace }, claim);
    try {
      await whileIdle(untilTrue(context.clock, followed, () => this.isDone(node)));
    } catch (error) {
      throw new Error(`binding volumes: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  /** Go: volumebinding.checkBindings. Throws what can't come right any more. */
  private isDone({ node, name }: NodeInfo): boolean {
    const { bindings, provisions } = this.byNode.get(name) ?? { bindings: [], provisions: [] };
    for (const {
      volume: { metadata },
    } of bindings) {
      const volume = this.binder.volumes.get('', metadata.name ?? '');
      if (!volume?.spec.claimRef?.uid) throw new Error(`ClaimRef got reset for pv "${metadata.name ?? ''}"`);
    }
    for (const { metadata } of [...bindings.map(({ claim }) => claim), ...provisions]) {
      const claim = this.binder.claims.get(this.pod.namespace, metadata.name ?? '');
      if (claim === undefined)
        throw new Error(`failed to check binding: could not find v1.PersistentVolumeClaim "${this.pod.namespace}/${metadata.name ?? ''}"`);
      if (provisions.length > 0 && metadata.annotations?.[SELECTED_NODE] !== claim.metadata.annotations?.[SELECTED_NODE])
        throw new Error(`provisioning failed for PVC "${metadata.name ?? ''}"`);
      if (!isFullyBound(claim)) return false;
      const volume = this.binder.volumes.get('', claim.spec.volumeName ?? '');
      if (volume !== undefined && !isReachableFrom(volume, node))
        throw new Error(`pv "${volume.metadata.name ?? ''}" node affinity doesn't match node "${name}": no matching NodeSelectorTerms`);
    }
    return true;
  }
}

function withSelectedNode(claim: PersistentVolumeClaim, node: string): PersistentVolumeClaim {
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, [SELECTED_NODE]: node } } };
}
