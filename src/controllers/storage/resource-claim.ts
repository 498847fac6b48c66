import { isStatus } from '../../apimachinery/status.js';
import type { Typed } from '../../client/client.js';
import type { ComponentContext } from '../../client/component-context.js';
import { keyOf, splitKey, type Informer } from '../../client/informer.js';
import { controllerOf, isControlledBy } from '../../component-helpers/controller-ref.js';
import { isPodTerminal } from '../../component-helpers/pods.js';
import {
  canBeReserved,
  CLAIM_FINALIZER,
  isReservedFor,
  POD_CLAIM_NAME,
  resourceClaimName,
  resourceClaimNames,
  type ResourceClaim,
} from '../../component-helpers/resource-claims.js';
import { PODS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_CLAIMS } from '../../component-helpers/resources.js';
import type { Pod, PodResourceClaim } from '../../schema/generated/core-v1.js';
import type { ResourceClaimTemplate } from '../../schema/generated/resource-v1.js';
import type { ControllerDescriptor } from '../descriptor.js';

const FIELD_MANAGER = 'ResourceClaimController';
const BY_OWNER = 'owner-uid';
/** Longer bases leave no room for the hyphen and the characters that make a name unique. */
const LONGEST_BASE = 57;

interface Claims {
  readonly context: ComponentContext;
  readonly pods: Informer<Typed<Pod>>;
  readonly claims: Informer<ResourceClaim>;
  readonly templates: Informer<Typed<ResourceClaimTemplate>>;
}

/** Makes the claims of pods from templates, and takes back what pods no longer use (Go: pkg/controller/resourceclaim). */
export const resourceClaimController: ControllerDescriptor = {
  name: 'resourceclaim-controller',
  alias: 'resource-claim-controller',
  serviceAccount: 'resource-claim-controller',
  start(context) {
    const { informers } = context;
    const all: Claims = {
      context,
      pods: informers.of<Typed<Pod>>(PODS),
      claims: informers.of<ResourceClaim>(RESOURCE_CLAIMS).addIndex(BY_OWNER, (claim) => [controllerOf(claim)?.uid ?? '']),
      templates: informers.of<Typed<ResourceClaimTemplate>>(RESOURCE_CLAIM_TEMPLATES),
    };
    const recorder = context.recorder('resource_claim');
    const podQueue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const pod = all.pods.get(namespace, name);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      await syncPod(all, pod, (message) => {
        recorder.warning(pod, 'FailedResourceClaimCreation', message);
      });
    });
    const claimQueue = context.queue(async (key) => {
      const { namespace, name } = splitKey(key);
      const claim = all.claims.get(namespace, name);
      if (claim !== undefined) await syncClaim(all, claim);
    });
    const addClaimsOf = (pod: Typed<Pod>): void => {
      const { namespace = '' } = pod.metadata;
      for (const name of resourceClaimNames(pod)) claimQueue.add(`${namespace}/${name}`);
    };
    const addPod = (pod: Typed<Pod>): void => {
      if ((pod.spec.resourceClaims ?? []).length === 0) return;
      if (isDone(pod)) addClaimsOf(pod);
      else podQueue.add(keyOf(pod));
    };
    all.pods.addHandler({ added: addPod, updated: addPod, deleted: addClaimsOf });
    const addClaim = (claim: ResourceClaim): void => {
      claimQueue.add(keyOf(claim));
    };
    all.claims.addHandler({
      added: addClaim,
      updated: addClaim,
      deleted: (claim) => {
        const owner = controllerOf(claim);
        if (owner?.kind === 'Pod') podQueue.add(`${claim.metadata.namespace ?? ''}/${owner.name}`);
      },
    });
    all.templates.addHandler({
      added: ({ metadata: { namespace, name } }) => {
        for (const pod of all.pods.list(namespace))
          if (pod.spec.resourceClaims?.some(({ resourceClaimTemplateName }) => resourceClaimTemplateName === name) === true) addPod(pod);
      },
    });
  },
};

function isDone(pod: Typed<Pod>): boolean {
  return isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName);
}

async function syncPod(all: Claims, pod: Typed<Pod>, onFault: (message: string) => void): Promise<void> {
  const made = new Map<string, string>();
  for (const entry of pod.spec.resourceClaims ?? []) {
    try {
      const name = await provide(all, pod, entry);
      if (name !== undefined) made.set(entry.name ?? '', name);
    } catch (error) {
      const message = `PodResourceClaim ${entry.name ?? ''}: ${error instanceof Error ? error.message : String(error)}`;
      onFault(message);
      throw new Error(`pod ${keyOf(pod)}, ${message}`, { cause: error });
    }
  }
  if (made.size > 0) await tellClaims(all.context, pod, made);
  if (pod.spec.nodeName) for (const name of resourceClaimNames(pod)) await reserve(all, pod, name);
}

