import { invalid } from '../apimachinery/field-error.js';
import { conflict, invalidObject } from "../apimachinery/status.js";
import type { ScaleBehaviour } from './behaviour.js';
import type { KubeObject } from './object.js';
import type { Projection } from './resource.js';

interface Scalable {
  spec?: { replicas?: number };
  status?: { replicas?: number };
}

/** autoscaling/v1 Scale of an object that counts replicas in spec and status (Go: …/storage ScaleREST). */
export function scaleProjection(resource: { readonly group: string; readonly resource: string }, behaviour: ScaleBehaviour | undefined): Projection {
  return {
    read(object) {
      const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
      const { spec, status } = object as Scalable;
      const selector = behaviour?.selector(object) ?? '';
      return {
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
        spec: spec?.replicas ? { replicas: spec.replicas } : {},
        status: { replicas: status?.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
      };
    },
    write(projected, object) {
      const replicas = (projected as Scalable).spec?.replicas ?? 0;
      if (replicas < 0) {
        throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, projected.metadata.name ?? '', [
          invalid('spec.replicas', replicas, 'must be greater than or equal to 0'),
        ]);
      }
      const { resourceVersion, uid } = projected.metadata;
      const name = object.metadata.name ?? '';
      if (uid && uid !== object.metadata.uid) throw conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid ?? ''}`);
      if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
        throw conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again');
      }
      return { ...structuredClone(object), spec: { ...(object.spec as object), replicas } } satisfies KubeObject;
    },
  };
}

