import { resourceAttributes } from '../authorization/attributes.js';
import type { Authorizer } from '../authorization/authorizer.js';
import { extraOf } from '../identities.js';
import { readCertificateRequest } from '../x509.js';
import {
  hasTrueCondition,
  requestPem,
  SIGNER,
  type CertificateSigningRequest,
  type SigningCondition,
} from './certificate-signing-request.js';
import { commonNameOf, kubeletClientFault } from './kubelet-request.js';

/**
 * The condition with which the controller `csrapproving` lets kubelets have
 * their client certificates without a person's doing; undefined where it
 * doesn't (Go: pkg/controller/certificates/approver).
 */
export function autoApproval(csr: CertificateSigningRequest, authorizer: Authorizer): SigningCondition | undefined {
  const { spec, status } = csr;
  if (spec.signerName !== SIGNER.apiServerClientKubelet || status?.certificate) return undefined;
  if (hasTrueCondition(csr, 'Approved') || hasTrueCondition(csr, 'Denied')) return undefined;
  const request = readCertificateRequest(requestPem(csr));
  if (kubeletClientFault(request, spec.usages ?? []) !== undefined) return undefined;
  const user = {
    name: spec.username ?? '',
    uid: spec.uid ?? '',
    groups: spec.groups ?? [],
    extra: extraOf(Object.entries(spec.extra ?? {})),
  };
  const may = (subresource: string): boolean => {
    const question = { verb: 'create', group: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource };
    return authorizer.authorize(resourceAttributes(user, question)).decision === 'allow';
  };
  if (user.name === commonNameOf(request) && may('selfnodeclient')) {
    return approved('Auto approving self kubelet client certificate after SubjectAccessReview.');
  }
  return may('nodeclient') ? approved('Auto approving kubelet client certificate after SubjectAccessReview.') : undefined;
}

function approved(message: string): SigningCondition {
  return { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
}
