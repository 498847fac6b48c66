import { forbiddenError, notFoundError, StatusError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { AdmissionPlugin, Attributes } from './admission.js';

/** Namespaces that can't be deleted. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** Reviews answer about a namespace without being in it. */
const REVIEW_GROUP = 'authorization.k8s.io';

/**
 * Refuses to create in namespaces that are missing or going, and to delete the
 * three that must stay (Go: plugin/namespace/lifecycle).
 */
export function namespaceLifecycle(environment: BehaviourEnvironment): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles: (operation) => operation !== 'CONNECT',
    admit(attributes) {
      const { operation, kind, namespace, name } = attributes;
      if (kind.group === '' && kind.kind === 'Namespace') {
        if (operation === 'DELETE' && IMMORTAL.has(name)) throw forbiddenError(attributes.resource, name, 'this namespace may not be deleted');
        return;
      }
      if (operation !== 'CREATE' || namespace === '') return;
      if (attributes.resource.group === REVIEW_GROUP && attributes.resource.resource === 'localsubjectaccessreviews') return;
      return check(environment, attributes);
    },
  };
}

async function check(environment: BehaviourEnvironment, attributes: Attributes): Promise<void> {
  const store = environment.store({ group: '', resource: 'namespaces' });
  const found = await store?.find('', attributes.namespace);
  if (found === undefined) throw notFoundError({ group: '', resource: 'namespaces' }, attributes.namespace);
  const { metadata, status } = found.value as { metadata: { deletionTimestamp?: string }; status?: { phase?: string } };
  if (metadata.deletionTimestamp === undefined && status?.phase !== 'Terminating') return;
  const error = forbiddenError(attributes.resource, attributes.name, `unable to create new content in namespace ${attributes.namespace} because it is being terminated`);
  throw new StatusError({
    ...error.status,
    details: {
      ...error.status.details,
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${attributes.namespace} is being terminated`, field: 'metadata.namespace' }],
    },
  });
}

