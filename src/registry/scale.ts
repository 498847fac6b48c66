import { FieldPath } from '../apimachinery/field-path.js';
import { conflict, invalidObject } from '../apimachinery/status.js';
import type { FieldError } from '../apimachinery/field-error.js';
import { nameIsDnsSubdomain } from '../apimachinery/validation/names.js';
import { validateNonnegativeField } from '../apimachinery/validation/object-meta.js';
import { fieldPath } from '../patch/apply/path-element.js';
import { toParentManagedFields, toScaleManagedFields, type ReplicasPaths } from '../patch/apply/scale-handler.js';
import type { Scale } from '../schema/generated/autoscaling-v1.js';
import type { JsonObject } from '../schema/type.js';
import type { ScaleBehaviour } from './behaviour.js';
import { metadataErrors } from './core/metadata.js';
import { typed, type KubeObject, type ManagedFieldsEntry, type Typed } from './object.js';
import type { Projection } from './resource.js';

interface Scalable {
  spec?: { replicas?: number };
  status?: { replicas?: number };
}

const REPLICAS = fieldPath('spec', 'replicas');

/** Versions in which managedFields may know replicas: those that are served, and those of old whose paths are the same. */
function replicasPaths(group: string): ReplicasPaths {
  const versions = group === 'apps' ? ['apps/v1', 'apps/v1beta1', 'apps/v1beta2'] : ['v1'];
  return new Map(versions.map((version) => [version, REPLICAS]));
}

/**
 * autoscaling/v1 Scale of an object that counts replicas in spec and status
 * (Go: …/storage ScaleREST and its scaleUpdatedObjectInfo). Writes go through
 * the object's own strategy, which counts a generation and checks the version.
 */
export function scaleProjection(
  resource: { readonly group: string; readonly version: string; readonly resource: string },
  behaviour: ScaleBehaviour | undefined,
): Projection {
  const paths = replicasPaths(resource.group);
  const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  const subresource = { group: resource.group, resource: `${resource.resource}/scale` };
  const read = (object: KubeObject): KubeObject => scaleOf(object, behaviour?.selector(object) ?? '');
  return {
    read,
    readForWrite(object) {
      const scale = read(object);
      setManagedFields(scale, toScaleManagedFields(managedFieldsOf(object), paths));
      return scale;
    },
    write(projected, object) {
      const scale = typed<Scale>(projected);
      const { uid, resourceVersion } = scale.metadata;
      const name = object.metadata.name ?? '';
      const errors = validateScale(scale);
      if (errors.length > 0) throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, errors);
      if (uid && uid !== object.metadata.uid) {
        throw conflict(
          subresource,
          name,
          `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid ?? ''}`,
        );
      }
      const scaled = structuredClone(object);
      scaled.spec = { ...(scaled.spec as object), replicas: scale.spec.replicas ?? 0 };
      scaled.metadata.resourceVersion = resourceVersion;
      setManagedFields(scaled, toParentManagedFields(managedFieldsOf(object), managedFieldsOf(scale), paths, apiVersion));
      return scaled;
    },
  };
}

function scaleOf(object: KubeObject, selector: string): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { spec, status } = object as Scalable;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec?.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  };
}

/** Faults of a Scale as it is about to be written (Go: ValidateScale). */
function validateScale({ metadata, spec }: Typed<Scale>): FieldError[] {
  const errors = metadataErrors(metadata, true, nameIsDnsSubdomain);
  errors.push(...validateNonnegativeField(spec.replicas ?? 0, FieldPath.of('spec', 'replicas')));
  return errors;
}

function managedFieldsOf(object: KubeObject): JsonObject[] | undefined {
  return object.metadata.managedFields as JsonObject[] | undefined;
}

function setManagedFields(object: KubeObject, entries: readonly JsonObject[] | undefined): void {
  if (entries === undefined || entries.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = entries as unknown as ManagedFieldsEntry[];
}
