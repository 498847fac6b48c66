import { parseApiVersion } from '../../../apimachinery/group-version.js';
import { semanticEqual } from '../../../apimachinery/semantic-equal.js';
import { isStatus } from '../../../apimachinery/status.js';
import type { Client, DeleteOptions, KubeObject, ServedResource, Target } from '../../../client/client.js';
import { find } from '../../../client/find.js';
import type { Informers } from '../../../client/informers.js';
import type { Identity } from './identity.js';
import type { ReferencesPatch } from './references.js';

/** No resource is served for a kind that a reference names; perhaps later. */
export class UnknownKind extends Error {
  constructor(identity: Identity) {
    super(`unable to get REST mapping for ${identity.apiVersion}/${identity.kind}.`);
  }
}

/** A cluster-scoped object names an owner that lives in a namespace, which can't be right, now or later. */
export class NamespacedOwnerOfClusterScoped extends Error {
  constructor() {
    super('cluster-scoped objects cannot refer to namespaced owners');
  }
}

/** Reads and writes objects by their identity. */
export class Objects {
  constructor(
    private readonly client: Client,
    private readonly informers: Informers,
    private readonly isFollowed: (resource: ServedResource) => boolean,
  ) {}

  /** Throws UnknownKind. */
  resource(identity: Identity): ServedResource {
    const gv = parseApiVersion(identity.apiVersion);
    const resource = gv && this.client.discovery.resourceFor({ ...gv, kind: identity.kind });
    if (resource === undefined) throw new UnknownKind(identity);
    return resource;
  }

  /**
   * The object as it is now; undefined if there is none of its name, or another.
   * Throws UnknownKind and NamespacedOwnerOfClusterScoped.
   */
  async find(identity: Identity): Promise<KubeObject | undefined> {
    const resource = this.resource(identity);
    if (resource.namespaced && identity.namespace === '') throw new NamespacedOwnerOfClusterScoped();
    const object = this.isFollowed(resource)
      ? this.informers.of(resource).get(resource.namespaced ? identity.namespace : '', identity.name)
      : await this.read(resource, identity);
    return object?.metadata.uid === identity.uid ? object : undefined;
  }

  /** Deletes the object if it still is this version, or another one with the same owners. False if it is gone. */
  async delete(identity: Identity, object: KubeObject, propagationPolicy: DeleteOptions['propagationPolicy']): Promise<boolean> {
    const target = this.target(identity);
    const { resourceVersion, ownerReferences } = object.metadata;
    const remove = async (version?: string): Promise<boolean> => {
      const preconditions = { uid: identity.uid, ...(version === undefined ? {} : { resourceVersion: version }) };
      try {
        await this.client.delete(target, identity.name, { propagationPolicy, preconditions });
        return true;
      } catch (error) {
        if (isStatus(error, 'NotFound')) return false;
        if (version === undefined || !isStatus(error, 'Conflict')) throw error;
        const live = await this.find(identity);
        if (live === undefined) return false;
        if (!semanticEqual(live.metadata.ownerReferences, ownerReferences)) throw error;
        return await remove();
      }
    };
    return await remove(resourceVersion);
  }

  async patch(identity: Identity, { kind, body }: ReferencesPatch): Promise<void> {
    await this.client.patch(this.target(identity), identity.name, kind, body);
  }

  /** Takes a finalizer from an object that is perhaps gone. */
  async removeFinalizer(identity: Identity, finalizer: string): Promise<void> {
    const object = await this.find(identity);
    if (object?.metadata.finalizers?.includes(finalizer) !== true) return;
    const finalizers = object.metadata.finalizers.filter((name) => name !== finalizer);
    const { resourceVersion } = object.metadata;
    const body = { metadata: { resourceVersion, finalizers: finalizers.length === 0 ? null : finalizers } };
    await this.patch(identity, { kind: 'merge', body });
  }

  private target(identity: Identity): Target {
    const resource = this.resource(identity);
    return { resource, namespace: resource.namespaced ? identity.namespace : undefined };
  }

  private read(resource: ServedResource, { namespace, name }: Identity): Promise<KubeObject | undefined> {
    return find(this.client, { resource, namespace: resource.namespaced ? namespace : undefined }, name);
  }
}
