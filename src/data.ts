import { parseApiVersion } from './apimachinery/group-version.js';
import { isStatus } from './apimachinery/status.js';
import type { Client, Target } from './client/client.js';
import type { Catalog } from './registry/catalog.js';
import type { KubeObject } from './registry/object.js';
import { parseYamlDocuments } from './schema/yaml.js';

/**
 * Creates what manifests describe, in their order, before the cluster is ready; what is there
 * already (a default role, a namespace's account) becomes as they say. They may be a dump of
 * another cluster: what that one's server filled in is left out. Errors name the object.
 */
export async function loadManifests(client: Client, catalog: Catalog, texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    for (const document of await parseYamlDocuments(text)) {
      if (document === null || typeof document !== 'object' || Array.isArray(document)) continue;
      const object = document as unknown as KubeObject & { items?: KubeObject[] };
      for (const item of object.kind === 'List' ? (object.items ?? []) : [object]) await apply(client, catalog, item);
    }
  }
}

async function apply(client: Client, catalog: Catalog, object: KubeObject): Promise<void> {
  const what = `${object.apiVersion} ${object.kind} ${object.metadata.name ?? ''}`;
  const gv = parseApiVersion(object.apiVersion);
  const definition = gv === undefined ? undefined : catalog.findKind({ ...gv, kind: object.kind });
  if (definition === undefined) throw new Error(`data: no resource serves ${what}`);
  const namespace = definition.namespaced ? (object.metadata.namespace ?? 'default') : undefined;
  const target = { resource: definition, namespace };
  const wanted = withoutServerFields(object);
  try {
    await createOrApply(client, target, wanted);
  } catch (error) {
    throw new Error(`data: ${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function createOrApply(client: Client, target: Target, object: KubeObject): Promise<void> {
  const { name } = object.metadata;
  try {
    await client.create(target, object, MANAGER);
  } catch (error) {
    if (name === undefined || !isStatus(error, 'AlreadyExists')) throw error;
    await client.patch(target, name, 'apply', object, { ...MANAGER, force: true });
  }
}

const MANAGER = { fieldManager: 'kubesim-data' } as const;

/** What a server fills in, and no client may when it creates or applies. */
const OF_THE_SERVER = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'] as const;

function withoutServerFields(object: KubeObject): KubeObject {
  const metadata = { ...object.metadata };
  for (const field of OF_THE_SERVER) delete metadata[field];
  return { ...object, metadata };
}
