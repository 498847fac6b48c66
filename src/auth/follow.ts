import type { KubeObject } from '../registry/object.js';
import type { Storage, StorageEvent, Watch } from '../storage/storage.js';
import type { TokenCache } from './authentication/token-cache.js';
import type { GraphResource, NodeGraph } from './node/graph.js';
import type { BindingObject, RoleObject } from './rbac/policy-rule.js';
import type { RbacIndex, RbacResource } from './rbac/index.js';

/** What is kept current from storage, so that decisions need no look at it. */
export interface Followers {
  readonly rbac: RbacIndex;
  readonly graph: NodeGraph;
  readonly tokens: TokenCache;
}

const RBAC_RESOURCES: readonly RbacResource[] = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];

/** Buckets of the objects that tie others to nodes. */
const GRAPH_BUCKETS: readonly (readonly [GraphResource, string])[] = [
  ['pods', '/pods'],
  ['persistentvolumes', '/persistentvolumes'],
  ['volumeattachments', 'storage.k8s.io/volumeattachments'],
  ['resourceslices', 'resource.k8s.io/resourceslices'],
];

/** What tokens rest on; a change of a Secret counts as well, since it may hold the token. */
const TOKEN_RESOURCES: readonly string[] = ['serviceaccounts', 'pods', 'nodes', 'secrets'];

/** Feeds the indices from now on. Storage tells of a write before whoever made it goes on. */
export async function follow(storage: Storage<KubeObject>, { rbac, graph, tokens }: Followers): Promise<Watch[]> {
  const watches: Watch[] = [];
  const open = async (
    bucket: string,
    put: (object: KubeObject) => void,
    remove: (namespace: string, name: string) => void,
  ): Promise<void> => {
    const { list, watch } = await storage.listAndWatch(bucket, {}, (events) => {
      for (const { type, current } of events) {
        if (type === 'DELETED') remove(current.key.namespace, current.key.name);
        else put(current.value);
      }
    });
    watches.push(watch);
    for (const item of list.items) put(item.value);
  };
  for (const resource of RBAC_RESOURCES) {
    await open(
      `rbac.authorization.k8s.io/${resource}`,
      (object) => {
        rbac.put(resource, object as RoleObject | BindingObject);
      },
      (namespace, name) => {
        rbac.remove(resource, namespace, name);
      },
    );
  }
  for (const [resource, bucket] of GRAPH_BUCKETS) {
    await open(
      bucket,
      (object) => {
        graph.put(resource, object);
      },
      (namespace, name) => {
        graph.remove(resource, namespace, name);
      },
    );
  }
  for (const resource of TOKEN_RESOURCES) {
    const forget = (events: readonly StorageEvent<KubeObject>[]): void => {
      for (const { type, current } of events) {
        const going = type === 'DELETED' || current.value.metadata.deletionTimestamp !== undefined;
        if (going || resource === 'secrets') tokens.forget(resource, current.key.namespace, current.key.name);
      }
    };
    watches.push((await storage.listAndWatch(`/${resource}`, {}, forget)).watch);
  }
  return watches;
}
