import { parseApiVersion } from './apimachinery/group-version.js';
import type { Client } from './client/client.js';
import type { Catalog } from './registry/catalog.js';
import type { KubeObject } from './registry/object.js';
import { parseYamlDocuments } from './schema/yaml.js';

/** Applies manifests, in their order, before the cluster is ready. Errors name the object. */
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
  try {
    await client.create({ resource: definition, namespace }, object, { fieldManager: 'kubesim-data' });
  } catch (error) {
    throw new Error(`data: ${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
