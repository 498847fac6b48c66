import { goQuote } from '../../apimachinery/field-error.js';
import { nodeOf } from '../../auth/node/authorizer.js';
import { requestPem, SIGNER, type CertificateSigningRequest } from '../../auth/signing/certificate-signing-request.js';
import { commonNameOf } from '../../auth/signing/kubelet-request.js';
import { readCertificateRequest } from '../../auth/x509.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { AdmissionPlugin, Attributes } from '../admission.js';
import { forbid } from '../forbid.js';
import { on } from '../objects.js';
import { checkNode } from './nodes.js';
import { PodRules } from './pods.js';
import { checkClaimStatus } from './claims.js';
import { TokenRules } from './tokens.js';

type Rule = (node: string, attributes: Attributes) => Promise<void> | void;

/** Kubelets change only what is theirs (Go: plugin/pkg/admission/noderestriction). Off by default, as in the real server. */
export function nodeRestriction(environment: BehaviourEnvironment): AdmissionPlugin {
  const pods = new PodRules(environment);
  const tokens = new TokenRules(environment);
  const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
    ['/pods', (node, attributes) => pods.check(node, attributes)],
    ['/nodes', checkNode],
    ['/persistentvolumeclaims', checkClaimStatus],
    ['/serviceaccounts', (node, attributes) => tokens.check(node, attributes)],
    ['coordination.k8s.io/leases', checkLease],
    ['storage.k8s.io/csinodes', checkCsiNode],
    ['resource.k8s.io/resourceslices', checkResourceSlice],
    ['certificates.k8s.io/certificatesigningrequests', checkSigningRequest],
  ]);
  return {
    name: 'NodeRestriction',
    resources: [...rules.keys()],
    handles: on('CREATE', 'UPDATE', 'DELETE'),
    admit(attributes) {
      const node = nodeOf(attributes.user);
      if (node === undefined) return;
      if (node === '') throw forbid(attributes, `could not determine node from user ${goQuote(attributes.user.name)}`);
      return rules.get(`${attributes.resource.group}/${attributes.resource.resource}`)?.(node, attributes);
    },
  };
}

const LEASE_NAMESPACE = 'kube-node-lease';

function checkLease(node: string, attributes: Attributes): void {
  if (attributes.namespace !== LEASE_NAMESPACE)
    throw forbid(attributes, `can only access leases in the ${goQuote(LEASE_NAMESPACE)} system namespace`);
  if (ownName(attributes) !== node) throw forbid(attributes, 'can only access node lease with the same name as the requesting node');
}

function checkCsiNode(node: string, attributes: Attributes): void {
  if (ownName(attributes) !== node) throw forbid(attributes, 'can only access CSINode with the same name as the requesting node');
}

/** On create, the name in the object. */
function ownName({ operation, object, name }: Attributes): string | undefined {
  return operation === 'CREATE' ? object?.metadata.name : name;
}

function checkResourceSlice(node: string, attributes: Attributes): void {
  const { operation, object, oldObject } = attributes;
  if (operation === 'UPDATE') return;
  const { nodeName } = ((operation === 'CREATE' ? object : oldObject)?.spec ?? {}) as { readonly nodeName?: string };
  if (nodeName === node) return;
  throw forbid(
    attributes,
    `can only ${operation === 'CREATE' ? 'create' : 'delete'} ResourceSlice with the same NodeName as the requesting node`,
  );
}

function checkSigningRequest(node: string, attributes: Attributes): void {
  if (attributes.operation !== 'CREATE' || attributes.object === undefined) return;
  const request = attributes.object as CertificateSigningRequest;
  const { signerName } = request.spec;
  if (signerName !== SIGNER.kubeletServing && signerName !== SIGNER.apiServerClientKubelet) return;
  if (nameIn(attributes, request) !== `system:node:${node}`)
    throw forbid(attributes, `can only create a node CSR with CN=system:node:${node}`);
}

function nameIn(attributes: Attributes, request: CertificateSigningRequest): string {
  try {
    return commonNameOf(readCertificateRequest(requestPem(request)));
  } catch (error) {
    throw forbid(attributes, `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`);
  }
}
