import { goQuote } from '../apimachinery/field-error.js';
import { parseApiVersion } from '../apimachinery/group-version.js';
import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { resourceAttributes, type ResourceQuestion } from '../auth/authorization/attributes.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { OwnerReference } from '../registry/object.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { on } from './objects.js';

/** Nobody has others' objects deleted by way of their owner, nor holds up an owner's deletion (Go: plugin/pkg/admission/gc). Off by default. */
export function ownerReferencesPermissionEnforcement(environment: BehaviourEnvironment): AdmissionPlugin {
  /** The reason for which a user may not; undefined if they may. */
  const refused = ({ user }: Attributes, question: ResourceQuestion): string | undefined => {
    const { decision, reason } = environment.access().authorizer.authorize(resourceAttributes(user, question));
    return decision === 'allow' ? undefined : reason;
  };

  const checkDelete = (attributes: Attributes): void => {
    const { resource, subresource, namespace, name } = attributes;
    const reason = refused(attributes, { verb: 'delete', ...resource, subresource, namespace, name });
    if (reason !== undefined) throw forbid(attributes, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
  };

  const checkBlocking = (attributes: Attributes, { apiVersion, kind, name }: OwnerReference): void => {
    const version = parseApiVersion(apiVersion);
    const owner = version === undefined ? undefined : environment.definitionOf({ ...version, kind });
    if (owner === undefined) {
      throw forbid(
        attributes,
        `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`,
      );
    }
    const { group, resource } = owner;
    const namespace = owner.namespaced ? attributes.namespace : '';
    const reason = refused(attributes, {
      verb: 'update',
      group,
      version: owner.version,
      resource,
      subresource: 'finalizers',
      namespace,
      name,
    });
    if (reason !== undefined) {
      throw forbid(
        attributes,
        `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
      );
    }
  };

  return {
    name: 'OwnerReferencesPermissionEnforcement',
    handles: on('CREATE', 'UPDATE'),
    validate(attributes) {
      const { object, oldObject, operation, resource, subresource } = attributes;
      // Kubelets report the status of pods that they may not delete.
      if (object === undefined || (resource.group === '' && resource.resource === 'pods' && subresource === 'status')) return;
      const owners = object.metadata.ownerReferences ?? [];
      const known = oldObject?.metadata.ownerReferences ?? [];
      if (semanticEqual(owners, known)) return;
      if (operation !== 'CREATE') checkDelete(attributes);
      const blocking = owners.filter(
        (owner) => owner.blockOwnerDeletion === true && known.find(({ uid }) => uid === owner.uid)?.blockOwnerDeletion !== true,
      );
      if (blocking.length === 0) return;
      if (refused(attributes, { verb: 'update', group: '*', resource: '*', subresource: 'finalizers', name: '*' }) === undefined) return;
      for (const owner of blocking) checkBlocking(attributes, owner);
    },
  };
}