/** The name of a claim that the pod's status doesn't tell yet, made from its template if need be. */
async function provide(all: Claims, pod: Typed<Pod>, entry: PodResourceClaim): Promise<string | undefined> {
  const { namespace = '' } = pod.metadata;
  const known = resourceClaimName(pod, entry);
  if (known === null || entry.resourceClaimTemplateName === undefined) return undefined;
  const current = known === undefined ? undefined : all.claims.get(namespace, known);
  if (current !== undefined && isControlledBy(current, pod)) return undefined;
  const owned = all.claims.byIndex(BY_OWNER, pod.metadata.uid ?? '');
  const found = owned.find(({ metadata }) => metadata.annotations?.[POD_CLAIM_NAME] === entry.name);
  if (found !== undefined) return found.metadata.name;
  const template = all.templates.get(namespace, entry.resourceClaimTemplateName);
  if (template === undefined) {
    const name = entry.resourceClaimTemplateName;
    throw new Error(`resource claim template "${name}": resourceclaimtemplate.resource.k8s.io "${name}" not found`);
  }
  const created = await all.context.client.create<ResourceClaim>({ resource: RESOURCE_CLAIMS, namespace }, claimFrom(template, pod, entry));
  return created.metadata.name;
}

function claimFrom(
  { spec: { metadata, spec } }: Typed<ResourceClaimTemplate>,
  pod: Typed<Pod>,
  { name = '' }: PodResourceClaim,
): ResourceClaim {
  const { name: podName = '', namespace, uid = '' } = pod.metadata;
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      generateName: generateNameFor(podName, name),
      namespace,
      annotations: { ...metadata.annotations, [POD_CLAIM_NAME]: name },
      labels: metadata.labels,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: podName, uid, controller: true }],
    },
    spec,
    status: {},
  };
}

/** Both names, each shortened in proportion if together they are too long. */
function generateNameFor(pod: string, entry: string): string {
  const whole = `${pod}-${entry}-`;
  if (whole.length <= LONGEST_BASE) return whole;
  const share = (text: string, of: number): string => text.slice(0, Math.trunc((text.length * LONGEST_BASE) / of));
  const base = `${share(pod, whole.length)}-`;
  return base + share(entry, whole.length);
}

/** By server-side apply: the entries of others stay. */
async function tellClaims({ client }: ComponentContext, { metadata }: Typed<Pod>, made: ReadonlyMap<string, string>): Promise<void> {
  const { namespace, name = '' } = metadata;
  const resourceClaimStatuses = Array.from(made, ([entry, resourceClaimName]) => ({ name: entry, resourceClaimName }));
  const patch = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, status: { resourceClaimStatuses } };
  await client.patch({ resource: PODS, namespace, subresource: 'status' }, name, 'apply', patch, {
    fieldManager: FIELD_MANAGER,
    force: true,
  });
}

/** A pod that came to its node without the scheduler must hold its claims all the same. */
async function reserve({ context, claims }: Claims, pod: Typed<Pod>, name: string): Promise<void> {
  const claim = claims.get(pod.metadata.namespace ?? '', name);
  if (claim?.status.allocation === undefined || isReservedFor(claim, pod) || !canBeReserved(claim)) return;
  const user = { resource: 'pods', name: pod.metadata.name ?? '', uid: pod.metadata.uid ?? '' };
  await updateStatus(context, { ...claim, status: { ...claim.status, reservedFor: [...(claim.status.reservedFor ?? []), user] } });
}

async function syncClaim(all: Claims, claim: ResourceClaim): Promise<void> {
  const { pods, context } = all;
  const { namespace = '', finalizers = [], deletionTimestamp } = claim.metadata;
  const before = claim.status.reservedFor ?? [];
  const remaining = before.filter(({ apiGroup = '', resource, name = '', uid }) => {
    if (apiGroup !== '' || resource !== 'pods') return true;
    const pod = pods.get(namespace, name);
    return pod !== undefined && pod.metadata.uid === uid && !isDone(pod);
  });
  const isHeld = finalizers.includes(CLAIM_FINALIZER);
  if (remaining.length < before.length) await release(context, claim, remaining, isHeld);
  else if (isHeld && deletionTimestamp !== undefined && remaining.length === 0) await release(context, claim, remaining, true);
  if (remaining.length === 0) await deleteIfUnused(all, claim);
}

/** Without users the devices are free again, if it was us who look after them. */
async function release(
  context: ComponentContext,
  claim: ResourceClaim,
  remaining: NonNullable<ResourceClaim['status']['reservedFor']>,
  isHeld: boolean,
): Promise<void> {
  const status = { ...claim.status, reservedFor: remaining };
  const isFree = remaining.length === 0 && isHeld;
  if (isFree) delete status.allocation;
  const current = await updateStatus(context, { ...claim, status });
  if (!isFree) return;
  const finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== CLAIM_FINALIZER);
  const target = { resource: RESOURCE_CLAIMS, namespace: claim.metadata.namespace };
  await context.client.update<ResourceClaim>(target, { ...current, metadata: { ...current.metadata, finalizers } });
}

async function updateStatus({ client }: ComponentContext, claim: ResourceClaim): Promise<ResourceClaim> {
  return await client.update<ResourceClaim>(
    { resource: RESOURCE_CLAIMS, namespace: claim.metadata.namespace, subresource: 'status' },
    claim,
  );
}

/** A claim that was made for a pod goes when that pod has ended, even if the pod stays. */
async function deleteIfUnused({ context, pods }: Claims, claim: ResourceClaim): Promise<void> {
  const owner = controllerOf(claim);
  const { namespace = '', name = '' } = claim.metadata;
  if (owner?.kind !== 'Pod') return;
  const pod = pods.get(namespace, owner.name);
  if (pod === undefined || (pod.metadata.uid === owner.uid && !isDone(pod))) return;
  try {
    await context.client.delete({ resource: RESOURCE_CLAIMS, namespace }, name);
  } catch (error) {
    if (!isStatus(error, 'NotFound')) throw error;
  }
}
