import type { KubeObject, ObjectMeta, Typed } from '../../../client/client.js';
import { newControllerRef } from '../../../component-helpers/controller-ref.js';
import { nameIsDnsSubdomain } from '../../../apimachinery/validation/names.js';
import type { EndpointPort, EndpointSlice as EndpointSliceType } from '../../../schema/generated/discovery-v1.js';

/** An EndpointSlice as clients see it. */
export type EndpointSlice = Typed<EndpointSliceType>;

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** The index of slices by service and manager; its values are made by `sliceIndexValue`. */
export const BY_SERVICE = 'service';

export function sliceIndexValue(manager: string, namespace: string, service: string): string {
  return `${manager} ${namespace}/${service}`;
}

export function sliceIndex({ metadata: { namespace = '', labels = {} } }: KubeObject): readonly string[] {
  const { [SERVICE_NAME]: service, [MANAGED_BY]: manager } = labels;
  return service === undefined || manager === undefined ? [] : [sliceIndexValue(manager, namespace, service)];
}

/** The beginning of the names of a service's slices (Go: getEndpointSlicePrefix). */
export function slicePrefix(service: string): string {
  return nameIsDnsSubdomain(`${service}-`, true).length === 0 ? `${service}-` : service;
}

/** A slice that is yet to be created, for what owns it: a Service, or Endpoints. */
export function newSlice(
  owner: KubeObject,
  addressType: string,
  ports: readonly EndpointPort[],
  meta: Pick<ObjectMeta, 'labels' | 'annotations'>,
): EndpointSlice {
  const { name = '', namespace } = owner.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: slicePrefix(name),
      namespace,
      ...meta,
      ownerReferences: [newControllerRef(owner, { group: '', version: 'v1', kind: owner.kind })],
    },
    addressType,
    endpoints: [],
    ports: [...ports],
  };
}

/** What is to become of slices. */
export interface SliceChanges {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
}

/** Gives slices that are to be created the place of such that would be deleted. */
export function recycle(changes: SliceChanges, isReusable: (slice: EndpointSlice) => boolean = () => true): SliceChanges {
  const create = [...changes.create];
  const update = [...changes.update];
  const remove: EndpointSlice[] = [];
  for (const old of changes.remove) {
    const slice = create.at(-1);
    if (slice === undefined || old.addressType !== slice.addressType || !isReusable(old)) {
      remove.push(old);
      continue;
    }
    create.pop();
    update.push({ ...slice, metadata: { ...slice.metadata, name: old.metadata.name } });
  }
  return { create, update, remove };
}
