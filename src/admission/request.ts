import { deleteOptionsObject, writeOptionsObject, type ParsedDeleteOptions, type WriteOptions } from '../apimachinery/options.js';
import type { GroupVersionKind, GroupVersionResource } from '../apimachinery/group-version.js';
import type { AdmissionRequest } from '../schema/generated/admission-v1.js';
import type { JsonObject } from '../schema/type.js';
import type { Attributes } from './admission.js';

/** As what a request is shown: another version where a rule names one. */
export interface ShownAs {
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
}

/** The options of a request in JSON form, as the operation has them. */
export function optionsOf({ operation, options }: Attributes): JsonObject {
  switch (operation) {
    case 'DELETE':
      return deleteOptionsObject(options as unknown as ParsedDeleteOptions) as JsonObject;
    case 'CONNECT':
      return options as JsonObject;
    default: {
      const kind = operation === 'CREATE' ? 'CreateOptions' : 'UpdateOptions';
      const { dryRun, fieldManager, fieldValidation } = options as unknown as WriteOptions;
      return writeOptionsObject(kind, { dryRun, fieldManager, fieldValidation }) as JsonObject;
    }
  }
}

/**
 * admission.k8s.io AdmissionRequest without the objects, its members in Go's
 * order (Go: webhook/request.CreateV1AdmissionReview).
 */
export function admissionRequestOf(attributes: Attributes, { kind, resource }: ShownAs): AdmissionRequest {
  const { subresource, name, namespace, operation, user, dryRun } = attributes;
  const groups = user.groups.length === 0 ? {} : { groups: [...user.groups] };
  const extra = Object.entries(user.extra).map(([key, values]): [string, string[]] => [key, [...values]]);
  return {
    kind: groupVersionKind(kind),
    resource: groupVersionResource(resource),
    ...(subresource === '' ? {} : { subResource: subresource }),
    requestKind: groupVersionKind(attributes.kind),
    requestResource: groupVersionResource(attributes.resource),
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid === '' ? {} : { uid: user.uid }),
      ...groups,
      ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
    },
    object: null,
    oldObject: null,
    dryRun,
    options: operation === 'CONNECT' ? null : optionsOf(attributes),
  };
}

function groupVersionKind({ group, version, kind }: GroupVersionKind): GroupVersionKind {
  return { group, version, kind };
}

function groupVersionResource({ group, version, resource }: GroupVersionResource): GroupVersionResource {
  return { group, version, resource };
}
