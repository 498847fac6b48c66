import { semanticEqual } from '../apimachinery/semantic-equal.js';
import { GROUP_MASTERS } from '../auth/identities.js';
import { requestPem, SIGNER, type CertificateSigningRequest } from '../auth/signing/certificate-signing-request.js';
import { organizationsOf } from '../auth/signing/kubelet-request.js';
import { maySign } from '../auth/signing/signer-permission.js';
import { readCertificateRequest } from '../auth/x509.js';
import { goQuote } from '../apimachinery/field-error.js';
import type { BehaviourEnvironment } from '../registry/behaviour.js';
import type { AdmissionPlugin, Attributes } from './admission.js';
import { forbid } from './forbid.js';
import { on } from './objects.js';

const RESOURCES = ['certificates.k8s.io/certificatesigningrequests'];

/** Who approves must be allowed to for the signer (Go: plugin/pkg/admission/certificates/approval). */
export function certificateApproval(environment: BehaviourEnvironment): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    resources: RESOURCES,
    handles: on('UPDATE'),
    validate(attributes) {
      if (attributes.subresource !== 'approval' || attributes.oldObject === undefined) return;
      // The stored request counts: nobody gets around this by changing the signer.
      const { signerName } = (attributes.oldObject as CertificateSigningRequest).spec;
      if (maySign(environment.access().authorizer, attributes.user, 'approve', signerName)) return;
      throw forbid(attributes, `user not permitted to approve requests with signerName ${goQuote(signerName)}`);
    },
  };
}

/** Who writes a certificate into a status must be allowed to sign (Go: plugin/pkg/admission/certificates/signing). */
export function certificateSigning(environment: BehaviourEnvironment): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    resources: RESOURCES,
    handles: on('UPDATE'),
    validate(attributes) {
      const { object, oldObject } = attributes;
      if (attributes.subresource !== 'status' || object === undefined || oldObject === undefined) return;
      const old = oldObject as CertificateSigningRequest;
      const { status } = object as CertificateSigningRequest;
      if (semanticEqual(old.status?.certificate, status?.certificate) && semanticEqual(old.status?.conditions, status?.conditions)) return;
      const { signerName } = old.spec;
      if (maySign(environment.access().authorizer, attributes.user, 'sign', signerName)) return;
      throw forbid(attributes, `user not permitted to sign requests with signerName ${goQuote(signerName)}`);
    },
  };
}

/** No certificate of ours makes anybody a member of system:masters (Go: plugin/pkg/admission/certificates/subjectrestriction). */
export function certificateSubjectRestriction(): AdmissionPlugin {
  return {
    name: 'CertificateSubjectRestriction',
    resources: RESOURCES,
    handles: on('CREATE'),
    validate(attributes) {
      if (attributes.subresource !== '' || attributes.object === undefined) return;
      const request = attributes.object as CertificateSigningRequest;
      if (request.spec.signerName !== SIGNER.apiServerClient) return;
      if (organizations(attributes, request).includes(GROUP_MASTERS)) {
        throw forbid(attributes, `use of ${SIGNER.apiServerClient} signer with ${GROUP_MASTERS} group is not allowed`);
      }
    },
  };
}

function organizations(attributes: Attributes, request: CertificateSigningRequest): string[] {
  try {
    return organizationsOf(readCertificateRequest(requestPem(request)));
  } catch (error) {
    throw forbid(attributes, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
  }
}
