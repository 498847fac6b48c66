import { forbiddenError, notFoundError, StatusError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { KubeObject } from '../registry/object.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { on, StoredObjects } from './objects.js';

/** Namespaces that can't be deleted. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** A core/v1 Namespace, as far as admission reads it. */
interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/**
 * Refuses to write into namespaces that are missing and to create in those that
 * are going, and to delete the three that must stay (Go: plugin/namespace/lifecycle).
 */
export function namespaceLifecycle(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects<Namespace>(environment, { group: '', resource: 'namespaces' });

  const check = async (attributes: Attributes): Promise<void> => {
    const found = await namespaces.get('', attributes.namespace);
    if (found === undefined) throw notFoundError({ group: '', resource: 'namespaces' }, attributes.namespace);
    if (attributes.operation === 'CREATE' && found.status?.phase === 'Terminating') throw isTerminating(attributes);
  };

  return {
    name: 'NamespaceLifecycle',
    handles: on('CREATE', 'UPDATE', 'DELETE'),
    admit(attributes) {
      const { operation, kind, resource, namespace, name } = attributes;
      if (kind.group === '' && kind.kind === 'Namespace') {
        if (operation === 'DELETE' && IMMORTAL.has(name)) throw forbiddenError(resource, name, 'this namespace may not be deleted');
        return;
      }
      if (operation === 'DELETE' || namespace === '') return;
      // A review answers about a namespace without being in it, and must not tell whether it exists.
      if (resource.resource === 'localsubjectaccessreviews' && resource.group === 'authorization.k8s.io') return;
      return check(attributes);
    },
  };
}

function isTerminating(attributes: Attributes): StatusError {
  const { namespace } = attributes;
  const { status } = forbid(attributes, `unable to create new content in namespace ${namespace} because it is being terminated`);
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
  return new StatusError({ ...status, details: { ...status.details, causes: [cause] } });
}
