import { notFoundError } from '../apimachinery/status.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { createInternally } from '../registry/internal-write.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { on, StoredObjects } from './objects.js';

const NAMESPACES = { group: '', resource: 'namespaces' };

/** Refuses requests for namespaces that are missing (Go: plugin/pkg/admission/namespace/exists). Off by default. */
export function namespaceExists(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects(environment, NAMESPACES);
  return {
    name: 'NamespaceExists',
    handles: on('CREATE', 'UPDATE', 'DELETE'),
    async validate(attributes) {
      if (!isInNamespace(attributes)) return;
      if ((await namespaces.get('', attributes.namespace)) === undefined) throw notFoundError(NAMESPACES, attributes.namespace);
    },
  };
}

/** Makes namespaces upon first use (Go: plugin/pkg/admission/namespace/autoprovision). Off by default. */
export function namespaceAutoProvision(environment: BehaviourEnvironment): AdmissionPlugin {
  const namespaces = new StoredObjects(environment, NAMESPACES);
  return {
    name: 'NamespaceAutoProvision',
    handles: on('CREATE'),
    async admit(attributes) {
      if (attributes.dryRun || !isInNamespace(attributes)) return;
      if ((await namespaces.get('', attributes.namespace)) !== undefined) return;
      await createInternally(environment, NAMESPACES, { metadata: { name: attributes.namespace } });
    },
  };
}

function isInNamespace({ namespace, kind }: Attributes): boolean {
  return namespace !== '' && (kind.kind !== 'Namespace' || kind.group !== '');
}
