import { internalError, badRequest, plainError } from '../../apimachinery/status.js';
import { fieldPath } from '../../patch/apply/path-element.js';
import { toParentManagedFields, toScaleManagedFields, type ReplicasPaths } from '../../patch/apply/scale-handler.js';
import { asJson, asObject, type KubeObject, type ManagedFieldsEntry } from '../../registry/object.js';
import type { Projection, StoreForm } from '../../registry/resource.js';
import { isObject } from '../../schema/custom/json-object.js';
import { setOwn } from '../../schema/set-own.js';
import type { CustomResourceSubresourceScale } from '../../schema/generated/apiextensions-v1.js';
import type { JsonObject, JsonValue } from '../../schema/type.js';
import { AccessorError, nestedInteger, nestedString, splitPath } from './nested-field.js';
import type { SchemaSet, VersionSchema } from './schema-set.js';

interface Replicas {
  spec?: { replicas?: number };
}

/** Where each version keeps its replicas, for managedFields. */
export function replicasPaths(schemas: SchemaSet): ReplicasPaths {
  return new Map(
    [...schemas.versions.values()].map(({ apiVersion, version }) => {
      const path = version.subresources?.scale?.specReplicasPath;
      return [apiVersion, path === undefined ? undefined : fieldPath(...splitPath(path))];
    }),
  );
}

/** Stands for replicas that the object doesn't have, so that a patch can't leave them unset (Go: invalidSpecReplicas). */
const UNSET = -2147483648;

/** autoscaling/v1 Scale of a custom resource (Go: customresource ScaleREST). */
export class CustomScale implements Projection {
  constructor(
    private readonly version: VersionSchema,
    private readonly scale: CustomResourceSubresourceScale,
    private readonly form: Pick<StoreForm, 'fromStorage'>,
    private readonly paths: ReplicasPaths,
  ) {}

  read(object: KubeObject): KubeObject {
    return this.scaleOf(object).scale;
  }

  get(object: KubeObject): KubeObject {
    const { specReplicasPath = '' } = this.scale;
    const { scale, replicas } = this.scaleOf(object);
    if (replicas === undefined) throw internalError(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`);
    return scale;
  }

  readForWrite(object: KubeObject): KubeObject {
    const { scale, replicas } = this.scaleOf(object);
    if (replicas === undefined) scale.spec = { replicas: UNSET };
    setManagedFields(scale, toScaleManagedFields(managedFieldsOf(object), this.paths));
    return scale;
  }

  write(projected: KubeObject, object: KubeObject): KubeObject {
    const { specReplicasPath = '' } = this.scale;
    const replicas = (projected as Replicas).spec?.replicas ?? 0;
    if (replicas === UNSET) throw badRequest(`the spec replicas field ${JSON.stringify(specReplicasPath)} cannot be empty`);
    const { resourceVersion } = projected.metadata;
    const scaled = asObject(withNested(asJson(object), splitPath(specReplicasPath), replicas));
    scaled.metadata = { ...object.metadata, ...(resourceVersion ? { resourceVersion } : {}) };
    setManagedFields(
      scaled,
      toParentManagedFields(managedFieldsOf(object), managedFieldsOf(projected), this.paths, this.version.apiVersion),
    );
    return scaled;
  }

  private scaleOf(stored: KubeObject): { readonly scale: KubeObject; readonly replicas: number | undefined } {
    const object = this.form.fromStorage(stored);
    const { specReplicasPath = '', statusReplicasPath = '', labelSelectorPath = '' } = this.scale;
    const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
    try {
      const replicas = nestedInteger(asJson(object), specReplicasPath);
      const selector = labelSelectorPath === '' ? '' : (nestedString(asJson(object), labelSelectorPath) ?? '');
      const status = { replicas: nestedInteger(asJson(object), statusReplicasPath) ?? 0, ...(selector === '' ? {} : { selector }) };
      const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
      return { scale: { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata, spec: replicas ? { replicas } : {}, status }, replicas };
    } catch (error) {
      if (!(error instanceof AccessorError)) throw error;
      throw plainError(500, error.message);
    }
  }
}

/** A copy with a value at a path; whatever is in the way is left to validation. */
function withNested(object: JsonObject, names: readonly string[], value: JsonValue): JsonObject {
  const [name = '', ...rest] = names;
  const copy = { ...object };
  if (rest.length === 0) setOwn<JsonValue | undefined>(copy, name, value);
  else {
    const below = Object.hasOwn(object, name) ? object[name] : undefined;
    if (below !== undefined && !isObject(below))
      throw plainError(500, `value cannot be set because .${name} is not a map[string]interface{}`);
    setOwn<JsonValue | undefined>(copy, name, withNested(below ?? {}, rest, value));
  }
  return copy;
}

function managedFieldsOf(object: KubeObject): JsonObject[] | undefined {
  return object.metadata.managedFields as JsonObject[] | undefined;
}

function setManagedFields(object: KubeObject, entries: readonly JsonObject[] | undefined): void {
  if (entries === undefined || entries.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries as unknown as ManagedFieldsEntry[];
}
